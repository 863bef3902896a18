import type { TransitionBatch } from '@zpin/contracts';

/** Importance weights `[B]` of each batch: its own, or ones, in an array that is made once. */
export function importanceWeights(): (batch: TransitionBatch) => Float32Array {
  let ones = new Float32Array(0);
  return ({ size, weight }) => {
    if (weight) return weight;
    if (ones.length !== size) ones = new Float32Array(size).fill(1);
    return ones;
  };
}
