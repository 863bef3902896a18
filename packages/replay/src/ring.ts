import { CheckpointError, InputError, message, type NumericArray, type StateValue } from '@zpin/contracts';
import { BlockColumn, type Column, columnArrays } from './block-column.ts';

/** Row numbers are 32-bit integers. */
const MAX_ROWS = 2 ** 31 - 1;

/** A table of fixed capacity: columns of `[capacity, size]` numbers. When it is full, a new row overwrites the oldest. */
export class Ring<Name extends string = string> {
  readonly capacity: number;
  /** The whole columns; rows from `size` on are not yet used. */
  readonly columns: Readonly<Record<Name, BlockColumn>>;
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
    return this.#names.reduce((sum, name) => sum + this.columns[name].bytes, 0);
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
    for (const name of this.#names) this.columns[name].write(this.#cursor, rows[name]);
    this.#cursor = (this.#cursor + count) % this.capacity;
    this.#used = Math.min(this.capacity, this.#used + count);
  }

  /** Copies the rows at `index` of one column to `out`, `[B, size]`. */
  gather(name: Name, index: Int32Array, out: NumericArray): void {
    this.columns[name].gather(index, out);
  }

  /** Arrays for `batchSize` gathered rows of a column. */
  batch(name: Name, batchSize: number): NumericArray {
    const { dtype, size } = this.#layout[name];
    return new columnArrays[dtype](batchSize * size);
  }

  /** The rows in use, in blocks that do not change any more, and where the next one goes. */
  state(): { readonly [key: string]: StateValue } {
    const columns = this.#names.map((name): [string, StateValue] => [name, this.columns[name].snapshot(this.#used)]);
    return { capacity: this.capacity, size: this.#used, next: this.#cursor, columns: Object.fromEntries(columns) };
  }

  /** @throws CheckpointError when the state is of a table with another capacity or other columns */
  restore(state: { readonly [key: string]: StateValue }): void {
    const columns = state.columns as Readonly<Record<string, NumericArray | readonly NumericArray[]>> | undefined;
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
    if (!(Number.isInteger(size) && size >= 0 && size <= this.capacity)) {
      const expectation = `size must be an integer in [0, ${this.capacity}]`;
      throw new CheckpointError(message(`${this.#owner}.restore`, expectation, size, 'Use a copy of the checkpoint'));
    }
    // Older checkpoints hold a column in one array.
    const pieces = (name: Name) => [columns?.[name] ?? []].flat();
    for (const name of this.#names) {
      if (this.columns[name].fits(pieces(name), size)) continue;
      const expectation = `${name} must fit this replay`;
      throw new CheckpointError(
        message(`${this.#owner}.restore`, expectation, pieces(name)[0], 'Resume with the environment of the run'),
      );
    }
    for (const name of this.#names) this.columns[name].restore(pieces(name));
    this.#used = size;
    this.#cursor = state.next as number;
  }

  #allocate(): Record<Name, BlockColumn> {
    const rowBytes = this.#names.reduce((sum, name) => {
      const { dtype, size } = this.#layout[name];
      return sum + size * columnArrays[dtype].BYTES_PER_ELEMENT;
    }, 0);
    const columns: Partial<Record<Name, BlockColumn>> = {};
    try {
      if (this.capacity > MAX_ROWS) throw new RangeError('more rows than there are numbers for');
      // In one piece first: blocks are taken little by little, and would find out hours later that there is no room.
      new ArrayBuffer(rowBytes * this.capacity);
      for (const name of this.#names) columns[name] = new BlockColumn(this.capacity, this.#layout[name]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const gigabytes = Math.ceil((rowBytes * this.capacity) / 1e9);
      const expectation = `capacity must fit into memory: its transitions of ${rowBytes} bytes take ${gigabytes} GB`;
      throw new InputError(message(this.#owner, expectation, this.capacity, 'Keep fewer transitions'));
    }
    return columns as Record<Name, BlockColumn>;
  }
}
