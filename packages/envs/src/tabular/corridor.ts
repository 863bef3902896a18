import { discrete, type EnvSpec, InputError, message } from '@zpin/contracts';
import { GridMap } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { TabularModel } from './tabular-env.ts';

const DEFAULT_LENGTH = 6;

export const corridorV0: EnvSpec = {
  id: 'Corridor-v0',
  observationSpace: discrete(DEFAULT_LENGTH),
  actionSpace: discrete(2),
  maxEpisodeSteps: 100,
  rewardThreshold: null,
};

export interface CorridorOptions {
  /** Cells, at least 2. */
  readonly length?: number;
  /** Reward for pushing against the left end: a lure away from the treasure, to test exploration. */
  readonly lure?: number;
}

/**
 * A corridor with a treasure at its right end, worth 1 and the end; the start is at the left end. Moves: left (0), right (1). Observation:
 * number of the cell.
 */
export class Corridor extends MapEnv {
  constructor(spec: EnvSpec = corridorV0, { length = DEFAULT_LENGTH, lure = 0 }: CorridorOptions = {}) {
    if (!(Number.isSafeInteger(length) && length >= 2)) {
      throw new InputError(message(spec.id, 'length must be an integer >= 2', length, 'Pass the number of cells'));
    }
    super(
      { ...spec, observationSpace: discrete(length) },
      corridorModel(length, lure),
      new GridMap(spec.id, [`S${'.'.repeat(length - 2)}G`], 'S.G'),
    );
  }
}

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
