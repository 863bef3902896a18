import { box, createRows, type Env, InputError, message, type NumericArray, type SpaceValue } from '@zpin/contracts';
import { ObservationWrapper } from './observation-wrapper.ts';
import { requireSpace } from './require-space.ts';

/**
 * Shows only some of the numbers of a `Box` observation, in the given order: without velocities, for example, so that a policy
 * must remember.
 */
export class SelectObservation<Act> extends ObservationWrapper<NumericArray, Act> {
  readonly #indices: readonly number[];

  /** @throws SpaceError unless observations are a `Box`; InputError unless each index is that of one of its numbers */
  constructor(env: Env<SpaceValue, Act>, indices: readonly number[]) {
    const { low, high, dtype } = requireSpace('SelectObservation', env.spec.observationSpace, 'box');
    if (indices.length === 0 || !indices.every(i => Number.isSafeInteger(i) && i >= 0 && i < low.length)) {
      const expectation = `indices must be integers in [0, ${low.length - 1}], one at least`;
      throw new InputError(message('SelectObservation', expectation, indices, 'Count from 0'));
    }
    const pick = (bounds: ArrayLike<number>) => indices.map(i => bounds[i] as number);
    super(env, box({ low: pick(low), high: pick(high), dtype }), {}, `select-observation:${indices}`);
    this.#indices = indices;
  }

  protected override observation(obs: SpaceValue): NumericArray {
    const all = obs as NumericArray;
    const some = createRows(this.spec.observationSpace, 1);
    for (const [k, i] of this.#indices.entries()) some[k] = all[i] as number;
    return some;
  }
}
