import type { Dtype } from './space.ts';

/** Arrays of each element type. */
export const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** Least and greatest value of each element type. */
export const ranges: Readonly<Record<Dtype, readonly [number, number]>> = {
  float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
};
