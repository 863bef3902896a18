import {
  type BoxSpace,
  box,
  type Dtype,
  type Env,
  flatDtype,
  flatLayout,
  flatten,
  type NumericArray,
  type Space,
  type SpaceValue,
} from '@zpin/contracts';
import { ObservationWrapper } from './observation-wrapper.ts';

/** Shows any observation as one flat `Box` row, in the order of `flatLayout`. */
export class FlattenObservation<Act> extends ObservationWrapper<NumericArray, Act> {
  readonly #inner: Space;

  constructor(env: Env<SpaceValue, Act>) {
    super(env, flatBox(env.spec.observationSpace));
    this.#inner = env.spec.observationSpace;
  }

  protected override observation(obs: SpaceValue): NumericArray {
    return flatten(this.#inner, obs);
  }
}

/** The `Box` of all flat rows of a space. */
function flatBox(space: Space): BoxSpace {
  const dtype: Dtype = flatDtype(space);
  const low: number[] = [];
  const high: number[] = [];
  for (const { space: part } of flatLayout(space)) {
    if (part.type === 'box') {
      low.push(...part.low);
      high.push(...part.high);
    } else if (part.type === 'discrete') {
      low.push(part.start);
      high.push(part.start + part.n - 1);
    } else {
      const highest = part.type === 'multiBinary' ? new Array<number>(part.n).fill(1) : part.nvec.map(n => n - 1);
      low.push(...highest.map(() => 0));
      high.push(...highest);
    }
  }
  return box({ low, high, dtype });
}
