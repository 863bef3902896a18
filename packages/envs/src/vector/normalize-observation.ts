import {
  describeSpace,
  type EnvState,
  measuredNumbers,
  message,
  NORMALIZE_OBSERVATION,
  type NumericArray,
  normalizedSpace,
  type ObservationNormalization,
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

/**
 * Shifts and scales each float of the observations that no bound scales to mean 0 and variance 1 over all that was seen so far, and
 * clips it. A row with a number that is not finite is not among the statistics, and the number stays what it is. Indices, bits, integers, and pictures whose bounds say their scale, stay as they are, as networks scale those
 * themselves. The statistics go with an agent's `policy()`, into its file and its ONNX model: a saved policy takes observations as
 * they are in front of this wrapper.
 */
export class NormalizeObservation extends VectorWrapper {
  readonly statistics: RunningStatistics;
  readonly #isFrozen: boolean;
  readonly #clip: number;
  /** `[D]`: 1 where a number is normalised. */
  readonly #measured: Uint8Array;
  /** `[D]`: what is taken from each number, in the precision of programs, so that a saved policy acts bit for bit as behind this. */
  readonly #mean: Float32Array;
  /** `[D]`: 1 / deviation; 1 where a number is not normalised. */
  readonly #scale: Float32Array;
  /** Whether mean and scale are those of another one. */
  #isFollowing = false;

  /** @throws SpaceError when no number of the observations can be normalised */
  constructor(env: VectorEnv, { statistics, isFrozen = false, clip = 10 }: NormalizeObservationOptions = {}) {
    const { observationSpace } = env.spec;
    const measured = measuredNumbers(observationSpace);
    if (!measured.includes(1)) {
      const expectation = 'observations must have floats without a scale of their own';
      throw new SpaceError(
        message('NormalizeObservation', expectation, describeSpace(observationSpace), 'Leave it out: networks scale the others'),
      );
    }
    const own: ObservationNormalization = {
      observationSpace,
      clip,
      weights: () => this.#weights(),
      state: () => this.save(),
      restore: state => this.load(state),
      follow: other => this.#follow(other),
    };
    const normalizations = [...(env.spec.normalizations ?? []), own];
    super(env, { observationSpace: normalizedSpace(observationSpace, clip), normalizations }, NORMALIZE_OBSERVATION);
    this.statistics = statistics ?? new RunningStatistics(measured.length);
    this.#isFrozen = isFrozen;
    this.#clip = clip;
    this.#measured = measured;
    this.#mean = new Float32Array(measured.length);
    this.#scale = new Float32Array(measured.length).fill(1);
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
    const size = this.#measured.length;
    if (!this.#isFrozen && !this.#isFollowing) {
      for (let i = 0; i < this.numEnvs; i++) if (isFiniteRow(out.obs, i * size, size)) statistics.add(out.obs, i * size);
    }
    this.#round();
    for (let i = 0; i < this.numEnvs; i++) {
      this.#normalize(out.obs, i * size);
      if (isStep && (out.terminated[i] || out.truncated[i])) this.#normalize(out.finalObs, i * size);
    }
  }

  /** The present statistics in 32 bits; they may be those of another wrapper, which goes on. */
  #round(): void {
    if (this.#isFollowing) return;
    const { statistics } = this;
    for (let i = 0; i < this.#measured.length; i++) {
      if (this.#measured[i] === 0) continue;
      this.#mean[i] = statistics.mean[i];
      this.#scale[i] = 1 / Math.sqrt(statistics.variance(i) + EPSILON);
    }
  }

  #follow(other: ObservationNormalization | null): void {
    if (this.#isFrozen) return;
    this.#isFollowing = other !== null;
    const weights = other?.weights();
    if (!weights) return;
    this.#mean.set(weights.subarray(0, this.#mean.length));
    this.#scale.set(weights.subarray(this.#mean.length));
  }

  #weights(): Float32Array {
    this.#round();
    const weights = new Float32Array(2 * this.#mean.length);
    weights.set(this.#mean);
    weights.set(this.#scale, this.#mean.length);
    return weights;
  }

  #normalize(rows: NumericArray, offset: number): void {
    const clip = this.#clip;
    const [measured, mean, scale] = [this.#measured, this.#mean, this.#scale];
    for (let i = 0; i < measured.length; i++) {
      if (measured[i] === 0) continue;
      const value = Math.fround(rows[offset + i] - mean[i]) * scale[i];
      // Clipping would make a number of infinity.
      if (value - value === 0) rows[offset + i] = Math.min(clip, Math.max(-clip, value));
    }
  }
}

function isFiniteRow(rows: NumericArray, offset: number, size: number): boolean {
  for (let i = offset; i < offset + size; i++) if (!Number.isFinite(rows[i])) return false;
  return true;
}
