import { box, type DiscreteSpace, type Env, type SpaceValue } from '@zpin/contracts';
import { ObservationWrapper } from './observation-wrapper.ts';
import { requireSpace } from './require-space.ts';

/** Shows a `Discrete(n)` observation as n numbers, 1 at its index and 0 elsewhere, as networks need it. */
export class OneHotObservation<Act> extends ObservationWrapper<Float32Array, Act> {
  readonly #inner: DiscreteSpace;

  /** @throws SpaceError unless observations are `Discrete` */
  constructor(env: Env<SpaceValue, Act>) {
    const inner = requireSpace('OneHotObservation', env.spec.observationSpace, 'discrete');
    super(env, box({ low: 0, high: 1, shape: [inner.n] }), {}, 'one-hot-observation');
    this.#inner = inner;
  }

  protected override observation(obs: SpaceValue): Float32Array {
    const row = new Float32Array(this.#inner.n);
    row[(obs as number) - this.#inner.start] = 1;
    return row;
  }
}
