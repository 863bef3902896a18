import {
  type AgentState,
  describeSpace,
  type EnvSpec,
  field,
  measuredNumbers,
  message,
  type NumericArray,
  RunningStatistics,
  SpaceError,
} from '@zpin/contracts';
import { Scratch } from './scratch.ts';
import type { Stateful } from './stateful.ts';

/**
 * Settings of every algorithm whose observations can be normalised.
 * @param smallestDeviation default of that setting
 */
export function observationFields({ smallestDeviation }: { readonly smallestDeviation: number }) {
  return {
    normalizeObservations: field.boolean({
      default: false,
      meaning: 'give each number of the observations mean 0 and deviation 1, by those that the agent has explored so far',
    }),
    observationClip: field.positive({
      default: 10,
      unit: 'standard deviations',
      meaning: 'largest absolute value of normalised observations',
    }),
    smallestDeviation: field.nonNegative({
      default: smallestDeviation,
      meaning: 'deviation as which a smaller one of an observation counts when it is normalised',
    }),
  };
}

export interface ObservationNormalizerOptions {
  /** Largest absolute value of normalised numbers. */
  readonly clip: number;
  /** Deviations below this count as this: a number that hardly varies carries no news worth blowing up. */
  readonly smallestDeviation: number;
  /** Added to the variance, which keeps the divisor from 0 where nothing varies. */
  readonly epsilon: number;
}

/**
 * Brings each float of observations that no bound scales to mean 0 and deviation 1, by statistics that change only when `add` is
 * called. Indices, bits, integers, and pictures whose bounds say their scale, stay as they are: networks scale those themselves.
 */
export class ObservationNormalizer implements Stateful {
  readonly #options: ObservationNormalizerOptions;
  readonly #statistics: RunningStatistics;
  /** `[D]`: 1 where a number is measured. */
  readonly #measured: Uint8Array;
  /** `[D]`, rounded to the precision of programs, so that an exported policy acts bit for bit as the agent does. */
  readonly #mean: Float32Array;
  /** `[D]`: 1 / deviation; 1 before there are statistics. */
  readonly #scale: Float32Array;
  readonly #scratch = new Map<string, Scratch>();

  /** @param algorithm named in errors @throws SpaceError when no number of the observations can be measured */
  constructor(algorithm: string, { observationSpace, id }: EnvSpec, options: ObservationNormalizerOptions) {
    this.#measured = measuredNumbers(observationSpace);
    if (!this.#measured.includes(1)) {
      const expectation = `observations of ${id} must have floats without a scale of their own to be normalised`;
      throw new SpaceError(message(algorithm, expectation, describeSpace(observationSpace), 'Turn normalizeObservations off'));
    }
    this.#options = options;
    const size = this.#measured.length;
    this.#statistics = new RunningStatistics(size);
    this.#mean = new Float32Array(size);
    this.#scale = new Float32Array(size).fill(1);
  }

  /** Takes rows `[N, D]` into the statistics. */
  add(rows: NumericArray): void {
    for (let offset = 0; offset < rows.length; offset += this.#mean.length) this.#statistics.add(rows, offset);
    this.#round();
  }

  /**
   * Normalised rows.
   * @param rows `[N, D]` @param use what they are for: each use has an array of its own, which its next call reuses
   * @returns `[N, D]`
   */
  normalize(rows: NumericArray, use: string): Float32Array {
    let scratch = this.#scratch.get(use);
    if (!scratch) {
      scratch = new Scratch();
      this.#scratch.set(use, scratch);
    }
    const out = scratch.of(rows.length);
    const { clip } = this.#options;
    const [mean, scale, measured] = [this.#mean, this.#scale, this.#measured];
    for (let offset = 0; offset < rows.length; offset += mean.length) {
      for (let k = 0; k < mean.length; k++) {
        const value = Math.fround(rows[offset + k] - mean[k]) * scale[k];
        out[offset + k] = measured[k] === 1 ? Math.min(Math.max(value, -clip), clip) : rows[offset + k];
      }
    }
    return out;
  }

  /** Weights `[P]` of a policy on normalised observations, with those of `normalizedPolicy` behind them. */
  exportWith(weights: Float32Array): Float32Array {
    const all = new Float32Array(weights.length + 2 * this.#mean.length);
    all.set(weights);
    all.set(this.#mean, weights.length);
    all.set(this.#scale, weights.length + this.#mean.length);
    return all;
  }

  state(): AgentState {
    return this.#statistics.state();
  }

  /** @throws CheckpointError when the state is of observations of another size */
  restore(state: AgentState): void {
    this.#statistics.restore(state);
    this.#mean.fill(0);
    this.#scale.fill(1);
    this.#round();
  }

  #round(): void {
    const { smallestDeviation, epsilon } = this.#options;
    if (this.#statistics.count === 0) return;
    for (let k = 0; k < this.#mean.length; k++) {
      if (this.#measured[k] === 0) continue;
      this.#mean[k] = this.#statistics.mean[k];
      const deviation = Math.max(smallestDeviation, Math.sqrt(this.#statistics.variance(k) + epsilon));
      // What never changed is 0 once the mean is taken away; it must not be divided by 0.
      this.#scale[k] = deviation === 0 ? 1 : 1 / deviation;
    }
  }
}
