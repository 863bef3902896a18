import type { PlotLine } from './line-plot.ts';

/**
 * Mean of several runs, with a band of one standard deviation, where enough of them have a value.
 * @param share of the runs that must have one, in (0, 1]: all when omitted
 */
export function meanAndBand(name: string, runs: readonly (readonly (number | null)[])[], share = 1): PlotLine {
  const points = runs[0].map((_, i) => {
    const values = runs.map(values => values[i]).filter(value => value !== null);
    if (values.length === 0 || values.length < share * runs.length) return null;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return { y: mean, low: mean - deviation, high: mean + deviation };
  });
  const column = (key: 'y' | 'low' | 'high') => points.map(point => point?.[key] ?? null);
  return { name, y: column('y'), low: column('low'), high: column('high') };
}
