import type { Frame } from '@zpin/contracts';

/** Red, green, blue in [0, 255]. */
export type Color = readonly [number, number, number];

/** Rows of samples per pixel, for smooth edges. */
const SAMPLES = 4;

/**
 * A picture to draw on, without a display: filled polygons with smooth edges, and shapes made of them. Coordinates are pixels
 * from the top left; `transform` maps others to them.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
  /** Share of each pixel of one row that is covered. */
  readonly #coverage: Float32Array;
  #scaleX = 1;
  #scaleY = 1;
  #originX = 0;
  #originY = 0;

  constructor(width: number, height: number, background: Color = [255, 255, 255]) {
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 3);
    this.#coverage = new Float32Array(width);
    this.data.set(background);
    for (let filled = 3; filled < this.data.length; filled *= 2) this.data.copyWithin(filled, 0, filled);
  }

  /** Draws in units of `scale` pixels from now on, with (0, 0) at pixel (originX, originY) and y upwards. */
  transform(scale: number, originX: number, originY: number): this {
    this.#scaleX = scale;
    this.#scaleY = -scale;
    this.#originX = originX;
    this.#originY = originY;
    return this;
  }

  /** Fills the polygon with corners x0, y0, x1, y1, …; crossing edges leave holes (even-odd rule). */
  polygon(corners: readonly number[], color: Color): this {
    const points = corners.map((value, i) =>
      i % 2 === 0 ? this.#originX + value * this.#scaleX : this.#originY + value * this.#scaleY,
    );
    const xs = points.filter((_, i) => i % 2 === 0);
    const ys = points.filter((_, i) => i % 2 === 1);
    const left = Math.max(0, Math.floor(Math.min(...xs)));
    const right = Math.min(this.width, Math.ceil(Math.max(...xs)));
    const top = Math.max(0, Math.floor(Math.min(...ys)));
    const bottom = Math.min(this.height, Math.ceil(Math.max(...ys)));
    for (let row = top; row < bottom; row++) this.#fillRow(points, row, left, right, color);
    return this;
  }

  /** A filled rectangle between two corners. */
  rect(x0: number, y0: number, x1: number, y1: number, color: Color): this {
    return this.polygon([x0, y0, x1, y0, x1, y1, x0, y1], color);
  }

  /** A filled circle. */
  circle(x: number, y: number, radius: number, color: Color): this {
    const sides = 12 + Math.ceil(4 * Math.sqrt(radius * Math.abs(this.#scaleX)));
    const corners = Array.from({ length: 2 * sides }, (_, i) => {
      const angle = (Math.floor(i / 2) / sides) * 2 * Math.PI;
      return i % 2 === 0 ? x + radius * Math.cos(angle) : y + radius * Math.sin(angle);
    });
    return this.polygon(corners, color);
  }

  /** A line of the given thickness. */
  line(x0: number, y0: number, x1: number, y1: number, thickness: number, color: Color): this {
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length === 0) return this;
    const dx = ((y0 - y1) / length) * (thickness / 2);
    const dy = ((x1 - x0) / length) * (thickness / 2);
    return this.polygon([x0 + dx, y0 + dy, x1 + dx, y1 + dy, x1 - dx, y1 - dy, x0 - dx, y0 - dy], color);
  }

  /** A line with round ends. */
  capsule(x0: number, y0: number, x1: number, y1: number, radius: number, color: Color): this {
    return this.line(x0, y0, x1, y1, 2 * radius, color)
      .circle(x0, y0, radius, color)
      .circle(x1, y1, radius, color);
  }

  /** Straight lines from point to point (x0, y0, x1, y1, …). */
  path(points: readonly number[], thickness: number, color: Color): this {
    for (let i = 0; i + 3 < points.length; i += 2)
      this.line(points[i], points[i + 1], points[i + 2], points[i + 3], thickness, color);
    return this;
  }

  frame(): Frame {
    return { width: this.width, height: this.height, data: this.data };
  }

  #fillRow(points: readonly number[], row: number, left: number, right: number, color: Color): void {
    const { data, width } = this;
    const coverage = this.#coverage;
    coverage.fill(0, left, right);
    for (let sample = 0; sample < SAMPLES; sample++) this.#addSpans(crossings(points, row + (sample + 0.5) / SAMPLES));
    for (let x = left; x < right; x++) {
      const share = coverage[x];
      if (share === 0) continue;
      const at = (row * width + x) * 3;
      for (let i = 0; i < 3; i++) data[at + i] += (color[i] - data[at + i]) * share;
    }
  }

  #addSpans(xs: readonly number[]): void {
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const from = Math.max(0, xs[i]);
      const to = Math.min(this.width, xs[i + 1]);
      for (let x = Math.floor(from); x < to; x++) this.#coverage[x] += (Math.min(to, x + 1) - Math.max(from, x)) / SAMPLES;
    }
  }
}

/** Where a polygon's edges cross the horizontal line at y, from left to right. */
function crossings(points: readonly number[], y: number): number[] {
  const xs: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length;
    const y0 = points[i + 1];
    const y1 = points[j + 1];
    if (y0 <= y === y1 <= y) continue;
    xs.push(points[i] + ((y - y0) / (y1 - y0)) * (points[j] - points[i]));
  }
  return xs.sort((a, b) => a - b);
}
