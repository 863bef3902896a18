import { box, type EnvSpec, type Frame, type NumericArray, readValues } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import { boundOptions } from '../base/reset-options.ts';
import type { EnvEntry } from '../env-entry.ts';
import { drawMountain } from '../render/mountain.ts';
import { type MountainCarOptions, mountainCarOptions } from './mountain-car.ts';
import { cosine } from './trigonometry.ts';

const MIN_X = -1.2;
const MAX_X = 0.6;
const MAX_SPEED = 0.07;
const POWER = 0.0015;
const GRAVITY = 0.0025;
const GOAL_X = 0.45;

/** Between which an episode starts, unless the reset says otherwise. */
const START_BOUNDS = [-0.6, -0.4] as const;

/** Spaces, time limit and threshold of `MountainCarContinuous-v0`. */
export const mountainCarContinuousV0: EnvSpec = {
  id: 'MountainCarContinuous-v0',
  observationSpace: box({ low: [MIN_X, -MAX_SPEED], high: [MAX_X, MAX_SPEED] }),
  actionSpace: box({ low: -1, high: 1 }),
  maxEpisodeSteps: 999,
  rewardThreshold: 90,
};

export type MountainCarContinuousOptions = MountainCarOptions;

/**
 * `MountainCar` with a force in [−1, 1] and the flag at 0.45. Reward 100 for reaching it, minus 0.1 · action² per step. A force
 * beyond the bounds is clipped, but its cost is not. Reset options `low` and `high` bound the start position (−0.6 and −0.4). As
 * Gymnasium plays it.
 */
export class MountainCarContinuous extends ArrayEnv<Float32Array, Float32Array> {
  protected override readonly world = new Float64Array(2);
  readonly #goalVelocity: number;

  constructor(spec: EnvSpec = mountainCarContinuousV0, options: Partial<MountainCarContinuousOptions> = {}) {
    const { goalVelocity } = readValues(mountainCarOptions, options, spec.id);
    super(spec);
    this.#goalVelocity = goalVelocity;
  }

  protected override start(options: Readonly<Record<string, unknown>>): void {
    const [low, high] = boundOptions(this.spec.id, options, START_BOUNDS);
    this.world[0] = this.rng.uniform(low, high);
    this.world[1] = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const world = this.world;
    const action = actions[offset];
    const pull = Math.min(1, Math.max(-1, action)) * POWER - GRAVITY * cosine(3 * world[0]);
    let velocity = Math.min(MAX_SPEED, Math.max(-MAX_SPEED, world[1] + pull));
    const x = Math.min(MAX_X, Math.max(MIN_X, world[0] + velocity));
    if (x === MIN_X && velocity < 0) velocity = 0;
    this.terminated = x >= GOAL_X && velocity >= this.#goalVelocity;
    this.reward = (this.terminated ? 100 : 0) - 0.1 * action * action;
    // Gymnasium keeps this state in float32.
    world[0] = Math.fround(x);
    world[1] = Math.fround(velocity);
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0];
    out[offset + 1] = this.world[1];
  }

  render(): Frame {
    return drawMountain(this.world[0], GOAL_X);
  }
}

export const mountainCarContinuousEntry: EnvEntry<typeof mountainCarOptions> = {
  spec: mountainCarContinuousV0,
  summary: 'Drive a weak car out of a valley with little force.',
  options: mountainCarOptions,
  create: (spec, options) => new MountainCarContinuous(spec, options),
};
