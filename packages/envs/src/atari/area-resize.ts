/** Share of each input cell in each output cell along one axis: output i covers [i · s, (i + 1) · s), s = from / to. */
interface Taps {
  /**
   * First input cell of each output cell, and of the one after the last: taps of output i are `start[i]` … `start[i + 1]` of
   * `index`.
   */
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

/** Shrinks pictures of one channel by averaging areas, as OpenCV's INTER_AREA does; reuses its buffer. */
export class AreaResize {
  readonly #rows: Taps;
  readonly #columns: Taps;
  readonly #width: number;
  readonly #line: Float32Array;
  readonly #outWidth: number;
  readonly #outHeight: number;

  constructor(height: number, width: number, outHeight: number, outWidth: number) {
    this.#rows = taps(height, outHeight);
    this.#columns = taps(width, outWidth);
    this.#width = width;
    this.#outWidth = outWidth;
    this.#outHeight = outHeight;
    this.#line = new Float32Array(width);
  }

  /** @param picture `[height, width]` @param out `[outHeight, outWidth]`, rounded to the nearest */
  apply(picture: Uint8Array, out: Uint8Array): void {
    const rows = this.#rows;
    const columns = this.#columns;
    const width = this.#width;
    const line = this.#line;
    const outWidth = this.#outWidth;
    for (let y = 0; y < this.#outHeight; y++) {
      line.fill(0);
      for (let tap = rows.start[y]; tap < rows.start[y + 1]; tap++) {
        const from = rows.index[tap] * width;
        const weight = rows.weight[tap];
        for (let x = 0; x < width; x++) line[x] += weight * picture[from + x];
      }
      for (let x = 0; x < outWidth; x++) {
        let sum = 0;
        for (let tap = columns.start[x]; tap < columns.start[x + 1]; tap++) sum += columns.weight[tap] * line[columns.index[tap]];
        out[y * outWidth + x] = sum + 0.5;
      }
    }
  }
}

function taps(from: number, to: number): Taps {
  const scale = from / to;
  const start = new Int32Array(to + 1);
  const index: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < to; i++) {
    for (let cell = Math.floor(i * scale); cell < Math.min(from, Math.ceil((i + 1) * scale - 1e-9)); cell++) {
      index.push(cell);
      weight.push((Math.min(cell + 1, (i + 1) * scale) - Math.max(cell, i * scale)) / scale);
    }
    start[i + 1] = index.length;
  }
  return { start, index: Int32Array.from(index), weight: Float32Array.from(weight) };
}
