/**
 * 1 − Var(target − value) / Var(target): 1 is a perfect value function, 0 one no better than a constant, and below 0 a worse one;
 * 0 too where all targets are equal.
 * @param value `[B]` @param target `[B]`
 */
export function explainedVariance(value: Float32Array, target: Float32Array): number {
  const total = variance(target.length, i => target[i]);
  return total === 0 ? 0 : 1 - variance(target.length, i => target[i] - value[i]) / total;
}

/** Of numbers as their distance to the first: exactly 0 where all are equal, and right where they are far from 0. */
function variance(size: number, at: (i: number) => number): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < size; i++) {
    const distance = at(i) - at(0);
    sum += distance;
    squares += distance * distance;
  }
  return squares / size - (sum / size) ** 2;
}
