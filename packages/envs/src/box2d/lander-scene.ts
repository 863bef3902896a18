import type { Rng } from '@zpin/contracts';
import type { Body } from './physics/body.ts';
import { PhysicsWorld } from './physics/physics-world.ts';
import { type Point, polygon, rectangle, Shape } from './physics/shape.ts';

/** Pixels per metre: Gymnasium gives lengths in pixels of a screen of 600 × 400. */
export const SCALE = 30;
export const WIDTH = 600 / SCALE;
export const HEIGHT = 400 / SCALE;
export const LEG_DOWN = 18 / SCALE;
/** Height of the landing pad, the flat ground between the flags. */
export const PAD = HEIGHT / 4;

const LEG_AWAY = 20 / SCALE;
/** Corners of the lander. */
export const HULL = [
  [-14, 17],
  [-17, 0],
  [-17, -10],
  [17, -10],
  [17, 0],
  [14, 17],
].map(([x, y]) => ({ x: x / SCALE, y: y / SCALE }));
/** Half width and half height of a leg. */
export const LEG_SIZE = [2 / SCALE, 8 / SCALE] as const;
/** Points of the ground's profile. */
const POINTS = 11;
/** Where the flags stand, along x. */
export const FLAGS = [4, 6].map(point => (point * WIDTH) / (POINTS - 1));
/** Largest force on the lander at the start, newtons, along each axis. */
const START_FORCE = 1000;

/** Ground, lander and legs of one episode of the lunar lander. */
export class LanderScene {
  readonly world: PhysicsWorld;
  readonly lander: Body;
  readonly legs: readonly Body[];
  /** Whether each leg touches the ground: a begin of any contact says yes, an end of any says no. */
  readonly touching = [false, false];
  hasCrashed = false;
  /** Its profile, from left to right. */
  readonly ground: readonly Point[];

  /** Draws the profile of the ground and the force at the start from `rng`. */
  constructor(gravity: number, rng: Rng) {
    this.world = new PhysicsWorld(gravity, (_, { body }, isTouching) => this.#contact(body, isTouching));
    this.ground = drawGround(rng);
    this.#addGround();
    this.lander = this.world.addBody({
      x: WIDTH / 2,
      y: HEIGHT,
      density: 5,
      friction: 0.1,
      shapes: [polygon(HULL)],
    });
    this.lander.push(rng.uniform(-START_FORCE, START_FORCE), rng.uniform(-START_FORCE, START_FORCE));
    this.legs = [this.#addLeg(-1), this.#addLeg(1)];
  }

  #contact(body: Body, isTouching: boolean): void {
    if (isTouching && body === this.lander) this.hasCrashed = true;
    const leg = this.legs.indexOf(body);
    if (leg >= 0) this.touching[leg] = isTouching;
  }

  #addGround(): void {
    const ground = this.world.addGround();
    const floor = [
      { x: 0, y: 0 },
      { x: WIDTH, y: 0 },
    ];
    this.world.addStill(ground, new Shape(floor));
    for (let i = 0; i + 1 < POINTS; i++) this.world.addStill(ground, new Shape(this.ground.slice(i, i + 2)), 0.1);
  }

  #addLeg(side: -1 | 1): Body {
    // Too high by LEG_DOWN, as in Gymnasium: the joint pulls it into its place in the first steps.
    const leg = this.world.addBody({
      x: WIDTH / 2 - side * LEG_AWAY,
      y: HEIGHT,
      angle: side * 0.05,
      density: 1,
      shapes: [rectangle(...LEG_SIZE)],
    });
    this.world.addJoint({
      bodyA: this.lander,
      bodyB: leg,
      anchorA: { x: 0, y: 0 },
      anchorB: { x: side * LEG_AWAY, y: LEG_DOWN },
      referenceAngle: side * 0.05,
      maxMotorTorque: 40,
      motorSpeed: side * 0.3,
      lowerAngle: side < 0 ? 0.4 : -0.9,
      upperAngle: side < 0 ? 0.9 : -0.4,
    });
    return leg;
  }
}

function drawGround(rng: Rng): Point[] {
  const heights = Array.from({ length: POINTS + 1 }, () => rng.uniform(0, HEIGHT / 2)).fill(PAD, 3, 8);
  return Array.from({ length: POINTS }, (_, i) => {
    const smooth = 0.33 * (heights[(i + POINTS) % (POINTS + 1)] + heights[i] + heights[i + 1]);
    return { x: (WIDTH * i) / (POINTS - 1), y: smooth };
  });
}
