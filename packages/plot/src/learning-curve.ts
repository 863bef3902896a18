import { escapeXml } from './escape-xml.ts';
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

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 84;
const RIGHT = 40;
const TOP = 68;
const BOTTOM = 56;

/** What the marks mean, in a line under the heading. */
function legend(threshold: boolean): string {
  const text = (x: number, words: string) => `<text class="label" x="${x}" y="52">${words}</text>`;
  const entries = [
    `<rect class="band" x="${LEFT}" y="40" width="24" height="16"/><line class="episodes" x1="${LEFT}" x2="${LEFT + 24}" y1="48" y2="48"/>`,
    text(LEFT + 32, 'training episodes: mean, 10–90 %'),
    `<circle class="evaluation" cx="${LEFT + 284}" cy="48" r="4"/>`,
    text(LEFT + 296, 'greedy evaluation'),
  ];
  if (threshold) {
    entries.push(
      `<line class="threshold" x1="${LEFT + 436}" x2="${LEFT + 460}" y1="48" y2="48"/>`,
      text(LEFT + 468, 'threshold'),
    );
  }
  return entries.join('\n');
}

/** The curve as an SVG picture that reads well on light and dark pages. */
export function learningCurveSvg(curve: LearningCurve): string {
  const bins = summarize(curve.episodes, curve.totalSteps, BINS);
  const [low, high] = range(curve, bins);
  const x = (step: number) => LEFT + ((WIDTH - LEFT - RIGHT) * step) / curve.totalSteps;
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (value - low)) / (high - low);
  const at = (step: number, value: number) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`;
  const line = (points: readonly string[]) => points.join(' ');
  const parts: string[] = [];
  for (const value of ticksWithin(low, high, 6)) {
    parts.push(`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/>`);
    parts.push(
      `<text class="tick" x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${formatTick(value)}</text>`,
    );
  }
  for (const step of ticksWithin(0, curve.totalSteps, 5).filter(Number.isInteger)) {
    parts.push(
      `<text class="tick" x="${x(step).toFixed(1)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${formatCount(step)}</text>`,
    );
  }
  if (curve.threshold !== null) {
    const height = y(curve.threshold).toFixed(1);
    parts.push(`<line class="threshold" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${height}" y2="${height}"/>`);
  }
  if (bins.length > 0) {
    parts.push(
      `<polygon class="band" points="${line([...bins.map(bin => at(bin.step, bin.high)), ...bins.toReversed().map(bin => at(bin.step, bin.low))])}"/>`,
    );
    // The last point twice: a line of one point would not show.
    parts.push(`<polyline class="episodes" points="${line([...bins, ...bins.slice(-1)].map(bin => at(bin.step, bin.mean)))}"/>`);
  }
  for (const { step, value } of curve.evaluations)
    parts.push(`<circle class="evaluation" cx="${x(step).toFixed(1)}" cy="${y(value).toFixed(1)}" r="4"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="DejaVu Sans, Verdana, sans-serif">
<title>${escapeXml(curve.title)}</title>
<style>
  .page { fill: #ffffff } .frame { fill: none; stroke: #8a8f98 } .grid { stroke: #e3e6ea }
  .heading { font-size: 15px; fill: #1d2129 } .tick, .label { font-size: 12px; fill: #59606b }
  .band { fill: #2a78d6; opacity: 0.18 } .episodes { fill: none; stroke: #2a78d6; stroke-width: 2; stroke-linecap: round }
  .evaluation { fill: #d6572a } .threshold { stroke: #3c8f4e; stroke-dasharray: 6 4 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #14171c } .grid { stroke: #2a2f37 } .heading { fill: #eceff3 } .tick, .label { fill: #a4acb8 }
    .band { fill: #6aa9f0 } .episodes { stroke: #6aa9f0 } .evaluation { fill: #f08a5d } .threshold { stroke: #6cc07e }
  }
</style>
<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>
<text class="heading" x="${LEFT}" y="26">${escapeXml(curve.title)}</text>
${parts.join('\n')}
<rect class="frame" x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM}"/>
${legend(curve.threshold !== null)}
<text class="label" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 14}" text-anchor="middle">environment steps</text>
<text class="label" transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">return</text>
</svg>
`;
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
