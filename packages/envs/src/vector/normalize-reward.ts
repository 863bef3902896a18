import {
  type EnvState,
  InputError,
  message,
  type NumericArray,
  RunningStatistics,
  type StateValue,
  type VectorEnv,
  type VectorStep,
} from '@zpin/contracts';
import { VectorWrapper } from './vector-wrapper.ts';

export interface NormalizeRewardOptions {
  /** Discount of the returns whose spread is measured; that of the agent. */
  readonly gamma?: number;
  /** Leaves the statistics as they are. */
  readonly isFrozen?: boolean;
  /** Normalised rewards stay in [−clip, clip]. */
  readonly clip?: number;
}

const EPSILON = 1e-8;

/**
 * Divides rewards by the standard deviation of the discounted returns seen so far, and clips them; the mean is left alone, which
 * would change the task. `rawReward` keeps the rewards of the last step as this wrapper got them, and that of the step what the
 * environments themselves paid. A reward that is not finite stays as it is, and is not among the statistics.
 */
export class NormalizeReward extends VectorWrapper {
  /** `[N]` */
  readonly rawReward: Float32Array;
  readonly statistics = new RunningStatistics(1);
  readonly #returns: Float64Array;
  /** Whether the wrapped environment writes what was paid. */
  readonly #isTold: boolean;
  readonly #gamma: number;
  readonly #isFrozen: boolean;
  readonly #clip: number;

  /** @throws InputError unless gamma is in [0, 1] */
  constructor(env: VectorEnv, { gamma = 0.99, isFrozen = false, clip = 10 }: NormalizeRewardOptions = {}) {
    if (!(gamma >= 0 && gamma <= 1))
      throw new InputError(message('NormalizeReward', 'gamma must be in [0, 1]', gamma, 'Typical is 0.99'));
    super(env);
    this.rawReward = new Float32Array(env.numEnvs);
    this.#returns = new Float64Array(env.numEnvs);
    this.#isTold = env.createStep().rawReward !== undefined;
    this.#gamma = gamma;
    this.#isFrozen = isFrozen;
    this.#clip = clip;
  }

  override createStep(): VectorStep {
    const step = this.env.createStep();
    return this.#isTold ? step : { ...step, rawReward: new Float32Array(this.numEnvs) };
  }

  override reset(out: VectorStep, seed?: number | readonly number[]): void {
    this.#returns.fill(0);
    this.env.reset(out, seed);
  }

  override step(actions: NumericArray, out: VectorStep): void {
    const { statistics } = this;
    const returns = this.#returns;
    const gamma = this.#gamma;
    const clip = this.#clip;
    this.env.step(actions, out);
    this.rawReward.set(out.reward);
    if (!this.#isTold) out.rawReward?.set(out.reward);
    for (let i = 0; i < this.numEnvs; i++) {
      if (Number.isFinite(out.reward[i])) {
        returns[i] = returns[i] * gamma + out.reward[i];
        if (!this.#isFrozen) statistics.add(returns, i);
      }
      if (out.terminated[i] || out.truncated[i]) returns[i] = 0;
    }
    const scale = 1 / Math.sqrt(statistics.variance(0) + EPSILON);
    for (let i = 0; i < this.numEnvs; i++) {
      // Clipping would make a number of infinity.
      if (Number.isFinite(out.reward[i])) out.reward[i] = Math.min(clip, Math.max(-clip, out.reward[i] * scale));
    }
  }

  protected override save(): EnvState {
    return { statistics: this.statistics.state(), returns: this.#returns.slice(), rawReward: this.rawReward.slice() };
  }

  protected override load(state: EnvState): void {
    this.statistics.restore(state.statistics as { readonly [key: string]: StateValue });
    this.#returns.set(state.returns as Float64Array);
    this.rawReward.set(state.rawReward as Float32Array);
  }
}
