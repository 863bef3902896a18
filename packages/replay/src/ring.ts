import { CheckpointError, type Dtype, InputError, message, type NumericArray, type StateValue } from '@zpin/contracts';

/** What one column holds. */
export interface Column {
  readonly dtype: Dtype;
  /** Numbers per row. */
  readonly size: number;
}

/** Rows longer than this are copied by `set`, whose view costs more than a loop over a short row. */
const LONG_ROW = 64;

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/**
 * A table of fixed capacity: one typed array per column, `[capacity, size]`. When it is full, a new row overwrites the oldest.
 */
export class Ring<Name extends string = string> {
  readonly capacity: number;
  /** The whole columns; rows from `size` on are not yet used. */
  readonly columns: Readonly<Record<Name, NumericArray>>;
  readonly #layout: Readonly<Record<Name, Column>>;
  readonly #names: readonly Name[];
  readonly #owner: string;
  #used = 0;
  #cursor = 0;

  /** @param owner named in errors @throws InputError unless `capacity` is an integer ≥ 1 and fits into memory */
  constructor(capacity: number, layout: Readonly<Record<Name, Column>>, owner = 'Ring') {
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw new InputError(
        message(owner, 'capacity must be an integer >= 1', capacity, 'Pass the number of transitions to keep'),
      );
    }
    this.capacity = capacity;
    this.#layout = layout;
    this.#owner = owner;
    this.#names = Object.keys(layout) as Name[];
    this.columns = this.#allocate();
  }

  /** Memory taken. */
  get bytes(): number {
    return this.#names.reduce((sum, name) => sum + this.columns[name].byteLength, 0);
  }

  /** Rows in use. */
  get size(): number {
    return this.#used;
  }

  /** Where the next row goes. */
  get next(): number {
    return this.#cursor;
  }

  /**
   * Appends `count` rows; `rows` holds `[count, size]` numbers per column.
   * @throws InputError when an array has another length
   */
  append(rows: Readonly<Record<Name, ArrayLike<number>>>, count: number): void {
    for (const name of this.#names) {
      const wanted = count * this.#layout[name].size;
      const actual = rows[name]?.length;
      if (actual === wanted) continue;
      throw new InputError(
        message(
          `${this.#owner}.add`,
          `${name} must have ${wanted} numbers for ${count} rows`,
          actual,
          'Pass one row per environment',
        ),
      );
    }
    for (const name of this.#names) this.#write(name, rows[name]);
    this.#cursor = (this.#cursor + count) % this.capacity;
    this.#used = Math.min(this.capacity, this.#used + count);
  }

  /** Copies the rows at `index` of one column to `out`, `[B, size]`. */
  gather(name: Name, index: Int32Array, out: NumericArray): void {
    const column = this.columns[name];
    const { size } = this.#layout[name];
    for (let row = 0; row < index.length; row++) {
      const from = index[row] * size;
      const to = row * size;
      if (size > LONG_ROW) out.set(column.subarray(from, from + size), to);
      else for (let i = 0; i < size; i++) out[to + i] = column[from + i];
    }
  }

  /** Arrays for `batchSize` gathered rows of a column. */
  batch(name: Name, batchSize: number): NumericArray {
    const { dtype, size } = this.#layout[name];
    return new arrays[dtype](batchSize * size);
  }

  /** Copies of the rows in use, and where the next one goes. */
  state(): { readonly [key: string]: StateValue } {
    const columns = this.#names.map((name): [string, StateValue] => {
      return [name, this.columns[name].slice(0, this.#used * this.#layout[name].size)];
    });
    return { capacity: this.capacity, size: this.#used, next: this.#cursor, columns: Object.fromEntries(columns) };
  }

  /** @throws CheckpointError when the state is of a table with another capacity or other columns */
  restore(state: { readonly [key: string]: StateValue }): void {
    const columns = state.columns as Readonly<Record<string, NumericArray>>;
    const size = state.size as number;
    if (state.capacity !== this.capacity) {
      throw new CheckpointError(
        message(
          `${this.#owner}.restore`,
          `capacity must be ${this.capacity}`,
          state.capacity,
          'Resume with the settings of the run',
        ),
      );
    }
    for (const name of this.#names) {
      const saved = columns?.[name];
      if (saved?.constructor === this.columns[name].constructor && saved.length === size * this.#layout[name].size) continue;
      throw new CheckpointError(
        message(`${this.#owner}.restore`, `${name} must fit this replay`, saved, 'Resume with the environment of the run'),
      );
    }
    for (const name of this.#names) this.columns[name].set(columns[name]);
    this.#used = size;
    this.#cursor = state.next as number;
  }

  #allocate(): Record<Name, NumericArray> {
    const columns: Partial<Record<Name, NumericArray>> = {};
    try {
      for (const name of this.#names) columns[name] = this.batch(name, this.capacity);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const bytes = this.#names.reduce(
        (sum, name) => sum + this.#layout[name].size * arrays[this.#layout[name].dtype].BYTES_PER_ELEMENT,
        0,
      );
      const gigabytes = Math.ceil((bytes * this.capacity) / 1e9);
      const expectation = `capacity must fit into memory: its transitions of ${bytes} bytes take ${gigabytes} GB`;
      throw new InputError(message(this.#owner, expectation, this.capacity, 'Keep fewer transitions'));
    }
    return columns as Record<Name, NumericArray>;
  }

  #write(name: Name, rows: ArrayLike<number>): void {
    const column = this.columns[name];
    const start = this.#cursor * this.#layout[name].size;
    // Rows beyond the capacity overwrite earlier ones of the same call, as single appends would.
    for (let done = 0; done < rows.length; ) {
      const at = (start + done) % column.length;
      const part = Math.min(rows.length - done, column.length - at);
      if (part === rows.length) column.set(rows, at);
      else for (let i = 0; i < part; i++) column[at + i] = rows[done + i];
      done += part;
    }
  }
}
