import {
  box,
  describeSpace,
  type EnvState,
  flatDtype,
  flatSize,
  message,
  type NumericArray,
  RunningStatistics,
  SpaceError,
  type StateValue,
  type VectorEnv,
  type VectorStep,
} from '@zpin/contracts';
import { VectorWrapper } from './vector-wrapper.ts';

export interface NormalizeObservationOptions {
  /** Statistics to share, for example those of training in an evaluation; new ones when omitted. */
  readonly statistics?: RunningStatistics;
  /** Leaves the statistics as they are. */
  readonly isFrozen?: boolean;
  /** Normalised numbers stay in [−clip, clip]. */
  readonly clip?: number;
}

/** Added to variances, so that a constant number becomes 0. */
const EPSILON = 1e-8;

/** Shifts and scales each number of a float observation to mean 0 and variance 1 over all that was seen so far, and clips it. */
export class NormalizeObservation extends VectorWrapper {
  readonly statistics: RunningStatistics;
  readonly #isFrozen: boolean;
  readonly #clip: number;
  readonly #size: number;

  /** @throws SpaceError unless flat observations are float32 */
  constructor(env: VectorEnv, { statistics, isFrozen = false, clip = 10 }: NormalizeObservationOptions = {}) {
    const { observationSpace } = env.spec;
    const size = flatSize(observationSpace);
    if (flatDtype(observationSpace) !== 'float32') {
      const actual = describeSpace(observationSpace);
      throw new SpaceError(
        message('NormalizeObservation', 'observations must be float32', actual, 'Scale pixels by 1 / 255 instead'),
      );
    }
    super(env, { observationSpace: box({ low: -clip, high: clip, shape: [size] }) });
    this.statistics = statistics ?? new RunningStatistics(size);
    this.#isFrozen = isFrozen;
    this.#clip = clip;
    this.#size = size;
  }

  override reset(out: VectorStep, seed?: number | readonly number[]): void {
    this.env.reset(out, seed);
    this.#transform(out, false);
  }

  override step(actions: NumericArray, out: VectorStep): void {
    this.env.step(actions, out);
    this.#transform(out, true);
  }

  protected override save(): EnvState {
    return { statistics: this.statistics.state() };
  }

  protected override load(state: EnvState): void {
    this.statistics.restore(state.statistics as { readonly [key: string]: StateValue });
  }

  #transform(out: VectorStep, isStep: boolean): void {
    const { statistics } = this;
    const size = this.#size;
    if (!this.#isFrozen) for (let i = 0; i < this.numEnvs; i++) statistics.add(out.obs, i * size);
    for (let i = 0; i < this.numEnvs; i++) {
      this.#normalize(out.obs, i * size);
      if (isStep && (out.terminated[i] || out.truncated[i])) this.#normalize(out.finalObs, i * size);
    }
  }

  #normalize(rows: NumericArray, offset: number): void {
    const { statistics } = this;
    const clip = this.#clip;
    for (let i = 0; i < this.#size; i++) {
      const value = (rows[offset + i] - statistics.mean[i]) / Math.sqrt(statistics.variance(i) + EPSILON);
      rows[offset + i] = Math.min(clip, Math.max(-clip, value));
    }
  }
}
