import { type BoxSpace, discrete, type Env, InputError, message, type NumericArray, type SpaceValue } from '@zpin/contracts';
import { ActionWrapper } from './action-wrapper.ts';
import { boxValue } from './box-value.ts';
import { requireSpace } from './require-space.ts';

/**
 * Offers `bins` evenly spaced values, both bounds among them, for each number of a bounded `Box` action; with K numbers there are
 * bins^K discrete actions, of which the last number changes fastest. Values are rounded where the box is of integers.
 */
export class DiscretizeAction<Obs> extends ActionWrapper<Obs, number> {
  readonly #inner: BoxSpace;
  readonly #bins: number;

  /** @throws SpaceError unless actions are a `Box`; InputError unless `bins` is an integer ≥ 2 */
  constructor(env: Env<Obs, SpaceValue>, bins: number) {
    const inner = requireSpace('DiscretizeAction', env.spec.actionSpace, 'box');
    if (!(Number.isSafeInteger(bins) && bins >= 2 && [...inner.low, ...inner.high].every(Number.isFinite))) {
      throw new InputError(message('DiscretizeAction', 'bins must be an integer >= 2, and all bounds finite', bins, 'Try 11'));
    }
    super(env, discrete(bins ** inner.low.length), `discretize-action:${bins}`);
    this.#inner = inner;
    this.#bins = bins;
  }

  protected override action(action: number): NumericArray | number {
    const { low, high } = this.#inner;
    const { n } = requireSpace('DiscretizeAction', this.spec.actionSpace, 'discrete');
    // The environment's own check names the space that it knows; a bad index must not reach it as a number.
    if (!(Number.isInteger(action) && action >= 0 && action < n)) {
      throw new InputError(message(`${this.spec.id}.step`, `the action must be of Discrete(${n})`, action, 'Check the policy'));
    }
    const digits = new Float32Array(low.length);
    let rest = action;
    for (let i = digits.length - 1; i >= 0; i--) {
      digits[i] = rest % this.#bins;
      rest = Math.floor(rest / this.#bins);
    }
    const spread = (digit: number, i: number) => low[i] + (digit / (this.#bins - 1)) * (high[i] - low[i]);
    return boxValue(`${this.spec.id}.step`, this.#inner, digits, spread);
  }
}
