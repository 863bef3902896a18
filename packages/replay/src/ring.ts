import { CheckpointError, type Dtype, InputError, message, type NumericArray, type StateValue } from '@zpin/core/spec';

/** Name, element type and numbers per row of each column. */
export type Columns = Readonly<Record<string, { readonly dtype: Dtype; readonly size: number }>>;

/** Rows longer than this are copied by `set`, whose view costs more than a loop over a short row. */
const LONG_ROW = 64;

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** A table of fixed capacity: one typed array per column, `[capacity, size]`. When it is full, a new row overwrites the oldest. */
export class Ring<Name extends string = string> {
  readonly capacity: number;
  /** The whole columns; rows from `size` on are not yet used. */
  readonly columns: Readonly<Record<Name, NumericArray>>;
  private readonly layout: Columns;
  private used = 0;
  private cursor = 0;

  /** @throws InputError unless `capacity` is an integer ≥ 1 */
  constructor(capacity: number, layout: Readonly<Record<Name, { readonly dtype: Dtype; readonly size: number }>>) {
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw new InputError(
        message('replay', 'capacity must be an integer >= 1', capacity, 'Pass the number of transitions to keep'),
      );
    }
    this.capacity = capacity;
    this.layout = layout;
    const entries = Object.entries<Columns[string]>(layout);
    this.columns = Object.fromEntries(
      entries.map(([name, { dtype, size }]) => [name, new arrays[dtype](capacity * size)]),
    ) as unknown as Record<Name, NumericArray>;
  }

  /** Rows in use. */
  get size(): number {
    return this.used;
  }

  /** Where the next row goes. */
  get next(): number {
    return this.cursor;
  }

  /**
   * Appends `count` rows; `rows` holds `[count, size]` numbers per column.
   * @throws InputError when an array has another length
   */
  append(rows: Readonly<Record<Name, ArrayLike<number>>>, count: number): void {
    for (const name in this.layout) {
      const wanted = count * this.layout[name].size;
      const actual = rows[name as unknown as Name]?.length;
      if (actual === wanted) continue;
      throw new InputError(
        message('replay', `${name} must have ${wanted} numbers for ${count} rows`, actual, 'Pass one row per environment'),
      );
    }
    for (const name in this.layout) this.write(name as unknown as Name, rows[name as unknown as Name]);
    this.cursor = (this.cursor + count) % this.capacity;
    this.used = Math.min(this.capacity, this.used + count);
  }

  /** Copies the rows at `index` of one column to `out`, `[B, size]`. */
  gather(name: Name, index: Int32Array, out: NumericArray): void {
    const column = this.columns[name];
    const { size } = this.layout[name];
    for (let row = 0; row < index.length; row++) {
      const from = index[row] * size;
      const to = row * size;
      if (size > LONG_ROW) out.set(column.subarray(from, from + size), to);
      else for (let i = 0; i < size; i++) out[to + i] = column[from + i];
    }
  }

  /** Arrays for `batchSize` gathered rows of a column. */
  batch(name: Name, batchSize: number): NumericArray {
    const { dtype, size } = this.layout[name];
    return new arrays[dtype](batchSize * size);
  }

  /** Copies of the rows in use, and where the next one goes. */
  state(): { readonly [key: string]: StateValue } {
    const columns = Object.entries<NumericArray>(this.columns).map(([name, column]): [string, StateValue] => {
      return [name, column.slice(0, this.used * this.layout[name].size)];
    });
    return { capacity: this.capacity, size: this.used, next: this.cursor, columns: Object.fromEntries(columns) };
  }

  /** @throws CheckpointError when the state is of a table with another capacity or other columns */
  restore(state: { readonly [key: string]: StateValue }): void {
    const columns = state.columns as Readonly<Record<string, NumericArray>>;
    const size = state.size as number;
    if (state.capacity !== this.capacity) {
      throw new CheckpointError(
        message('replay', `capacity must be ${this.capacity}`, state.capacity, 'Resume with the settings of the run'),
      );
    }
    for (const [name, column] of Object.entries<NumericArray>(this.columns)) {
      const saved = columns?.[name];
      if (saved?.constructor === column.constructor && saved.length === size * this.layout[name].size) continue;
      throw new CheckpointError(
        message('replay', `${name} must fit this replay`, saved, 'Resume with the environment of the run'),
      );
    }
    for (const [name, column] of Object.entries<NumericArray>(this.columns)) column.set(columns[name]);
    this.used = size;
    this.cursor = state.next as number;
  }

  private write(name: Name, rows: ArrayLike<number>): void {
    const column = this.columns[name];
    const start = this.cursor * this.layout[name].size;
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
