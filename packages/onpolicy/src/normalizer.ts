import {
  type AgentState,
  describeSpace,
  type EnvSpec,
  flatSize,
  message,
  type NumericArray,
  type Rollout,
  RunningStatistics,
  SpaceError,
} from '@zpin/contracts';
import { field, normalizedPolicy as normalizePolicy, type PolicyNetwork } from '@zpin/core';
import { z } from 'zod';

/** Settings of every algorithm whose observations and rewards can be normalised. */
export const normalizationFields = {
  normalizeObservations: field(z.boolean(), {
    default: false,
    meaning: 'give each number of the observations mean 0 and deviation 1, by all that was seen before the rollout',
  }),
  normalizeRewards: field(z.boolean(), {
    default: false,
    meaning: 'divide rewards by the deviation of the discounted return',
  }),
};

export interface NormalizationConfig {
  readonly normalizeObservations: boolean;
  readonly normalizeRewards: boolean;
  readonly numEnvs: number;
  readonly gamma: number;
}

/** Largest absolute value of normalised observations and rewards. */
const CLIP = 10;
/** Keeps the divisor from 0 where nothing varies. */
const EPSILON = 1e-8;

/**
 * Brings observations and rewards to about unit size by statistics of what was learned from. Both change only between rollouts, so a policy
 * is one and the same function while it collects, learns and is evaluated; evaluation changes nothing.
 */
export class Normalizer {
  readonly #observations: RunningStatistics | null;
  readonly #rewards: RunningStatistics | null;
  readonly #gamma: number;
  /** `[N]`: discounted return so far of the episode in progress of each environment. */
  readonly #returns: Float64Array;
  /** `[D]`, rounded to the precision of programs, so that an exported policy acts bit for bit as the agent does. */
  readonly #mean: Float32Array;
  /** `[D]`: 1 / deviation; 1 before the first rollout. */
  readonly #scale: Float32Array;
  #scratch = new Float32Array(0);

  /** @throws SpaceError when observations that are not floats are to be normalised */
  constructor(algorithm: string, { observationSpace, id }: EnvSpec, config: NormalizationConfig) {
    const isFloat = observationSpace.type === 'box' && observationSpace.dtype === 'float32';
    if (config.normalizeObservations && !isFloat) {
      const expectation = `observations of ${id} must be a Box of floats to be normalised`;
      throw new SpaceError(message(algorithm, expectation, describeSpace(observationSpace), 'Turn normalizeObservations off'));
    }
    const size = config.normalizeObservations ? flatSize(observationSpace) : 0;
    this.#observations = config.normalizeObservations ? new RunningStatistics(size) : null;
    this.#rewards = config.normalizeRewards ? new RunningStatistics(1) : null;
    this.#gamma = config.gamma;
    this.#returns = new Float64Array(config.numEnvs);
    this.#mean = new Float32Array(size);
    this.#scale = new Float32Array(size).fill(1);
  }

  get isActive(): boolean {
    return this.#observations !== null || this.#rewards !== null;
  }

  /** Normalised rows `[N, D]`, in an array that the next call reuses; the rows themselves where they are not normalised. */
  normalize(rows: NumericArray): NumericArray {
    if (!this.#observations) return rows;
    if (this.#scratch.length !== rows.length) this.#scratch = new Float32Array(rows.length);
    return this.#normalizeInto(rows, this.#scratch);
  }

  /** The rollout with normalised observations and rewards. Takes in its rewards first. */
  normalizeRollout(rollout: Rollout): Rollout {
    const { obs, reward } = rollout;
    return {
      ...rollout,
      ...(this.#observations && { obs: this.#normalizeInto(obs, new Float32Array(obs.length)) }),
      ...(this.#rewards && { reward: this.#scaleRewards(rollout, this.#rewards, new Float32Array(reward.length)) }),
    };
  }

  /** Takes in the observations of a rollout that has been learned from, `[T, N, D]`. */
  learn(obs: NumericArray): void {
    const statistics = this.#observations;
    if (!statistics) return;
    for (let offset = 0; offset < obs.length; offset += this.#mean.length) statistics.add(obs, offset);
    this.#round();
  }

  /** Weights `[P]` of a policy on normalised observations, as those of `normalizedPolicy`. */
  exportWith(weights: Float32Array): Float32Array {
    const all = new Float32Array(weights.length + 2 * this.#mean.length);
    all.set(weights);
    all.set(this.#mean, weights.length);
    all.set(this.#scale, weights.length + this.#mean.length);
    return all;
  }

  state(): AgentState {
    return {
      returns: this.#returns.slice(),
      ...(this.#observations && { observations: this.#observations.state() }),
      ...(this.#rewards && { rewards: this.#rewards.state() }),
    };
  }

  restore(state: AgentState): void {
    this.#observations?.restore(state.observations as AgentState);
    this.#rewards?.restore(state.rewards as AgentState);
    this.#returns.set(state.returns as Float64Array);
    this.#round();
  }

  #normalizeInto(rows: NumericArray, out: Float32Array): Float32Array {
    const [mean, scale] = [this.#mean, this.#scale];
    for (let offset = 0; offset < rows.length; offset += mean.length) {
      for (let k = 0; k < mean.length; k++) {
        const value = Math.fround(rows[offset + k] - mean[k]) * scale[k];
        out[offset + k] = Math.min(Math.max(value, -CLIP), CLIP);
      }
    }
    return out;
  }

  #scaleRewards(
    { numEnvs, reward, terminated, truncated }: Rollout,
    statistics: RunningStatistics,
    out: Float32Array,
  ): Float32Array {
    const value = new Float64Array(1);
    for (let row = 0; row < reward.length; row++) {
      const i = row % numEnvs;
      this.#returns[i] = reward[row] + this.#gamma * this.#returns[i];
      value[0] = this.#returns[i];
      statistics.add(value);
      if (terminated[row] || truncated[row]) this.#returns[i] = 0;
    }
    const scale = 1 / Math.sqrt(statistics.variance(0) + EPSILON);
    for (let row = 0; row < reward.length; row++) out[row] = Math.min(Math.max(reward[row] * scale, -CLIP), CLIP);
    return out;
  }

  #round(): void {
    if (!this.#observations || this.#observations.count === 0) return;
    for (let k = 0; k < this.#mean.length; k++) {
      this.#mean[k] = this.#observations.mean[k];
      this.#scale[k] = 1 / Math.sqrt(this.#observations.variance(k) + EPSILON);
    }
  }
}

/** A policy on observations as the normaliser gives them, as one on observations as they are. */
export function normalizedPolicy(policy: PolicyNetwork, size: number): PolicyNetwork {
  return normalizePolicy(policy, size, CLIP);
}
