import uPlot from 'uplot';
import type { LineStyle } from './colours.ts';
import type { Lines } from './lines.ts';
import { shortStep } from './short-step.ts';

/** What stands under the pointer. */
export interface Reading {
  readonly step: number;
  /** Of each line; null where it has none there. */
  readonly values: readonly (number | null)[];
  /** Pixels from the left and the top of the chart. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

export interface ChartOptions {
  readonly height: number;
  /** Steps at the right edge. */
  readonly end: number;
  readonly styles: readonly LineStyle[];
  /** Lines with a band. */
  readonly bands: boolean;
  /** Charts of one name share a cursor. */
  readonly sync: string;
  /** Told what stands under the pointer, or under the cursor that keys move; null when neither is there. */
  onRead(reading: Reading | null): void;
}

/** A line, and the two edges of its band. */
const PER_LINE = 3;

/** A chart of lines over steps. Its lines are fixed, their values are not. */
export class Chart {
  readonly #plot: uPlot;
  readonly #host: HTMLElement;
  readonly #options: ChartOptions;
  readonly #observer: ResizeObserver;
  #isPointed = false;
  #end: number;

  constructor(host: HTMLElement, lines: Lines, options: ChartOptions) {
    this.#host = host;
    this.#options = options;
    this.#end = options.end;
    this.#plot = new uPlot(this.#plotOptions(), dataOf(lines), host);
    this.#plot.over.addEventListener('pointerenter', () => {
      this.#isPointed = true;
    });
    this.#plot.over.addEventListener('pointerleave', () => {
      this.#isPointed = false;
      options.onRead(null);
    });
    this.#observer = new ResizeObserver(() => this.#plot.setSize({ width: host.clientWidth, height: options.height }));
    this.#observer.observe(host);
  }

  /** New values. What the user has zoomed to stays. @param end steps at the right edge */
  set(lines: Lines, end: number): void {
    const { min, max } = this.#plot.scales.x;
    const isWhole = min === 0 && max === this.#end;
    this.#end = end;
    this.#plot.setData(dataOf(lines), isWhole);
    if (!isWhole) this.#plot.redraw();
  }

  /** Moves the cursor by so many points; to the last one where there is none. */
  move(by: number): void {
    const { data, cursor } = this.#plot;
    const { length } = data[0];
    if (length === 0) return;
    const index = cursor.idx == null || !this.#isPointed ? length - 1 : Math.min(length - 1, Math.max(0, cursor.idx + by));
    this.#isPointed = true;
    this.#plot.setCursor({ left: this.#plot.valToPos(data[0][index], 'x'), top: this.#plot.over.clientHeight / 2 });
  }

  /** Takes the cursor away. */
  leave(): void {
    this.#isPointed = false;
    this.#plot.setCursor({ left: -10, top: -10 });
    this.#options.onRead(null);
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  #plotOptions(): uPlot.Options {
    const { styles, bands, height, sync } = this.#options;
    const css = getComputedStyle(this.#host);
    const [text, grid] = ['--text-soft', '--line'].map(name => css.getPropertyValue(name));
    const font = `11px ${css.fontFamily}`;
    const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false }, gap: 4 };
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    return {
      width: this.#host.clientWidth,
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: sync }, drag: { x: true, y: false }, points: { size: 5 }, y: false },
      scales: { x: { time: false, range: () => [0, this.#end] } },
      axes: [
        { ...axis, size: 24, space: 70, values: (_plot, steps) => steps.map(shortStep) },
        { ...axis, size: 52, space: 34, values: (_plot, values) => values.map(shortNumber) },
      ],
      series: [
        {},
        ...styles.flatMap(({ colour, dash }) => [
          { stroke: colour, width: 1.5, dash: [...dash], spanGaps: false, points: { show: pointsShown, size: 4, fill: colour } },
          ...[edge, edge],
        ]),
      ],
      bands: bands
        ? styles.map(({ colour }, k) => ({
            series: [PER_LINE * k + 3, PER_LINE * k + 2] as [number, number],
            fill: `${colour}26`,
          }))
        : [],
      hooks: { setCursor: [plot => this.#read(plot)] },
    };
  }

  #read({ cursor, data, width }: uPlot): void {
    if (!this.#isPointed) return;
    const { idx, left = -1, top = -1 } = cursor;
    if (idx == null || left < 0) {
      this.#options.onRead(null);
      return;
    }
    const values = this.#options.styles.map((_, k) => data[PER_LINE * k + 1][idx] ?? null);
    this.#options.onRead({ step: data[0][idx], values, left: left + this.#plot.over.offsetLeft, top, width });
  }
}

/** Few points are seen as such, and one that stands alone in any case. */
function pointsShown(plot: uPlot, seriesIndex: number): boolean {
  const values = plot.data[seriesIndex];
  let count = 0;
  for (const value of values) if (value != null && ++count > 20) return false;
  return true;
}

function dataOf({ x, lines }: Lines): uPlot.AlignedData {
  const none = () => x.map(() => null);
  return [[...x], ...lines.flatMap(line => [[...(line?.y ?? none())], [...(line?.low ?? none())], [...(line?.high ?? none())]])];
}

/** Numbers of an axis are round: `0.015`, `20000`, `1e-7`. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(12))).replace('-', '−');
}
