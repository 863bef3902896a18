import { discrete, type EnvSpec, type NumericArray } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { GridMap } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { Outcome, TabularModel } from './tabular-env.ts';

const CELLS = 6;
const FIRST = 0;
const LAST = CELLS - 1;
const START = 1;
const REWARD = 1;
const REWARD_WITHOUT_VISIT = 0.01;
const RIGHT_SUCCEEDS = 0.5;

/** Spaces, time limit and threshold of `StochasticChain-v0`. */
export const stochasticChainV0: EnvSpec = {
  id: 'StochasticChain-v0',
  observationSpace: discrete(CELLS),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/**
 * Six states in a row, s₁ to s₆. An episode begins in s₂ and ends in s₁, with the reward 1 if s₆ was visited on the way, else
 * 0.01. Moves: left (0) always succeeds, right (1) in one of two cases, and goes left in the other. Observation: number of the
 * state, 0 to 5; it does not tell whether s₆ was visited. The best policy comes to 0.208 on average. Kulkarni et al. 2016, figure
 * 2 (Osband et al. 2016 without the visit).
 */
export class StochasticChain extends MapEnv {
  constructor(spec: EnvSpec = stochasticChainV0) {
    super(spec, chainModel, new GridMap(spec.id, ['AS...G'], 'AS.G'), cells);
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0] % CELLS;
  }
}

export const stochasticChainEntry: EnvEntry = {
  spec: stochasticChainV0,
  summary: 'Visit the far end of a chain of six states before its near end.',
  create: spec => new StochasticChain(spec),
};

/** Cell of each of 12 states: before and after the visit. */
const cells = Array.from({ length: 2 * CELLS }, (_, state) => state % CELLS);

const chainModel: TabularModel = {
  start: Float64Array.from(cells, (_, state) => (state === START ? 1 : 0)),
  numActions: 2,
  outcomes(state, action) {
    const cell = state % CELLS;
    if (cell === FIRST) return [{ probability: 1, next: state, reward: 0, terminated: true }];
    const enter = (next: number, probability: number): Outcome => {
      const hasVisited = state >= CELLS || next === LAST;
      const terminated = next === FIRST;
      const reward = terminated ? (hasVisited ? REWARD : REWARD_WITHOUT_VISIT) : 0;
      return { probability, next: hasVisited ? next + CELLS : next, reward, terminated };
    };
    if (action === 0) return [enter(cell - 1, 1)];
    return [enter(Math.min(LAST, cell + 1), RIGHT_SUCCEEDS), enter(cell - 1, 1 - RIGHT_SUCCEEDS)];
  },
};
