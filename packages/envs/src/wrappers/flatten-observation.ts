import {
  type BoxSpace,
  box,
  type Dtype,
  type Env,
  type FlatPart,
  flatLayout,
  flatten,
  type NumericArray,
  type Space,
  type SpaceValue,
} from '@zpin/contracts';
import { ObservationWrapper } from './observation-wrapper.ts';

/**
 * Shows any observation as one `Box` row, in the order of `flatLayout`: indices of `Discrete` and `MultiDiscrete` parts as one-hot,
 * all other numbers as they are.
 */
export class FlattenObservation<Act> extends ObservationWrapper<NumericArray, Act> {
  readonly #inner: Space;
  readonly #parts: readonly FlatPart[];
  readonly #row: BoxSpace;

  constructor(env: Env<SpaceValue, Act>) {
    const inner = env.spec.observationSpace;
    const parts = flatLayout(inner);
    const row = rowOf(parts);
    super(env, row, {}, 'flatten-observation');
    this.#inner = inner;
    this.#parts = parts;
    this.#row = row;
  }

  protected override observation(obs: SpaceValue): NumericArray {
    const flat = flatten(this.#inner, obs);
    const row = this.#row.low.slice().fill(0);
    let to = 0;
    for (const { space, offset, size } of this.#parts) {
      const values = indexSizes(space);
      for (let i = 0; i < size; i++) {
        if (values) row[to + flat[offset + i] - (space.type === 'discrete' ? space.start : 0)] = 1;
        else row[to] = flat[offset + i];
        to += values ? values[i] : 1;
      }
    }
    return row;
  }
}

/** How many values each index of a part has; `null` for parts that are no indices. */
function indexSizes(space: FlatPart['space']): readonly number[] | null {
  if (space.type === 'discrete') return [space.n];
  return space.type === 'multiDiscrete' ? space.nvec : null;
}

/** The `Box` of all rows: of the element type of the numbers where they agree, else floats. */
function rowOf(parts: readonly FlatPart[]): BoxSpace {
  const low: number[] = [];
  const high: number[] = [];
  const types = new Set<Dtype>();
  for (const { space } of parts) {
    if (space.type === 'box') {
      types.add(space.dtype);
      for (const bound of space.low) low.push(bound);
      for (const bound of space.high) high.push(bound);
      continue;
    }
    if (space.type === 'multiBinary') types.add('uint8');
    const width = space.type === 'multiBinary' ? space.n : (indexSizes(space) ?? []).reduce((sum, n) => sum + n, 0);
    for (let i = 0; i < width; i++) {
      low.push(0);
      high.push(1);
    }
  }
  const [first = 'float32'] = types;
  return box({ low, high, dtype: types.size === 1 ? first : 'float32' });
}
