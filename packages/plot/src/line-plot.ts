import { escapeXml } from './escape-xml.ts';
import { enclosingTicks, logTicks } from './ticks.ts';

/** One line of a plot, with a band around it. Points where a value is `null` are left out. */
export interface PlotLine {
  readonly name: string;
  readonly y: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** Single points, such as evaluations between the lines of training. */
export interface PlotMarks {
  readonly name: string;
  /** Whether they are bars that stand on the axis of x; dots when omitted. */
  readonly isBar?: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Axes with lines that share their x values. */
export interface Plot {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly x: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly marks?: readonly PlotMarks[];
  readonly logY?: boolean;
  /** Powers of ten are as far apart everywhere; `x` must be positive then. */
  readonly logX?: boolean;
  /** Where a linear axis of x begins; 0 when omitted. */
  readonly xFrom?: number;
  /** Whether x counts something, so that only whole numbers stand on its axis. */
  readonly isXWhole?: boolean;
  /** Words in place of numbers along the axis of x, at 0, 1, 2, …; a line break parts one in two. */
  readonly xNames?: readonly string[];
  /** Whether the axis of y has no numbers, as where each x has a scale of its own. */
  readonly isYBare?: boolean;
  /** Where the axis of x ends; at the last `x` when omitted. */
  readonly xEnd?: number;
  readonly reference?: { readonly name: string; readonly value: number };
}

/** How a picture looks. */
export interface PlotStyle {
  /** For pages with a light or a dark background; when omitted, the picture follows what its reader prefers, as one in an `img` can. */
  readonly theme?: 'light' | 'dark';
  /** Pixels of a panel with its margins; 720 for one alone, else 560, when omitted. */
  readonly width?: number;
  /** Pixels of a panel with its margins; 330 when omitted. */
  readonly height?: number;
  /** Panels in a row; all of them when omitted. */
  readonly columns?: number;
}

interface Palette {
  /** Okabe and Ito's, which colour-blind readers tell apart too, with grey for their yellow, too pale on white. */
  readonly lines: readonly string[];
  readonly ink: string;
  readonly grid: string;
  readonly page: string;
}

const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    lines: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'],
    ink: '#24292f',
    grid: '#e1e4e8',
    page: '#ffffff',
  },
  dark: {
    lines: ['#5aa9e6', '#f08a4b', '#3fc79a', '#e09cc4', '#f0b94a', '#8fd3ff', '#ffffff', '#9a9aa2'],
    ink: '#dfdfd6',
    grid: '#3c3f44',
    page: '#1b1b1f',
  },
};
const FONT = 'font-family="Helvetica, Arial, sans-serif"';
const HEIGHT = 330;
/** Pixels of a panel: one alone is wider. */
const widthOf = (panels: number) => (panels === 1 ? 720 : 560);
/** Around the axes of a panel. */
const MARGIN = { top: 16, right: 30, bottom: 50, left: 74 };
const LEGEND_ROW = 20;

/**
 * An SVG picture: a title, a legend, and plots side by side. Lines of one name have one colour.
 * @param title none when empty, and no room for it @param caption small, below; none when empty
 */
export function linePlot(title: string, caption: string, plots: readonly Plot[], style: PlotStyle = {}): string {
  const palette = PALETTES[style.theme ?? 'light'];
  const text = textIn(palette.ink);
  const panelHeight = style.height ?? HEIGHT;
  const lineNames = plots.flatMap(plot => plot.lines.map(({ name }) => name));
  const markNames = plots.flatMap(({ marks = [] }) => marks.map(({ name }) => name));
  const names = [...new Set([...lineNames, ...markNames])];
  const reference = plots.find(plot => plot.reference)?.reference;
  const panelWidth = style.width ?? widthOf(plots.length);
  const columns = Math.max(1, Math.min(plots.length, style.columns ?? plots.length));
  const width = panelWidth * columns;
  const entries = [...names, ...(reference ? [reference.name] : [])];
  const places = flow(entries, width - MARGIN.left - MARGIN.right);
  const head = title === '' ? 20 : 54;
  const top = head + ((places.at(-1)?.row ?? 0) + 1) * LEGEND_ROW;
  const height = top + panelHeight * Math.max(1, Math.ceil(plots.length / columns)) + (caption === '' ? 4 : 26);
  const color = (name: string) => palette.lines[names.indexOf(name) % palette.lines.length];
  const size = { width: panelWidth, height: panelHeight };
  const legend = entries.map((name, i) => {
    const x = MARGIN.left + places[i].x;
    const y = head - 2 + places[i].row * LEGEND_ROW;
    const isReference = i === names.length;
    const stroke = isReference ? `stroke="${palette.ink}" stroke-dasharray="5 4"` : `stroke="${color(name)}"`;
    const sign =
      isReference || lineNames.includes(name)
        ? `<line x1="${x}" y1="${y - 4}" x2="${x + 22}" y2="${y - 4}" ${stroke} stroke-width="${isReference ? 1.5 : 3}"/>`
        : dot(x + 11, y - 4, color(name));
    return sign + text(x + 29, y, name, 'start', 13);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${FONT}>`,
    `<title>${escapeXml(title)}</title>`,
    ...(style.theme === undefined ? [darkPages()] : []),
    `<rect width="${width}" height="${height}" fill="${palette.page}"/>`,
    text(MARGIN.left, 28, title, 'start', 16, 'font-weight="bold"'),
    ...legend,
    ...plots.map((plot, i) => {
      const [x, y] = [(i % columns) * panelWidth, top + Math.floor(i / columns) * panelHeight];
      return `<g transform="translate(${x} ${y})">${panel(plot, size, color, palette)}</g>`;
    }),
    ...(caption === '' ? [] : [text(MARGIN.left, height - 12, caption, 'start', 11, 'fill-opacity="0.7"')]),
    '</svg>',
    '',
  ].join('\n');
}

/** On a dark page each colour of the light palette gives way to its counterpart. */
function darkPages(): string {
  const { light, dark } = PALETTES;
  const pairs = [
    ...light.lines.map((color, i) => [color, dark.lines[i]] as const),
    ...(['ink', 'grid', 'page'] as const).map(name => [light[name], dark[name]] as const),
  ];
  const rules = pairs.map(([from, to]) => `[stroke="${from}"]{stroke:${to}}[fill="${from}"]{fill:${to}}`);
  return `<style>@media (prefers-color-scheme: dark) {${rules.join('')}}</style>`;
}

/** Where the entries of a legend go: one behind the other, in as many rows as it takes. */
function flow(entries: readonly string[], width: number): { x: number; row: number }[] {
  let [x, row] = [0, 0];
  return entries.map(name => {
    const size = 29 + lengthOf(name) + 24;
    if (x > 0 && x + size > width) [x, row] = [0, row + 1];
    const place = { x, row };
    x += size;
    return place;
  });
}

/** About how many pixels a text takes: 7 a letter, twice that for wide characters, as those of Chinese. */
function lengthOf(text: string): number {
  return 7 * text.replaceAll(/[\u2e80-\u9fff\uac00-\ud7af\uff00-\uff60]/g, '  ').length;
}

function panel(
  plot: Plot,
  { width, height }: { readonly width: number; readonly height: number },
  color: (name: string) => string,
  { ink, grid }: Palette,
): string {
  const { x, lines, marks = [], logY = false, logX = false, xFrom = 0, xEnd, isXWhole = false, xNames, reference } = plot;
  const text = textIn(ink);
  const [left, right] = [MARGIN.left, width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
  const values = lines.flatMap(line => [...line.low, ...line.high]).filter(value => value !== null);
  for (const { points, isBar = false } of marks) {
    for (const { y } of points) values.push(y);
    if (isBar) values.push(0);
  }
  if (reference) values.push(reference.value);
  const [low, high] = values.length === 0 ? [0, 1] : extremes(values);
  const yTicks = logY ? logTicks(values) : enclosingTicks(low, high, 5);
  const [first, last] = [logX ? x[0] : xFrom, xEnd ?? x.at(-1) ?? 1];
  const isShown = (tick: number) => tick >= first && tick <= last && (!isXWhole || Number.isInteger(tick));
  const xTicks = xNames ? [...xNames.keys()] : (logX ? logTicks(x) : enclosingTicks(first, last, 5)).filter(isShown);
  const scale = logY ? Math.log10 : (value: number) => value;
  const [from, to] = [scale(yTicks[0]), scale(yTicks[yTicks.length - 1])];
  const along = (value: number) => (logX ? Math.log(value / first) / Math.log(last / first) : (value - first) / (last - first));
  const px = (value: number) => left + along(value) * (right - left);
  const py = (value: number) =>
    bottom - ((scale(logY ? Math.max(value, yTicks[0]) : value) - from) / (to - from)) * (bottom - top);

  const parts: string[] = [];
  for (const tick of yTicks) {
    parts.push(`<line x1="${left}" y1="${r(py(tick))}" x2="${right}" y2="${r(py(tick))}" stroke="${grid}"/>`);
    if (!plot.isYBare) parts.push(text(left - 8, py(tick) + 4, label(tick), 'end', 12));
  }
  for (const tick of xTicks) {
    parts.push(`<line x1="${r(px(tick))}" y1="${bottom}" x2="${r(px(tick))}" y2="${bottom + 5}" stroke="${ink}"/>`);
    const words = xNames ? xNames[tick].split('\n') : [label(tick)];
    words.forEach((word, i) => void parts.push(text(px(tick), bottom + 19 + 14 * i, word, 'middle', 12)));
  }
  parts.push(`<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${ink}"/>`);
  parts.push(text((left + right) / 2, bottom + 39, plot.xLabel, 'middle', 13));
  const middle = (top + bottom) / 2;
  parts.push(text(18, middle, plot.yLabel, 'middle', 13, `transform="rotate(-90 18 ${middle})"`));
  for (const line of lines) {
    const points = x.flatMap((at, i) => {
      const [y, low, high] = [line.y[i], line.low[i], line.high[i]];
      return y === null || low === null || high === null ? [] : [{ at, y, low, high }];
    });
    if (points.length === 0) continue;
    const edge = [...points.map(({ at, high }) => [at, high]), ...points.map(({ at, low }) => [at, low]).reverse()];
    parts.push(`<path d="${path(edge, px, py)}Z" fill="${color(line.name)}" fill-opacity="0.16"/>`);
  }
  for (const line of lines) {
    const points = x.flatMap((at, i) => (line.y[i] === null ? [] : [[at, line.y[i] as number]]));
    if (points.length === 0) continue;
    // A line of one point would not show.
    if (points.length === 1) points.push(...points);
    const d = path(points, px, py);
    parts.push(`<path d="${d}" fill="none" stroke="${color(line.name)}" stroke-width="2" stroke-linecap="round"/>`);
  }
  if (reference) {
    const y = r(py(reference.value));
    parts.push(
      `<line x1="${left}" y1="${y}" x2="${right}" y2="${y}" stroke="${ink}" stroke-width="1.5" stroke-dasharray="5 4"/>`,
    );
  }
  for (const { name, points, isBar = false } of marks) {
    const sign = isBar
      ? (at: number, y: number) => bar(at, y, py(0), color(name))
      : (at: number, y: number) => dot(at, y, color(name));
    for (const point of points) parts.push(sign(px(point.x), py(point.y)));
  }
  return parts.join('\n');
}

/** `Math.min` and `Math.max` of any number of values. */
function extremes(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

function dot(x: number, y: number, color: string): string {
  return `<circle cx="${r(x)}" cy="${r(y)}" r="4" fill="${color}"/>`;
}

/** @param foot where it stands, in pixels */
function bar(x: number, y: number, foot: number, color: string): string {
  return `<rect x="${r(x - 14)}" y="${r(Math.min(y, foot))}" width="28" height="${r(Math.abs(foot - y))}" fill="${color}"/>`;
}

function path(points: readonly (readonly number[])[], px: (x: number) => number, py: (y: number) => number): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${r(px(x))} ${r(py(y))}`).join('');
}

function label(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 1e6) return `${sign}${Number((size / 1e6).toPrecision(3))} M`;
  if (size >= 1e4) return `${sign}${Number((size / 1e3).toPrecision(3))} k`;
  const round = Number(size.toPrecision(3));
  // Zeros would run into those of the next number.
  return `${sign}${round > 0 && round < 1e-4 ? round.toExponential() : round}`;
}

/** Writes text in one colour. */
function textIn(ink: string) {
  return (x: number, y: number, content: string, anchor: string, size: number, more = '') =>
    `<text x="${r(x)}" y="${r(y)}" text-anchor="${anchor}" font-size="${size}" fill="${ink}"${more && ` ${more}`}>${escapeXml(content)}</text>`;
}

/** Tenths of a pixel are enough. */
function r(value: number): number {
  return Math.round(value * 10) / 10;
}
