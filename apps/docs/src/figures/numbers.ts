/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** Distribution function of the standard normal distribution, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = normalDensity(x) * series;
  return x >= 0 ? 1 - above : above;
}

/** Mean of the largest of n standard normal numbers, by the trapezium rule. */
export function meanOfLargest(n: number): number {
  const step = 0.01;
  let sum = 0;
  for (let x = -8; x <= 8; x += step) sum += x * n * normalCdf(x) ** (n - 1) * normalDensity(x) * step;
  return sum;
}

/** Probabilities in proportion to the exponential of the scores. */
export function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const weights = scores.map(score => Math.exp(score - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map(weight => weight / sum);
}

/** Whole numbers from the first to the last. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
