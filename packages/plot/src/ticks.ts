/** The smallest step of 1, 2 or 5 times a power of ten with which `count` steps are as long as `span`. */
function niceStep(span: number, count: number): number {
  const power = 10 ** Math.floor(Math.log10(span / count));
  return power * ([1, 2, 5].find(factor => factor * power * count >= span * (1 - 1e-9)) ?? 10);
}

/** Round numbers that divide [low, high] into about `count` parts. */
export function ticksWithin(low: number, high: number, count: number): number[] {
  const step = niceStep(high - low, count);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** Round numbers that enclose [low, high] in about `count` parts. */
export function enclosingTicks(low: number, high: number, count: number): number[] {
  const step = niceStep(high - low || Math.abs(high) || 1, count);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten that enclose the positive values; with the 2 and the 5 between them when they are few. */
export function logTicks(values: readonly number[]): number[] {
  const positive = values.filter(value => value > 0);
  const [low, high] = [Math.floor(Math.log10(Math.min(...positive))), Math.ceil(Math.log10(Math.max(...positive)))];
  const powers = Array.from({ length: Math.max(high - low, 1) + 1 }, (_, i) => 10 ** (low + i));
  return powers.length > 3
    ? powers
    : powers.flatMap((power, i) => (i === powers.length - 1 ? [power] : [power, 2 * power, 5 * power]));
}
