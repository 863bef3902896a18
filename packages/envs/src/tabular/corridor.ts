import { discrete, type EnvSpec, field, readValues, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { GridMap } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { TabularModel } from './tabular-env.ts';

export const corridorOptions = {
  length: field.count({ min: 2, default: 6, meaning: 'cells' }),
  lure: field.number({
    default: 0,
    meaning: 'reward for pushing against the left end: a lure away from the treasure, to test exploration',
  }),
};

export type CorridorOptions = ValuesOf<typeof corridorOptions>;

/** Spaces, time limit and threshold of `Corridor-v0`. */
export const corridorV0: EnvSpec = {
  id: 'Corridor-v0',
  observationSpace: discrete(corridorOptions.length.default),
  actionSpace: discrete(2),
  maxEpisodeSteps: 100,
  rewardThreshold: null,
};

/**
 * A corridor with a treasure at its right end, worth 1 and the end; the start is at the left end. Moves: left (0), right (1).
 * Observation: number of the cell.
 */
export class Corridor extends MapEnv {
  constructor(spec: EnvSpec = corridorV0, options: Partial<CorridorOptions> = {}) {
    const { length, lure } = readValues(corridorOptions, options, spec.id);
    super(
      { ...spec, observationSpace: discrete(length) },
      corridorModel(length, lure),
      new GridMap(spec.id, [`S${'.'.repeat(length - 2)}G`], 'S.G'),
    );
  }
}

export const corridorEntry: EnvEntry<typeof corridorOptions> = {
  spec: corridorV0,
  summary: 'Walk down a corridor to the treasure at its end.',
  options: corridorOptions,
  limit: ({ length }) => Math.max(100, 4 * length),
  create: (spec, options) => new Corridor(spec, options),
};

function corridorModel(length: number, lure: number): TabularModel {
  const treasure = length - 1;
  return {
    start: Float64Array.from({ length }, (_, cell) => (cell === 0 ? 1 : 0)),
    numActions: 2,
    outcomes: (cell, action) => {
      if (cell === treasure) return [{ probability: 1, next: cell, reward: 0, terminated: true }];
      const next = Math.max(0, action === 1 ? cell + 1 : cell - 1);
      const reward = cell === 0 && action === 0 ? lure : Number(next === treasure);
      return [{ probability: 1, next, reward, terminated: next === treasure }];
    },
  };
}
