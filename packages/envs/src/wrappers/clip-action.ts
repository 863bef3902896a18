import { type BoxSpace, box, type Env, type NumericArray, type SpaceValue } from '@zpin/contracts';
import { ActionWrapper } from './action-wrapper.ts';
import { boxValue } from './box-value.ts';
import { requireSpace } from './require-space.ts';

/** Takes any finite action, and clips it to the bounds of the environment's `Box`; rounds it where that is of integers. */
export class ClipAction<Obs> extends ActionWrapper<Obs, NumericArray> {
  readonly #inner: BoxSpace;

  /** @throws SpaceError unless actions are a `Box` */
  constructor(env: Env<Obs, SpaceValue>) {
    const inner = requireSpace('ClipAction', env.spec.actionSpace, 'box');
    super(env, box({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, shape: inner.shape }), 'clip-action');
    this.#inner = inner;
  }

  protected override action(action: NumericArray): NumericArray {
    const { low, high } = this.#inner;
    return boxValue(`${this.spec.id}.step`, this.#inner, action, (value, i) => Math.min(high[i], Math.max(low[i], value)));
  }
}
