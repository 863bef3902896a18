import {
  box,
  describeSpace,
  dict,
  type EnvState,
  measuredNumbers,
  message,
  type NumericArray,
  RunningStatistics,
  type Space,
  SpaceError,
  type StateValue,
  tuple,
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
 * themselves.
 */
export class NormalizeObservation extends VectorWrapper {
  readonly statistics: RunningStatistics;
  readonly #isFrozen: boolean;
  readonly #clip: number;
  /** `[D]`: 1 where a number is normalised. */
  readonly #measured: Uint8Array;

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
    super(env, { observationSpace: normalizedSpace(observationSpace, clip) });
    this.statistics = statistics ?? new RunningStatistics(measured.length);
    this.#isFrozen = isFrozen;
    this.#clip = clip;
    this.#measured = measured;
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
    if (!this.#isFrozen) {
      for (let i = 0; i < this.numEnvs; i++) if (isFiniteRow(out.obs, i * size, size)) statistics.add(out.obs, i * size);
    }
    for (let i = 0; i < this.numEnvs; i++) {
      this.#normalize(out.obs, i * size);
      if (isStep && (out.terminated[i] || out.truncated[i])) this.#normalize(out.finalObs, i * size);
    }
  }

  #normalize(rows: NumericArray, offset: number): void {
    const { statistics } = this;
    const clip = this.#clip;
    const measured = this.#measured;
    for (let i = 0; i < measured.length; i++) {
      if (measured[i] === 0) continue;
      const value = (rows[offset + i] - statistics.mean[i]) / Math.sqrt(statistics.variance(i) + EPSILON);
      // Clipping would make a number of infinity.
      if (value - value === 0) rows[offset + i] = Math.min(clip, Math.max(-clip, value));
    }
  }
}

function isFiniteRow(rows: NumericArray, offset: number, size: number): boolean {
  for (let i = offset; i < offset + size; i++) if (!Number.isFinite(rows[i])) return false;
  return true;
}

/** The space with the bounds of what is normalised. */
function normalizedSpace(space: Space, clip: number): Space {
  switch (space.type) {
    case 'dict':
      return dict(Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, normalizedSpace(part, clip)])));
    case 'tuple':
      return tuple(space.spaces.map(part => normalizedSpace(part, clip)));
    case 'box':
      return measuredNumbers(space).includes(1) ? box({ low: -clip, high: clip, shape: space.shape }) : space;
    default:
      return space;
  }
}
