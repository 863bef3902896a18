import type { NumericArray } from '@zpin/contracts';

/** Samples per pixel along each axis: a pixel is the mean of four. */
const SAMPLES = 2;

/**
 * A picture of convex polygons, drawn fast and without allocation: each sample of a pixel takes the colour of the last polygon that
 * covers it, so that polygons that share an edge leave no seam.
 */
export class ConvexRaster {
  readonly width: number;
  readonly height: number;
  readonly #columns: number;
  readonly #rows: number;
  /** One packed colour per sample. */
  readonly #samples: Uint32Array;
  /** Corners of the polygon in progress, in samples. */
  readonly #x = new Float64Array(16);
  readonly #y = new Float64Array(16);
  #corners = 0;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#columns = width * SAMPLES;
    this.#rows = height * SAMPLES;
    this.#samples = new Uint32Array(this.#columns * this.#rows);
  }

  clear(color: number): void {
    this.#samples.fill(color);
  }

  /** Begins a polygon. */
  begin(): void {
    this.#corners = 0;
  }

  /** Adds a corner, in pixels from the top left. */
  corner(x: number, y: number): void {
    this.#x[this.#corners] = x * SAMPLES;
    this.#y[this.#corners++] = y * SAMPLES;
  }

  /** Fills the polygon of the corners since `begin`, which must be convex. */
  fill(color: number): void {
    const xs = this.#x;
    const ys = this.#y;
    const count = this.#corners;
    let top = Number.POSITIVE_INFINITY;
    let bottom = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      top = Math.min(top, ys[i]);
      bottom = Math.max(bottom, ys[i]);
    }
    const columns = this.#columns;
    const last = Math.min(this.#rows - 1, Math.ceil(bottom - 0.5) - 1);
    for (let row = Math.max(0, Math.ceil(top - 0.5)); row <= last; row++) {
      const y = row + 0.5;
      let left = Number.POSITIVE_INFINITY;
      let right = Number.NEGATIVE_INFINITY;
      for (let i = 0, j = count - 1; i < count; j = i++) {
        if (ys[i] <= y === ys[j] <= y) continue;
        const x = xs[i] + ((y - ys[i]) / (ys[j] - ys[i])) * (xs[j] - xs[i]);
        left = Math.min(left, x);
        right = Math.max(right, x);
      }
      const from = Math.max(0, Math.ceil(left - 0.5));
      const to = Math.min(columns, Math.ceil(right - 0.5));
      if (from < to) this.#samples.fill(color, row * columns + from, row * columns + to);
    }
  }

  /** Fills a rectangle; its edges are pixels. */
  rectangle(left: number, top: number, right: number, bottom: number, color: number): void {
    this.begin();
    this.corner(left, top);
    this.corner(right, top);
    this.corner(right, bottom);
    this.corner(left, bottom);
    this.fill(color);
  }

  /** Writes the picture, `[height, width, 3]` from `out[offset]` on. */
  write(out: NumericArray, offset: number): void {
    const samples = this.#samples;
    const columns = this.#columns;
    let at = offset;
    for (let row = 0; row < this.#rows; row += SAMPLES) {
      const end = (row + 1) * columns;
      for (let i = row * columns; i < end; i += SAMPLES) {
        const a = samples[i];
        const b = samples[i + 1];
        const c = samples[i + columns];
        const d = samples[i + columns + 1];
        if (a === b && a === c && a === d) {
          out[at++] = a >>> 16;
          out[at++] = (a >>> 8) & 0xff;
          out[at++] = a & 0xff;
          continue;
        }
        out[at++] = ((a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16) + 2) >> 2;
        out[at++] = (((a >>> 8) & 0xff) + ((b >>> 8) & 0xff) + ((c >>> 8) & 0xff) + ((d >>> 8) & 0xff) + 2) >> 2;
        out[at++] = ((a & 0xff) + (b & 0xff) + (c & 0xff) + (d & 0xff) + 2) >> 2;
      }
    }
  }
}

/** A colour as one number; parts are cut to whole ones. */
export function packed(red: number, green: number, blue: number): number {
  return (Math.trunc(red) << 16) | (Math.trunc(green) << 8) | Math.trunc(blue);
}
