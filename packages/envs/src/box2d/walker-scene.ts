import type { Rng } from '@zpin/contracts';
import type { Body } from './physics/body.ts';
import { PhysicsWorld } from './physics/physics-world.ts';
import type { RevoluteJoint, RevoluteJointDef } from './physics/revolute-joint.ts';
import { type Point, polygon, rectangle, Shape } from './physics/shape.ts';
import { drawTerrain, LEVEL, POINTS, STEP, type Terrain } from './walker-terrain.ts';

/** Pixels per metre: Gymnasium gives lengths in pixels of a screen of 600 × 400. */
export const SCALE = 30;
/** Corners of the hull. */
export const HULL = [
  [-30, 9],
  [6, 9],
  [34, 1],
  [34, -8],
  [-30, -8],
].map(([x, y]) => ({ x: x / SCALE, y: y / SCALE }));
/** Half width and half height of the upper and the lower part of a leg. */
export const UPPER_LEG = [4 / SCALE, 17 / SCALE] as const;
export const LOWER_LEG = [(0.8 * 4) / SCALE, 17 / SCALE] as const;
/** Largest torque of a motor, N m. */
export const TORQUE = 80;

export const RAYS = 10;
/** Radians from one lidar ray to the next. */
export const RAY_TURN = 0.15;
/** Length of a lidar ray, metres. */
export const RAY_LENGTH = 160 / SCALE;

const LEG_HEIGHT = 34 / SCALE;
/** Where the legs hang, above the middle of the hull. */
const HIP = -8 / SCALE;
const FRICTION = 2.5;
/** Largest force on the hull at the start, newtons, along x. */
const START_FORCE = 5;
/** Numbers that Gymnasium draws for its clouds. */
const CLOUD_DRAWS = 10 * 11;

/** Ground and walker of one episode. */
export class WalkerScene {
  readonly world: PhysicsWorld;
  readonly terrain: Terrain;
  readonly hull: Body;
  /** Upper and lower part of the first leg, then of the second. */
  readonly legs: readonly Body[];
  /** Hip and knee of the first leg, then of the second. */
  readonly joints: readonly RevoluteJoint[];
  /** Whether each lower leg touches the ground: a begin of any contact says yes, an end of any says no. */
  readonly touching = [false, false];
  hasFallen = false;

  /** Draws the ground and the force at the start from `rng`. */
  constructor(isHardcore: boolean, rng: Rng) {
    this.world = new PhysicsWorld(-10, (_, { body }, isTouching) => this.#contact(body, isTouching));
    this.terrain = drawTerrain(rng, isHardcore);
    this.#addGround();
    for (let i = 0; i < CLOUD_DRAWS; i++) rng.random();
    const x = 10 * STEP;
    const y = LEVEL + 2 * LEG_HEIGHT;
    this.hull = this.world.addBody({ x, y, density: 5, friction: 0.1, shapes: [polygon(HULL)] });
    this.hull.push(rng.uniform(-START_FORCE, START_FORCE), 0);
    const legs: Body[] = [];
    const joints: RevoluteJoint[] = [];
    for (const side of [-1, 1]) {
      const angle = side * 0.05;
      const upper = this.#addLeg(x, y - LEG_HEIGHT / 2 - HIP, angle, UPPER_LEG);
      const hip = { lowerAngle: -0.8, upperAngle: 1.1, motorSpeed: side, referenceAngle: angle };
      joints.push(this.#addJoint(this.hull, { x: 0, y: HIP }, upper, hip));
      const lower = this.#addLeg(x, y - (LEG_HEIGHT * 3) / 2 - HIP, angle, LOWER_LEG);
      const knee = { lowerAngle: -1.6, upperAngle: -0.1, motorSpeed: 1, referenceAngle: 0 };
      joints.push(this.#addJoint(upper, { x: 0, y: -LEG_HEIGHT / 2 }, lower, knee));
      legs.push(upper, lower);
    }
    this.legs = legs;
    this.joints = joints;
  }

  /**
   * Share of ray `i` up to the ground, 1 when it does not meet it. Ray 0 points down; each next one is 0.15 rad further ahead.
   */
  lidar(i: number): number {
    const { x, y } = this.hull;
    const turn = RAY_TURN * i;
    return this.world.castRay(x, y, x + Math.sin(turn) * RAY_LENGTH, y - Math.cos(turn) * RAY_LENGTH);
  }

  #contact(body: Body, isTouching: boolean): void {
    if (isTouching && body === this.hull) this.hasFallen = true;
    for (let i = 0; i < 2; i++) if (body === this.legs[2 * i + 1]) this.touching[i] = isTouching;
  }

  #addGround(): void {
    const { world } = this;
    const { heights, obstacles } = this.terrain;
    for (const corners of obstacles) world.addStill(world.addGround(), polygon(corners), FRICTION);
    for (let i = 0; i + 1 < POINTS; i++) {
      const ends = [i, i + 1].map(point => ({ x: point * STEP, y: heights[point] }));
      world.addStill(world.addGround(), new Shape(ends), FRICTION);
    }
  }

  #addLeg(x: number, y: number, angle: number, size: readonly [number, number]): Body {
    return this.world.addBody({ x, y, angle, density: 1, shapes: [rectangle(...size)] });
  }

  /** Joins the top of `leg` to a place of `body`. */
  #addJoint(
    body: Body,
    anchorA: Point,
    leg: Body,
    range: Pick<RevoluteJointDef, 'lowerAngle' | 'upperAngle' | 'motorSpeed' | 'referenceAngle'>,
  ): RevoluteJoint {
    return this.world.addJoint({
      bodyA: body,
      bodyB: leg,
      anchorA,
      anchorB: { x: 0, y: LEG_HEIGHT / 2 },
      maxMotorTorque: TORQUE,
      ...range,
    });
  }
}
