import { type EnvSpec, freezeArray, isFrozenArray, type NumericArray } from '@zpin/contracts';
import { type ColumnName, emptyColumn } from './transitions.ts';

/** A block has about so many bytes, or one step. */
const BLOCK_BYTES = 2 ** 22;

/**
 * A column that grows by the N rows of each step, in blocks. A snapshot holds the full blocks themselves, so that saving a long
 * recording again and again writes each block once.
 */
export class RecordedColumn {
  readonly #spec: EnvSpec;
  readonly #name: ColumnName;
  readonly #numEnvs: number;
  /** Steps in a block. */
  readonly #blockSteps: number;
  /** Numbers per step, of all copies. */
  readonly #width: number;
  #blocks: NumericArray[] = [];
  /** Steps so far. */
  #steps = 0;

  constructor(spec: EnvSpec, name: ColumnName, numEnvs: number) {
    this.#spec = spec;
    this.#name = name;
    this.#numEnvs = numEnvs;
    const step = emptyColumn(spec, name, numEnvs);
    this.#width = step.length;
    this.#blockSteps = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(1, step.byteLength)));
  }

  /** Adds the rows `[N, …]` of a step. */
  add(rows: NumericArray): void {
    const at = this.#steps % this.#blockSteps;
    if (at === 0) this.#blocks.push(emptyColumn(this.#spec, this.#name, this.#blockSteps * this.#numEnvs));
    this.#steps++;
    this.#last().set(rows, at * this.#width);
  }

  /** Writes the row of copy i of the last step anew. */
  rewrite(i: number, row: ArrayLike<number>): void {
    const at = (this.#steps - 1) % this.#blockSteps;
    this.#last().set(row, at * this.#width + (i * this.#width) / this.#numEnvs);
  }

  /** All rows, copy by copy: `[N · T, …]`. */
  rows(): NumericArray {
    const out = emptyColumn(this.#spec, this.#name, this.#steps * this.#numEnvs);
    const width = this.#width / this.#numEnvs;
    for (let step = 0; step < this.#steps; step++) {
      const block = this.#blocks[Math.floor(step / this.#blockSteps)];
      for (let i = 0; i < this.#numEnvs; i++) {
        const from = (step % this.#blockSteps) * this.#width + i * width;
        out.set(block.subarray(from, from + width), (i * this.#steps + step) * width);
      }
    }
    return out;
  }

  /** Full blocks as they are, frozen, and a copy of what the last one holds. */
  state(): readonly NumericArray[] {
    return this.#blocks.map((block, i) => {
      const rest = this.#steps - i * this.#blockSteps;
      return rest >= this.#blockSteps ? freezeArray(block) : block.slice(0, rest * this.#width);
    });
  }

  /** Takes the blocks of so many steps back. @returns whether they are such blocks; where not, nothing has changed */
  restore(blocks: readonly unknown[], steps: number): boolean {
    const kind = emptyColumn(this.#spec, this.#name, 0).constructor;
    const isSuch = (block: unknown, i: number): block is NumericArray =>
      ArrayBuffer.isView(block) &&
      block.constructor === kind &&
      'length' in block &&
      block.length === Math.min(this.#blockSteps, steps - i * this.#blockSteps) * this.#width;
    if (blocks.length !== Math.ceil(steps / this.#blockSteps) || !blocks.every(isSuch)) return false;
    this.#blocks = blocks.map(block => {
      if (block.length === this.#blockSteps * this.#width) return isFrozenArray(block) ? block : block.slice();
      const whole = emptyColumn(this.#spec, this.#name, this.#blockSteps * this.#numEnvs);
      whole.set(block);
      return whole;
    });
    this.#steps = steps;
    return true;
  }

  /** The last block, to write into: a copy of its own where a snapshot holds it. */
  #last(): NumericArray {
    const last = this.#blocks.length - 1;
    if (isFrozenArray(this.#blocks[last])) this.#blocks[last] = this.#blocks[last].slice();
    return this.#blocks[last];
  }
}
