import { type Dtype, freezeArray, isFrozenArray, type NumericArray } from '@zpin/contracts';

/** What one column holds. */
export interface Column {
  readonly dtype: Dtype;
  /** Numbers per row. */
  readonly size: number;
}

export const columnArrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** A block has at most this many bytes, or one row. */
const BLOCK_BYTES = 2 ** 22;

/** Rows longer than this are copied by `set`, whose view costs more than a loop over a short row. */
const LONG_ROW = 64;

/**
 * One column of a table, `[rows, size]`, in blocks of a power of two of rows. A snapshot holds the full blocks themselves, and the
 * column writes into a copy of its own from then on: saving takes no more memory than is written until the next time.
 */
export class BlockColumn {
  /** Numbers per row. */
  readonly size: number;
  readonly #rows: number;
  readonly #shift: number;
  readonly #mask: number;
  readonly #blocks: NumericArray[];
  /** 1 for blocks that a snapshot holds. */
  readonly #held: Uint8Array;

  /** @param blockBytes about so many bytes in a block */
  constructor(rows: number, { dtype, size }: Column, blockBytes = BLOCK_BYTES) {
    const ArrayType = columnArrays[dtype];
    const rowBytes = Math.max(1, size * ArrayType.BYTES_PER_ELEMENT);
    this.size = size;
    this.#rows = rows;
    this.#shift = Math.max(0, Math.floor(Math.log2(blockBytes / rowBytes)));
    const blockRows = 2 ** this.#shift;
    this.#mask = blockRows - 1;
    const count = size === 0 ? 0 : Math.ceil(rows / blockRows);
    this.#blocks = Array.from({ length: count }, (_, i) => new ArrayType(Math.min(blockRows, rows - i * blockRows) * size));
    this.#held = new Uint8Array(count);
  }

  /** Memory taken. */
  get bytes(): number {
    return this.#blocks.reduce((sum, block) => sum + block.byteLength, 0);
  }

  /** Number `k` of a row. */
  at(row: number, k = 0): number {
    return this.#blocks[row >> this.#shift][(row & this.#mask) * this.size + k];
  }

  /** Sets the first number of a row. */
  set(row: number, value: number): void {
    this.#writable(row >> this.#shift)[(row & this.#mask) * this.size] = value;
  }

  /** Writes rows one behind the other, from row `start` on and round the end of the column. */
  write(start: number, numbers: ArrayLike<number>): void {
    const { size } = this;
    for (let done = 0, row = start; done < numbers.length; ) {
      const block = this.#writable(row >> this.#shift);
      const at = (row & this.#mask) * size;
      const part = Math.min(numbers.length - done, block.length - at);
      if (part === numbers.length && part > LONG_ROW) block.set(numbers, at);
      else for (let i = 0; i < part; i++) block[at + i] = numbers[done + i];
      done += part;
      row = (row + part / size) % this.#rows;
    }
  }

  /** Copies the rows at `index` to `out`, `[B, size]`. */
  gather(index: Int32Array, out: NumericArray): void {
    const { size } = this;
    const blocks = this.#blocks;
    const shift = this.#shift;
    const mask = this.#mask;
    for (let row = 0; row < index.length && size > 0; row++) {
      const block = blocks[index[row] >> shift];
      const from = (index[row] & mask) * size;
      const to = row * size;
      if (size > LONG_ROW) out.set(block.subarray(from, from + size), to);
      else for (let i = 0; i < size; i++) out[to + i] = block[from + i];
    }
  }

  /** The first rows: full blocks as they are, frozen, and a copy of what belongs to them of the last one. */
  snapshot(rows: number): readonly NumericArray[] {
    const pieces: NumericArray[] = [];
    let rest = rows * this.size;
    for (let i = 0; rest > 0; i++) {
      const block = this.#blocks[i];
      if (rest >= block.length) {
        this.#held[i] = 1;
        pieces.push(freezeArray(block));
      } else pieces.push(block.slice(0, rest));
      rest -= block.length;
    }
    // Nothing at all still says of which type it is.
    return pieces.length > 0 ? pieces : this.#blocks.slice(0, 1).map(block => block.slice(0, 0));
  }

  /** Whether a snapshot holds `rows` rows of this column, in blocks of any size. */
  fits(pieces: readonly NumericArray[], rows: number): boolean {
    const kind = this.#blocks[0]?.constructor ?? Uint8Array;
    if (pieces.length < Math.sign(this.size) || !pieces.every(piece => piece?.constructor === kind)) return false;
    return pieces.reduce((sum, piece) => sum + piece.length, 0) === rows * this.size;
  }

  /** Takes the first rows back. Frozen blocks are kept themselves, others are copied. */
  restore(pieces: readonly NumericArray[]): void {
    let row = 0;
    for (const piece of pieces) {
      const i = row >> this.#shift;
      if (isFrozenArray(piece) && (row & this.#mask) === 0 && piece.length === this.#blocks[i].length) {
        this.#blocks[i] = piece;
        this.#held[i] = 1;
      } else if (piece.length > 0) this.write(row, piece);
      row += piece.length / Math.max(1, this.size);
    }
  }

  /** A block to write into: a copy of its own where a snapshot holds it. */
  #writable(i: number): NumericArray {
    if (this.#held[i] === 0) return this.#blocks[i];
    this.#held[i] = 0;
    this.#blocks[i] = this.#blocks[i].slice();
    return this.#blocks[i];
  }
}
