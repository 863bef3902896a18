import type { NumericArray } from '@zpin/contracts';
import type { Columns } from './minibatches.ts';

/** Smallest number of rows that is filled up to. */
const FEWEST_ROWS = 32;

/**
 * Fills columns up with rows of 0 to a power of two: batches of every size then need only a few compiled programs.
 * @param rows of each column
 */
export function padRows<C extends Columns>(columns: C, rows: number): { [K in keyof C]: C[K] } {
  const padded = Math.max(FEWEST_ROWS, 2 ** Math.ceil(Math.log2(rows)));
  const fill = (column: NumericArray) => {
    const filled = new (column.constructor as new (length: number) => NumericArray)((column.length / rows) * padded);
    filled.set(column);
    return filled;
  };
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, fill(column)])) as { [K in keyof C]: C[K] };
}
