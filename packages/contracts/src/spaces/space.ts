import type { NumericArray } from '../numeric-array.ts';

/** Element types of arrays in spaces and in vector steps. */
export type Dtype = 'float32' | 'int32' | 'uint8';

/** The integers start … start + n − 1. */
export interface DiscreteSpace {
  readonly type: 'discrete';
  readonly n: number;
  readonly start: number;
}

/** Arrays of one shape whose elements have their own bounds. */
export interface BoxSpace {
  readonly type: 'box';
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** One bound per element, row-major; may be infinite for float32. */
  readonly low: NumericArray;
  readonly high: NumericArray;
}

/** Several independent choices: element i in 0 … nvec[i] − 1. */
export interface MultiDiscreteSpace {
  readonly type: 'multiDiscrete';
  readonly nvec: readonly number[];
}

/** n bits. */
export interface MultiBinarySpace {
  readonly type: 'multiBinary';
  readonly n: number;
}

/** A record of spaces. Keys are sorted, so that equal spaces have equal flat layouts. */
export interface DictSpace {
  readonly type: 'dict';
  readonly spaces: Readonly<Record<string, Space>>;
}

export interface TupleSpace {
  readonly type: 'tuple';
  readonly spaces: readonly Space[];
}

export type Space = DiscreteSpace | BoxSpace | MultiDiscreteSpace | MultiBinarySpace | DictSpace | TupleSpace;

/** Any value of any space. */
export type SpaceValue = number | NumericArray | readonly SpaceValue[] | { readonly [key: string]: SpaceValue };

/** Values of a space: a number, an array of its element type, a record, or a list. */
export type ValueOf<S extends Space> = S extends DiscreteSpace
  ? number
  : S extends BoxSpace
    ? NumericArray
    : S extends MultiDiscreteSpace
      ? Int32Array
      : S extends MultiBinarySpace
        ? Uint8Array
        : S extends DictSpace
          ? { readonly [key: string]: SpaceValue }
          : readonly SpaceValue[];
