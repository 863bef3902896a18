import type { Body } from '../physics/body.ts';
import type { PhysicsWorld } from '../physics/physics-world.ts';
import type { RevoluteJoint } from '../physics/revolute-joint.ts';
import { type Point, polygon } from '../physics/shape.ts';
import type { TrackPoint } from './car-track.ts';

/** Metres per unit in which the car is given. */
const SIZE = 0.02;
const ENGINE_POWER = 100000000 * SIZE * SIZE;
const WHEEL_INERTIA = 4000 * SIZE * SIZE;
/** Largest force of a tyre on the road, N. */
const GRIP = 1000000 * SIZE * SIZE;
/** Share of it on grass. */
const GRASS_GRIP = 0.6;
/** Newtons per m/s of slip, below the largest force. */
const SLIP_FORCE = 205000 * SIZE * SIZE;
const STEERING_TORQUE = 180 * 900 * SIZE * SIZE;
/** Radians per second that the brakes take from a wheel in a step. */
const BRAKE = 15;
/** From this on, brakes block the wheels. */
const BLOCKED = 0.9;
/** Most that the gas grows by in a step. */
const MORE_GAS = 0.1;
/** Largest turn of a wheel, rad, its speed per radian that is missing, and its largest speed, rad/s. */
const MOST_STEER = 0.4;
const STEER_GAIN = 50;
const STEER_SPEED = 3;
/** Keeps the engine's torque finite at rest, rad/s. */
const IDLE = 5;

const metres = (corners: readonly (readonly [number, number])[]): Point[] =>
  corners.map(([x, y]) => ({ x: x * SIZE, y: y * SIZE }));

/** Corners of the parts of the hull, m; forward is along y. */
export const HULL = [
  metres([
    [-60, 130],
    [60, 130],
    [60, 110],
    [-60, 110],
  ]),
  metres([
    [-15, 120],
    [15, 120],
    [20, 20],
    [-20, 20],
  ]),
  metres([
    [25, 20],
    [50, -10],
    [50, -40],
    [20, -90],
    [-20, -90],
    [-50, -40],
    [-50, -10],
    [-25, 20],
  ]),
  metres([
    [-50, -120],
    [50, -120],
    [50, -90],
    [-50, -90],
  ]),
];
const WHEEL_RADIUS = 27 * SIZE;
const WHEEL_WIDTH = 14 * SIZE;
/** Corners of a wheel, seen from above. */
export const WHEEL = metres([
  [-14, 27],
  [14, 27],
  [14, -27],
  [-14, -27],
]);
/** Where the wheels are on the hull: the front ones, which are steered, then those with the engine. */
const AXLES = metres([
  [-55, 80],
  [55, 80],
  [-55, -82],
  [55, -82],
]);

/** A wheel and what it does. */
export interface Wheel {
  readonly body: Body;
  readonly joint: RevoluteJoint;
  gas: number;
  brake: number;
  /** Angle to which it is steered, rad. */
  steer: number;
  /** How far it has rolled, and how fast it rolls, rad and rad/s. */
  phase: number;
  roll: number;
  /** Tiles of the road under it. */
  tiles: number;
}

/** A car with rear-wheel drive, seen from above. */
export class Car {
  readonly hull: Body;
  readonly wheels: readonly Wheel[];

  /** Puts a car at `start`, heading along the road. */
  constructor(world: PhysicsWorld, { x, y, beta: angle }: TrackPoint) {
    this.hull = world.addBody({ x, y, angle, density: 1, shapes: HULL.map(polygon) });
    this.wheels = AXLES.map(axle => {
      // As in Gymnasium, wheels start as if the car headed along y, and their joints pull them into place.
      const body = world.addBody({ x: x + axle.x, y: y + axle.y, angle, density: 0.1, shapes: [polygon(WHEEL)] });
      const joint = world.addJoint({
        bodyA: this.hull,
        bodyB: body,
        anchorA: axle,
        anchorB: { x: 0, y: 0 },
        referenceAngle: 0,
        lowerAngle: -MOST_STEER,
        upperAngle: MOST_STEER,
        motorSpeed: 0,
        maxMotorTorque: STEERING_TORQUE,
      });
      return { body, joint, gas: 0, brake: 0, steer: 0, phase: 0, roll: 0, tiles: 0 };
    });
  }

  /** Sets the controls: steering in [−1, 1] (positive: left), gas and brake in [0, 1]. */
  control(steer: number, gas: number, brake: number): void {
    this.wheels.forEach((wheel, i) => {
      if (i < 2) wheel.steer = steer;
      else wheel.gas += Math.min(MORE_GAS, gas - wheel.gas);
      wheel.brake = brake;
    });
  }

  /** Lets engine, brakes, steering and tyres act for `dt` seconds. */
  act(dt: number): void {
    for (const wheel of this.wheels) actOn(wheel, dt);
  }

  /**
   * Corners of the light stripe across a wheel, which shows how it rolls, in the frame of the wheel; null while it is below.
   */
  stripe({ phase }: Wheel): readonly Point[] | null {
    const [from, to] = [phase, phase + 1.2];
    if (Math.sin(from) > 0 && Math.sin(to) > 0) return null;
    // What is below is cut off at the wheel's edge.
    const [a, b] = [from, to].map(turn => (Math.sin(turn) > 0 ? Math.sign(Math.cos(turn)) : Math.cos(turn)) * WHEEL_RADIUS);
    return [
      { x: -WHEEL_WIDTH, y: a },
      { x: WHEEL_WIDTH, y: a },
      { x: WHEEL_WIDTH, y: b },
      { x: -WHEEL_WIDTH, y: b },
    ];
  }
}

function actOn(wheel: Wheel, dt: number): void {
  const { body, joint, brake } = wheel;
  const missing = wheel.steer - joint.angle;
  joint.drive(Math.sign(missing) * Math.min(STEER_GAIN * Math.abs(missing), STEER_SPEED));
  const { sin, cos, velocityX, velocityY } = body;
  const grip = wheel.tiles > 0 ? Math.max(GRIP * GRASS_GRIP, GRIP) : GRIP * GRASS_GRIP;
  // Forward is (−sin, cos), and to the right (cos, sin).
  const forward = -sin * velocityX + cos * velocityY;
  const aside = cos * velocityX + sin * velocityY;

  wheel.roll += (dt * ENGINE_POWER * wheel.gas) / WHEEL_INERTIA / (Math.abs(wheel.roll) + IDLE);
  if (brake >= BLOCKED) wheel.roll = 0;
  else if (brake > 0) wheel.roll -= Math.sign(wheel.roll) * Math.min(BRAKE * brake, Math.abs(wheel.roll));
  wheel.phase += wheel.roll * dt;

  let push = (-forward + wheel.roll * WHEEL_RADIUS) * SLIP_FORCE;
  let hold = -aside * SLIP_FORCE;
  const force = Math.sqrt(push * push + hold * hold);
  if (force > grip) {
    push = (push / force) * grip;
    hold = (hold / force) * grip;
  }
  wheel.roll -= (dt * push * WHEEL_RADIUS) / WHEEL_INERTIA;
  body.push(hold * cos + push * -sin, hold * sin + push * cos);
}
