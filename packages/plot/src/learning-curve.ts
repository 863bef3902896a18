import { linePlot } from './line-plot.ts';
import { formatCount, formatNumber } from './numbers.ts';
import { ticksWithin } from './ticks.ts';

/** A return at a number of environment steps. */
export interface Point {
  readonly step: number;
  readonly value: number;
}

/** What a learning curve shows. */
export interface LearningCurve {
  readonly title: string;
  /** Returns of training episodes. */
  readonly episodes: readonly Point[];
  /** Mean returns of the greedy policy. */
  readonly evaluations: readonly Point[];
  /** Return at which the task counts as solved. */
  readonly threshold: number | null;
  readonly totalSteps: number;
}

/** Places along the axis of steps at which the episodes are summed up. */
const BINS = 80;

interface Bin {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean, 10th and 90th percentile of the episodes that ended in each of `count` equal spans of steps. */
function summarize(points: readonly Point[], totalSteps: number, count: number): Bin[] {
  const groups = Array.from({ length: count }, (): number[] => []);
  for (const { step, value } of points) groups[Math.min(count - 1, Math.floor((count * step) / totalSteps))]?.push(value);
  return groups.flatMap((values, i) => {
    if (values.length === 0) return [];
    const sorted = values.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [{ step: ((i + 0.5) * totalSteps) / count, mean, low: at(0.1), high: at(0.9) }];
  });
}

/** Lowest and highest return that the picture must show, with a little air. */
function range(curve: LearningCurve, bins: readonly Bin[]): [number, number] {
  const values = [
    ...bins.flatMap(({ low, high }) => [low, high]),
    ...curve.evaluations.map(({ value }) => value),
    ...(curve.threshold === null ? [] : [curve.threshold]),
  ];
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const air = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - air, high + air];
}

/** The curve as an SVG picture that reads well on light and dark pages. */
export function learningCurveSvg(curve: LearningCurve): string {
  const { title, episodes, evaluations, threshold, totalSteps } = curve;
  const bins = summarize(episodes, totalSteps, BINS);
  const line = {
    name: 'training episodes: mean, 10–90 %',
    y: bins.map(({ mean }) => mean),
    low: bins.map(({ low }) => low),
    high: bins.map(({ high }) => high),
  };
  const marks = { name: 'greedy evaluation', points: evaluations.map(({ step, value }) => ({ x: step, y: value })) };
  return linePlot(title, '', [
    {
      ...{ xLabel: 'environment steps', yLabel: 'return', x: bins.map(({ step }) => step), xEnd: totalSteps, isXWhole: true },
      ...{ lines: [line], marks: [marks] },
      ...(threshold !== null && { reference: { name: 'threshold', value: threshold } }),
    },
  ]);
}

/** Widest plot of `terminalCurve`; a wider one shows no more. */
const PLOT_COLUMNS = 64;
const PLOT_ROWS = 12;

/** The curve in characters, at most `columns` wide where that is possible. */
export function terminalCurve(curve: LearningCurve, columns = 80): string {
  const means = (count: number) =>
    summarize(curve.episodes, curve.totalSteps, count).map(bin => ({ ...bin, low: bin.mean, high: bin.mean }));
  if (curve.episodes.length === 0) return 'no episode has ended yet: there is no curve';
  // The range, hence the width of the labels, depends a little on the number of bins; that of the widest plot serves all.
  const [low, high] = range({ ...curve, evaluations: [] }, means(PLOT_COLUMNS));
  const rowOf = (value: number) =>
    Math.min(PLOT_ROWS - 1, Math.max(0, Math.round(((high - value) / (high - low)) * (PLOT_ROWS - 1))));
  const labels = new Array<string>(PLOT_ROWS).fill('');
  for (const tick of ticksWithin(low, high, 5)) labels[rowOf(tick)] = formatTick(tick);
  const width = Math.max(...labels.map(label => label.length));
  const end = `${formatCount(curve.totalSteps)} steps`;
  const plot = Math.max(end.length + 2, Math.min(PLOT_COLUMNS, columns - width - 3));
  const bins = means(plot);
  const canvas = Array.from({ length: PLOT_ROWS }, () => new Array<string>(plot).fill(' '));
  if (curve.threshold !== null) canvas[rowOf(curve.threshold)]?.fill('·');
  for (const bin of bins) {
    const column = Math.min(plot - 1, Math.floor((plot * bin.step) / curve.totalSteps));
    (canvas[rowOf(bin.mean)] as string[])[column] = '█';
  }
  const threshold = curve.threshold === null ? '' : ` (dots: threshold ${formatNumber(curve.threshold)})`;
  return [
    `mean return of training episodes${threshold}`,
    ...canvas.map((cells, row) => `${labels[row].padStart(width)} ┤${cells.join('')}`.trimEnd()),
    `${' '.repeat(width)} └${'─'.repeat(plot)}`,
    `${' '.repeat(width + 2)}0${end.padStart(plot - 1)}`,
  ].join('\n');
}

function formatTick(value: number): string {
  const round = Number(value.toPrecision(6));
  const text = String(round);
  return text.length > 8 ? round.toExponential() : text;
}
