import { discrete, type EnvSpec, field, readValues, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { DOWN, GridMap, LEFT, RIGHT, UP } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { TabularModel } from './tabular-env.ts';

const moves = [UP, RIGHT, DOWN, LEFT];
const level = '............';
const cliff = new GridMap('CliffWalking', [level, level, level, 'SCCCCCCCCCCG'], '.SCG');

/** Spaces, time limit and threshold of `CliffWalking-v1`. */
export const cliffWalkingV1: EnvSpec = {
  id: 'CliffWalking-v1',
  observationSpace: discrete(48),
  actionSpace: discrete(4),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** `CliffWalking-v1` where moves slip; as Gymnasium registers it. */
export const cliffWalkingSlipperyV1: EnvSpec = { ...cliffWalkingV1, id: 'CliffWalkingSlippery-v1' };

export const cliffWalkingOptions = {
  isSlippery: field.boolean({ default: false, meaning: 'whether a move goes to either side with probability 1/3 each' }),
};

export type CliffWalkingOptions = ValuesOf<typeof cliffWalkingOptions>;

/**
 * Walk along a cliff from its left to its right end: −1 per step; a step over the edge costs 100 and leads back to the start.
 * Moves: up (0), right (1), down (2), left (3). Observation: number of the cell, of 4 × 12. There is no time limit. Sutton and
 * Barto, example 6.6, as Gymnasium plays it.
 */
export class CliffWalking extends MapEnv {
  constructor(spec: EnvSpec = cliffWalkingV1, options: Partial<CliffWalkingOptions> = {}) {
    const { isSlippery } = readValues(cliffWalkingOptions, options, spec.id);
    super(spec, cliffModel(isSlippery), cliff);
  }
}

export const cliffWalkingEntry: EnvEntry<typeof cliffWalkingOptions> = {
  spec: cliffWalkingV1,
  summary: 'Walk along a cliff without falling down.',
  options: cliffWalkingOptions,
  create: (spec, options) => new CliffWalking(spec, options),
};

const slipperyOptions = { isSlippery: { ...cliffWalkingOptions.isSlippery, default: true } };

export const cliffWalkingSlipperyEntry: EnvEntry<typeof slipperyOptions> = {
  spec: cliffWalkingSlipperyV1,
  summary: 'Walk along a slippery cliff without falling down.',
  options: slipperyOptions,
  create: (spec, options) => new CliffWalking(spec, options),
};

function cliffModel(isSlippery: boolean): TabularModel {
  const start = cliff.uniform('S');
  return {
    start,
    numActions: 4,
    outcomes: (cell, action) => {
      const taken = isSlippery ? [(action + 3) % 4, action, (action + 1) % 4] : [action];
      return taken.map(move => {
        const next = cliff.move(cell, moves[move]);
        const probability = 1 / taken.length;
        if (cliff.letter(next) === 'C') return { probability, next: start.indexOf(1), reward: -100, terminated: false };
        return { probability, next, reward: -1, terminated: cliff.letter(next) === 'G' };
      });
    },
  };
}
