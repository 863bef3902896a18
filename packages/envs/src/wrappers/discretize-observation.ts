import { discrete, type Env, InputError, message, type NumericArray, type SpaceValue } from '@zpin/contracts';
import { ObservationWrapper } from './observation-wrapper.ts';
import { requireSpace } from './require-space.ts';

export interface DiscretizeObservationOptions {
  /** Bins of every number, or of each. */
  readonly bins: number | readonly number[];
  /** Where the bins of each number begin; the space's bounds when omitted. Needed where those are infinite. */
  readonly low?: readonly number[];
  /** Where they end. */
  readonly high?: readonly number[];
}

/** Numbers of combinations are observations, which have 32 bits. */
const MOST_CELLS = 2 ** 31;

/**
 * Sorts each number of a `Box` observation into bins of equal width, and numbers the combinations, for tabular agents. Numbers
 * beyond the bins count as the nearest bin. The last number changes fastest.
 */
export class DiscretizeObservation<Act> extends ObservationWrapper<number, Act> {
  readonly #bins: readonly number[];
  readonly #low: readonly number[];
  readonly #high: readonly number[];

  /** @throws SpaceError unless observations are a `Box`; InputError when bins or bounds do not fit it */
  constructor(env: Env<SpaceValue, Act>, options: DiscretizeObservationOptions) {
    const inner = requireSpace('DiscretizeObservation', env.spec.observationSpace, 'box');
    const size = inner.low.length;
    const bins = typeof options.bins === 'number' ? new Array<number>(size).fill(options.bins) : [...options.bins];
    const low = [...(options.low ?? inner.low)];
    const high = [...(options.high ?? inner.high)];
    if (bins.length !== size || !bins.every(n => Number.isSafeInteger(n) && n >= 1)) {
      throw new InputError(message('DiscretizeObservation', `bins must be ${size} integers >= 1`, bins, 'Give one per number'));
    }
    const isOrdered =
      low.length === size && high.length === size && low.every((value, i) => Number.isFinite(high[i] - value) && value < high[i]);
    if (!isOrdered) {
      const expectation = `low and high must be ${size} finite numbers each, low < high`;
      throw new InputError(message('DiscretizeObservation', expectation, { low, high }, 'Give bounds where the space has none'));
    }
    const cells = bins.reduce((product, n) => product * n, 1);
    if (cells > MOST_CELLS) {
      const expectation = `bins must make at most ${MOST_CELLS} combinations`;
      throw new InputError(message('DiscretizeObservation', expectation, cells, 'Give fewer of them'));
    }
    super(env, discrete(cells), {}, `discretize-observation:${bins}:${low}:${high}`);
    this.#bins = bins;
    this.#low = low;
    this.#high = high;
  }

  protected override observation(obs: SpaceValue): number {
    const low = this.#low;
    const high = this.#high;
    return this.#bins.reduce((index, n, i) => {
      const share = ((obs as NumericArray)[i] - low[i]) / (high[i] - low[i]);
      return index * n + Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    }, 0);
  }
}
