import { meanAndBand } from '@zpin/plot';
import type { ThinSeries } from '../watch/bucket-series.ts';

/** A line of a chart: a value at each step of its chart, null where it has none. */
export interface Line {
  readonly y: readonly (number | null)[];
  /** Band around it; null where it has none. */
  readonly low: readonly (number | null)[] | null;
  readonly high: readonly (number | null)[] | null;
}

export interface Lines {
  /** Steps, rising. */
  readonly x: readonly number[];
  /** One for each group that has the measure, and null for each that has not. */
  readonly lines: readonly (Line | null)[];
}

/** Share of the runs of a group that must have a value: one that was stopped early does not end the line of all. */
const ENOUGH = 0.5;
/** Part of the width of a chart over which the strongest smoothing takes its means. */
const WIDEST = 0.25;

/** A series over the intervals of a chart: means, extremes and counts, by index. */
interface Aligned {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  readonly first: number;
  readonly last: number;
}

/**
 * The lines of a chart: of each group of series the mean, with a band of one standard deviation, where half of them have a value; of a group of one the series
 * itself, with the range of what falls together as its band.
 * @param groups series that are one line each
 * @param smoothing 0, none, to 1, means over a quarter of the chart
 */
export function linesOf(groups: readonly (readonly ThinSeries[])[], smoothing: number): Lines {
  const all = groups.flat().filter(({ steps }) => steps.length > 0);
  if (all.length === 0) return { x: [], lines: groups.map(() => null) };
  const width = Math.max(...all.map(series => series.width));
  const end = Math.max(...all.map(({ steps }) => Math.floor((steps.at(-1) as number) / width))) + 1;
  const wide = groups.map(group => group.filter(({ steps }) => steps.length > 0).map(series => align(series, width, end)));
  // Only steps at which there is something: few points stay few.
  const indices = Array.from({ length: end }, (_, k) => k).filter(k =>
    wide.some(group => group.some(({ counts }) => counts[k] > 0)),
  );
  const x = indices.map(k => (width === 1 ? k : (k + 0.5) * width));
  const reach = WIDEST * smoothing ** 2 * ((x.at(-1) as number) - x[0]);
  const lines = wide.map(group => {
    const means = group.map(series => smooth(series, indices, x, reach));
    if (means.length === 0) return null;
    if (means.length > 1) {
      const { y, low, high } = meanAndBand('', means, ENOUGH);
      return { y, low, high };
    }
    const [{ counts, lows, highs }] = group;
    const ranged = (values: Float64Array) => indices.map(k => (counts[k] > 0 ? values[k] : null));
    const isRange = indices.some(k => lows[k] < highs[k]);
    return { y: means[0], low: isRange ? ranged(lows) : null, high: isRange ? ranged(highs) : null };
  });
  return { x, lines };
}

/** @param width a multiple of that of the series @param length intervals */
function align(series: ThinSeries, width: number, length: number): Aligned {
  const [counts, sums, lows, highs] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(value =>
    new Float64Array(length).fill(value),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const { steps, means } = series;
  const [low, high] = [series.lows ?? means, series.highs ?? means];
  for (let i = 0; i < steps.length; i++) {
    const k = Math.floor(steps[i] / width);
    counts[k] += series.counts[i];
    sums[k] += series.counts[i] * means[i];
    lows[k] = Math.min(lows[k], low[i]);
    highs[k] = Math.max(highs[k], high[i]);
  }
  const index = (step = 0) => Math.floor(step / width);
  return { counts, sums, lows, highs, first: index(steps[0]), last: index(steps.at(-1)) };
}

/**
 * Means that weigh every value behind them by `exp(-distance / reach)`; between two values on the line from one to the other, and
 * null before the first and behind the last.
 */
function smooth(
  { counts, sums, first, last }: Aligned,
  indices: readonly number[],
  x: readonly number[],
  reach: number,
): (number | null)[] {
  const found: (number | null)[] = [];
  let weight = 0;
  let total = 0;
  let before = 0;
  let at = -1;
  for (const [i, k] of indices.entries()) {
    if (counts[k] === 0) {
      found.push(null);
      continue;
    }
    const decay = reach === 0 || at < 0 ? 0 : Math.exp(-(x[i] - before) / reach);
    weight = weight * decay + counts[k];
    total = total * decay + sums[k];
    found.push(total / weight);
    for (let j = at + 1; at >= 0 && j < i; j++) {
      const [left, right] = [found[at] as number, total / weight];
      found[j] = left + ((right - left) * (x[j] - before)) / (x[i] - before);
    }
    [before, at] = [x[i], i];
  }
  return found.map((value, i) => (indices[i] < first || indices[i] > last ? null : value));
}
