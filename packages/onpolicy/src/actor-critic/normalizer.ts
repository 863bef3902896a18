import { type AgentState, type EnvSpec, type NumericArray, type Rollout, RunningStatistics } from '@zpin/contracts';
import { ObservationNormalizer, Scratch, type Stateful } from '@zpin/core';
import type { NormalizationConfig } from './fields.ts';

type ObservationConfig = Omit<NormalizationConfig, 'normalizeRewards'>;

/** Keeps the divisor from 0 where nothing varies. */
const EPSILON = 1e-8;
/** Largest absolute value of a normalised reward. */
const REWARD_CLIP = 10;

/**
 * What brings observations to unit size, where the settings ask for it.
 * @throws SpaceError when observations that are not floats are to be normalised
 */
export function observationNormalizer(
  algorithm: string,
  spec: EnvSpec,
  { normalizeObservations, observationClip: clip, smallestDeviation }: ObservationConfig,
): ObservationNormalizer | null {
  return normalizeObservations ? new ObservationNormalizer(algorithm, spec, { clip, smallestDeviation, epsilon: EPSILON }) : null;
}

/**
 * Brings observations and rewards to about unit size by statistics of what was learned from. Both change only between rollouts,
 * so a policy is one and the same function while it collects, learns and is evaluated; evaluation changes nothing.
 */
export class Normalizer implements Stateful {
  readonly observations: ObservationNormalizer | null;
  readonly #rewards: RewardScaler | null;

  /** @throws SpaceError when observations that are not floats are to be normalised */
  constructor(
    algorithm: string,
    spec: EnvSpec,
    config: NormalizationConfig & { readonly numEnvs: number; readonly gamma: number },
  ) {
    this.observations = observationNormalizer(algorithm, spec, config);
    this.#rewards = config.normalizeRewards ? new RewardScaler(config.numEnvs, config.gamma) : null;
  }

  get isActive(): boolean {
    return this.observations !== null || this.#rewards !== null;
  }

  /** Normalised rows `[N, D]`, in an array that the next call reuses; the rows themselves where they are not normalised. */
  normalize(rows: NumericArray): NumericArray {
    return this.observations ? this.observations.normalize(rows, 'act') : rows;
  }

  /** The rollout with normalised observations and rewards, in arrays that the next call reuses. Takes in its rewards first. */
  normalizeRollout(rollout: Rollout): Rollout {
    return {
      ...rollout,
      ...(this.observations && { obs: this.observations.normalize(rollout.obs, 'learn') }),
      ...(this.#rewards && { reward: this.#rewards.scale(rollout) }),
    };
  }

  /** Takes in the observations of a rollout that has been learned from, `[T, N, D]`. */
  learn(obs: NumericArray): void {
    this.observations?.add(obs);
  }

  /** Returns of episodes that do not go on are forgotten; what was measured stays. */
  cut(): void {
    this.#rewards?.cut();
  }

  state(): AgentState {
    return {
      ...(this.observations && { observations: this.observations.state() }),
      ...(this.#rewards && { ...this.#rewards.state() }),
    };
  }

  restore(state: AgentState): void {
    this.observations?.restore(state.observations as AgentState);
    this.#rewards?.restore(state);
  }
}

/** Divides rewards by the deviation of the discounted return, over all that was learned from. */
class RewardScaler {
  readonly #gamma: number;
  readonly #statistics = new RunningStatistics(1);
  /** `[N]`: discounted return so far of the episode in progress of each environment. */
  readonly #returns: Float64Array;
  readonly #scratch = new Scratch();

  constructor(numEnvs: number, gamma: number) {
    this.#gamma = gamma;
    this.#returns = new Float64Array(numEnvs);
  }

  /** `[T, N]`, in an array that the next call reuses. */
  scale({ numEnvs, reward, terminated, truncated }: Rollout): Float32Array {
    const value = new Float64Array(1);
    for (let row = 0; row < reward.length; row++) {
      const i = row % numEnvs;
      this.#returns[i] = reward[row] + this.#gamma * this.#returns[i];
      value[0] = this.#returns[i];
      this.#statistics.add(value);
      if (terminated[row] || truncated[row]) this.#returns[i] = 0;
    }
    const factor = 1 / Math.sqrt(this.#statistics.variance(0) + EPSILON);
    const out = this.#scratch.of(reward.length);
    for (let row = 0; row < reward.length; row++) {
      out[row] = Math.min(Math.max(reward[row] * factor, -REWARD_CLIP), REWARD_CLIP);
    }
    return out;
  }

  cut(): void {
    this.#returns.fill(0);
  }

  state(): AgentState {
    return { returns: this.#returns.slice(), rewards: this.#statistics.state() };
  }

  restore(state: AgentState): void {
    this.#statistics.restore(state.rewards as AgentState);
    this.#returns.set(state.returns as Float64Array);
  }
}
