import { type BoxSpace, box, type Env, message, type NumericArray, SpaceError, type SpaceValue } from '@zpin/contracts';
import { ActionWrapper } from './action-wrapper.ts';
import { boxValue } from './box-value.ts';
import { requireSpace } from './require-space.ts';

/**
 * Takes actions in [low, high], [−1, 1] when omitted, and stretches them to the bounds of the environment's `Box`; rounds them
 * where that is of integers.
 */
export class RescaleAction<Obs> extends ActionWrapper<Obs, NumericArray> {
  readonly #inner: BoxSpace;
  readonly #low: number;
  readonly #range: number;

  /** @throws SpaceError unless actions are a bounded `Box` and low < high */
  constructor(env: Env<Obs, SpaceValue>, low = -1, high = 1) {
    const inner = requireSpace('RescaleAction', env.spec.actionSpace, 'box');
    const isBounded = [...inner.low, ...inner.high].every(Number.isFinite);
    if (!(isBounded && low < high && Number.isFinite(high - low))) {
      throw new SpaceError(message('RescaleAction', 'all bounds must be finite, and low < high', [low, high], 'Use ClipAction'));
    }
    super(env, box({ low, high, shape: inner.shape }), `rescale-action:${low}:${high}`);
    this.#inner = inner;
    this.#low = low;
    this.#range = high - low;
  }

  protected override action(action: NumericArray): NumericArray {
    const { low, high } = this.#inner;
    const stretch = (value: number, i: number) => low[i] + ((value - this.#low) / this.#range) * (high[i] - low[i]);
    return boxValue(`${this.spec.id}.step`, this.#inner, action, stretch);
  }
}
