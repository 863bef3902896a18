import { box, discrete, type EnvSpec, type Frame, type NumericArray } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import { boundOptions } from '../base/reset-options.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas } from '../render/canvas.ts';
import { cosine, sine } from './trigonometry.ts';

/** Seconds per step. */
const DT = 0.2;
const GRAVITY = 9.8;
// Both links: length 1 m, mass 1 kg, centre of mass in the middle, moment of inertia 1.
const LENGTH = 1;
const MASS = 1;
const CENTRE = 0.5;
const INERTIA = 1;
const MAX_SPEED_1 = 4 * Math.PI;
const MAX_SPEED_2 = 9 * Math.PI;

const high = [1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2];

/** Between which an episode starts, unless the reset says otherwise. */
const START_BOUNDS = [-0.1, 0.1] as const;

/** Spaces, time limit and threshold of `Acrobot-v1`. */
export const acrobotV1: EnvSpec = {
  id: 'Acrobot-v1',
  observationSpace: box({ low: high.map(bound => -bound), high }),
  actionSpace: discrete(3),
  maxEpisodeSteps: 500,
  rewardThreshold: -100,
};

/**
 * Two hanging links with a motor between them; swing the free end above a line one link's length over the pivot. Actions: torque
 * −1, 0, 1 on the middle joint. Observation: cos and sin of both joint angles (0 hangs down; the second is relative to the first)
 * and their velocities. Reward −1 per step, 0 for the one that ends. Reset options `low` and `high` bound the start state (−0.1
 * and 0.1). Sutton 1996, with the equations of motion of Sutton and Barto's book (the torque also acts through the first link),
 * as Gymnasium plays it.
 */
export class Acrobot extends ArrayEnv<Float32Array, number> {
  protected override readonly world = new Float64Array(4);
  /** Where the four slopes of the Runge-Kutta step are taken, and their weighted sum. */
  readonly #point = new Float64Array(4);
  readonly #slope = new Float64Array(4);
  readonly #total = new Float64Array(4);

  constructor(spec: EnvSpec = acrobotV1) {
    super(spec);
  }

  protected override start(options: Readonly<Record<string, unknown>>): void {
    const [low, high] = boundOptions(this.spec.id, options, START_BOUNDS);
    // Gymnasium starts from float32.
    for (let i = 0; i < 4; i++) this.world[i] = Math.fround(this.rng.uniform(low, high));
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { world } = this;
    const point = this.#point;
    const slope = this.#slope;
    const total = this.#total;
    const torque = actions[offset] - 1;
    derivatives(world, torque, slope);
    for (let i = 0; i < 4; i++) {
      total[i] = slope[i];
      point[i] = world[i] + (DT / 2) * slope[i];
    }
    derivatives(point, torque, slope);
    for (let i = 0; i < 4; i++) {
      total[i] += 2 * slope[i];
      point[i] = world[i] + (DT / 2) * slope[i];
    }
    derivatives(point, torque, slope);
    for (let i = 0; i < 4; i++) {
      total[i] += 2 * slope[i];
      point[i] = world[i] + DT * slope[i];
    }
    derivatives(point, torque, slope);
    for (let i = 0; i < 4; i++) world[i] += (DT / 6) * (total[i] + slope[i]);
    world[0] = wrap(world[0]);
    world[1] = wrap(world[1]);
    world[2] = Math.min(MAX_SPEED_1, Math.max(-MAX_SPEED_1, world[2]));
    world[3] = Math.min(MAX_SPEED_2, Math.max(-MAX_SPEED_2, world[3]));
    this.terminated = -cosine(world[0]) - cosine(world[1] + world[0]) > 1;
    this.reward = this.terminated ? 0 : -1;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const world = this.world;
    out[offset] = cosine(world[0]);
    out[offset + 1] = sine(world[0]);
    out[offset + 2] = cosine(world[1]);
    out[offset + 3] = sine(world[1]);
    out[offset + 4] = world[2];
    out[offset + 5] = world[3];
  }

  render(): Frame {
    const [angle1, angle2] = this.world;
    const [x, y] = [LENGTH * Math.sin(angle1), -LENGTH * Math.cos(angle1)];
    const canvas = new Canvas(400, 400).transform(400 / 4.4, 200, 200);
    canvas.line(-2.2, LENGTH, 2.2, LENGTH, 0.02, [64, 68, 75]);
    canvas.capsule(0, 0, x, y, 0.1, [0, 160, 160]);
    canvas.capsule(x, y, x + LENGTH * Math.sin(angle1 + angle2), y - LENGTH * Math.cos(angle1 + angle2), 0.1, [0, 190, 190]);
    return canvas.circle(0, 0, 0.1, [200, 200, 0]).circle(x, y, 0.1, [200, 200, 0]).frame();
  }
}

export const acrobotEntry: EnvEntry = {
  spec: acrobotV1,
  summary: 'Swing two links over a line with a motor between them.',
  create: spec => new Acrobot(spec),
};

/** Time derivatives of (angle 1, angle 2, velocity 1, velocity 2). */
function derivatives(state: Float64Array, torque: number, out: Float64Array): void {
  const angle1 = state[0];
  const angle2 = state[1];
  const speed1 = state[2];
  const speed2 = state[3];
  const cos2 = cosine(angle2);
  const sin2 = sine(angle2);
  const reach = LENGTH * CENTRE;
  const d1 = MASS * CENTRE ** 2 + MASS * (LENGTH ** 2 + CENTRE ** 2 + 2 * reach * cos2) + INERTIA + INERTIA;
  const d2 = MASS * (CENTRE ** 2 + reach * cos2) + INERTIA;
  const weight2 = MASS * CENTRE * GRAVITY * cosine(angle1 + angle2 - Math.PI / 2);
  const weight1 =
    -MASS * reach * speed2 * speed2 * sin2 -
    2 * MASS * reach * speed2 * speed1 * sin2 +
    (MASS * CENTRE + MASS * LENGTH) * GRAVITY * cosine(angle1 - Math.PI / 2) +
    weight2;
  const acceleration2 =
    (torque + (d2 / d1) * weight1 - MASS * reach * speed1 * speed1 * sin2 - weight2) /
    (MASS * CENTRE ** 2 + INERTIA - (d2 * d2) / d1);
  out[0] = speed1;
  out[1] = speed2;
  out[2] = -(d2 * acceleration2 + weight1) / d1;
  out[3] = acceleration2;
}

/** The same direction in [−π, π]. */
function wrap(angle: number): number {
  let wrapped = angle;
  while (wrapped > Math.PI) wrapped -= 2 * Math.PI;
  while (wrapped < -Math.PI) wrapped += 2 * Math.PI;
  return wrapped;
}
