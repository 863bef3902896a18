import { box, type EnvSpec, type NumericArray } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import {
  MAX_SPEED,
  MAX_X,
  MIN_X,
  type MountainCarOptions,
  MountainCarWorld,
  mountainCarOptions,
  type Valley,
} from './mountain-car-world.ts';

const POWER = 0.0015;
// Gymnasium keeps this state in float32.
const valley: Valley = { goalX: 0.45, kept: Math.fround };

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
export class MountainCarContinuous extends MountainCarWorld<Float32Array> {
  constructor(spec: EnvSpec = mountainCarContinuousV0, options: Partial<MountainCarContinuousOptions> = {}) {
    super(spec, options, valley);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const action = actions[offset];
    this.drive(Math.min(1, Math.max(-1, action)) * POWER);
    this.reward = (this.terminated ? 100 : 0) - 0.1 * action * action;
  }
}

export const mountainCarContinuousEntry: EnvEntry<typeof mountainCarOptions> = {
  spec: mountainCarContinuousV0,
  summary: 'Drive a weak car out of a valley with little force.',
  options: mountainCarOptions,
  create: (spec, options) => new MountainCarContinuous(spec, options),
};
