/**
 * What each output cell along one axis covers, in whole units: output i covers [i · s, (i + 1) · s) of the input, s = from / to. A
 * unit is the largest length of which each share is a multiple.
 */
interface Taps {
  /** Input cells that are looked at for each output cell, side by side; some may have no share in it. */
  readonly count: number;
  /** `[to]`: the first of them. */
  readonly first: Int32Array;
  /** `[to, count]`: units of each in the output cell. */
  readonly units: Int32Array;
  /** Units of an output cell. */
  readonly all: number;
}

/** Sums of units and pixels up to here are whole numbers of 32 bits. */
const MOST = 2 ** 31 - 1;

/**
 * Shrinks pictures of one channel by averaging areas, as OpenCV's INTER_AREA does, but exactly: means are fractions of whole numbers,
 * rounded to the nearest, halves up. Reuses its buffer.
 */
export class AreaResize {
  readonly #rows: Taps;
  readonly #columns: Taps;
  /** Sums of one output row over the rows that it covers, `[width]`. */
  readonly #line: Int32Array | Float64Array;

  constructor(height: number, width: number, outHeight: number, outWidth: number) {
    this.#rows = taps(height, outHeight);
    this.#columns = taps(width, outWidth);
    this.#line = new (256 * this.#rows.all * this.#columns.all <= MOST ? Int32Array : Float64Array)(width);
  }

  /** @param picture `[height, width]` @param out `[outHeight, outWidth]` */
  apply(picture: Uint8Array, out: Uint8Array): void {
    const { first } = this.#rows;
    const all = this.#rows.all * this.#columns.all;
    for (let y = 0; y < first.length; y++) {
      sumRows(picture, this.#rows, y, this.#line);
      writeMeans(this.#line, this.#columns, all, out, y * this.#columns.first.length);
    }
  }
}

/** Adds up the rows that output row `y` covers. */
function sumRows(picture: Uint8Array, { count, first, units }: Taps, y: number, line: Int32Array | Float64Array): void {
  const width = line.length;
  const from = first[y] * width;
  if (count === 3) {
    // Screens of the Atari 2600: all in one pass.
    const [a, b, c] = [units[3 * y], units[3 * y + 1], units[3 * y + 2]];
    for (let x = 0, at = from; x < width; x++, at++)
      line[x] = a * picture[at] + b * picture[at + width] + c * picture[at + 2 * width];
    return;
  }
  line.fill(0);
  for (let tap = 0; tap < count; tap++) {
    const share = units[count * y + tap];
    for (let x = 0, at = from + tap * width; x < width; x++, at++) line[x] += share * picture[at];
  }
}

/** Writes the means of one output row from `out[at]` on. */
function writeMeans(
  line: Int32Array | Float64Array,
  { count, first, units }: Taps,
  all: number,
  out: Uint8Array,
  at: number,
): void {
  const share = 1 / all;
  // A quarter of a unit is more than a product is off, and less than there is between what is rounded up and what is not.
  const half = all / 2 + 0.25;
  if (count === 3) {
    for (let x = 0, tap = 0; x < first.length; x++, tap += 3) {
      const from = first[x];
      const sum = units[tap] * line[from] + units[tap + 1] * line[from + 1] + units[tap + 2] * line[from + 2];
      out[at + x] = (sum + half) * share;
    }
    return;
  }
  for (let x = 0; x < first.length; x++) {
    let sum = half;
    for (let tap = 0; tap < count; tap++) sum += units[count * x + tap] * line[first[x] + tap];
    out[at + x] = sum * share;
  }
}

function taps(from: number, to: number): Taps {
  const divisor = greatestCommonDivisor(from, to);
  // Units of an input cell, and of an output cell.
  const [cell, all] = [to / divisor, from / divisor];
  const covered = Array.from({ length: to }, (_, i) => [Math.floor((i * all) / cell), Math.ceil(((i + 1) * all) / cell)]);
  const count = Math.max(...covered.map(([begin, end]) => end - begin));
  const first = Int32Array.from(covered, ([begin]) => Math.min(begin, from - count));
  const units = Int32Array.from({ length: to * count }, (_, k) => {
    const i = Math.floor(k / count);
    const begin = (first[i] + (k % count)) * cell;
    return Math.max(0, Math.min(begin + cell, (i + 1) * all) - Math.max(begin, i * all));
  });
  return { count, first, units, all };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
