import { box, discrete, type EnvSpec, type NumericArray } from '@zpin/contracts';
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

const FORCE = 0.001;
const valley: Valley = { goalX: 0.5, kept: value => value };

/** Spaces, time limit and threshold of `MountainCar-v0`. */
export const mountainCarV0: EnvSpec = {
  id: 'MountainCar-v0',
  observationSpace: box({ low: [MIN_X, -MAX_SPEED], high: [MAX_X, MAX_SPEED] }),
  actionSpace: discrete(3),
  maxEpisodeSteps: 200,
  rewardThreshold: -110,
};

/**
 * A car in a valley, too weak to drive straight up to the flag at 0.5: it must swing. Accelerate left (0), not at all (1), right
 * (2). Observation: position and velocity. Reward −1 per step. Reset options `low` and `high` bound the start position (−0.6 and
 * −0.4). Moore 1990, as Gymnasium plays it.
 */
export class MountainCar extends MountainCarWorld<number> {
  constructor(spec: EnvSpec = mountainCarV0, options: Partial<MountainCarOptions> = {}) {
    super(spec, options, valley);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.drive((actions[offset] - 1) * FORCE);
    this.reward = -1;
  }
}

export const mountainCarEntry: EnvEntry<typeof mountainCarOptions> = {
  spec: mountainCarV0,
  summary: 'Drive a weak car out of a valley by swinging.',
  options: mountainCarOptions,
  create: (spec, options) => new MountainCar(spec, options),
};
