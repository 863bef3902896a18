import { message, ProgramError } from '@zpin/contracts';

/** Bytes of one page of WebAssembly memory. */
const PAGE = 65536;
/** Blocks start at multiples of this, so that vectors of four floats are aligned. */
const ALIGNMENT = 16;

/** Says that WebAssembly memory cannot hold what is asked for. */
export class ArenaError extends ProgramError {}

/** A stretch of WebAssembly memory that holds floats. */
export interface Block {
  /** Byte offset. */
  readonly offset: number;
  readonly length: number;
}

/**
 * WebAssembly memory that arrays of floats live in, where compiled loops reach them and JavaScript sees them as `Float32Array`.
 * The memory grows when it is full; growing makes new buffers, so arrays are asked for anew with `view`.
 */
export class WasmArena {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  #end = ALIGNMENT;
  /** Free stretches below the end, by their offsets; no two of them touch. */
  readonly #free: { offset: number; bytes: number }[] = [];

  /** Room for `length` floats, set to 0. @throws ArenaError when there is none */
  allocate(length: number): Block {
    const bytes = blockBytes(length);
    const reused = this.#reuse(bytes);
    if (reused !== null) {
      const block = { offset: reused, length };
      this.view(block).fill(0);
      return block;
    }
    const offset = this.#end;
    const missing = offset + bytes - this.memory.buffer.byteLength;
    if (missing > 0) this.#grow(missing);
    this.#end = offset + bytes;
    const block = { offset, length };
    // What was given back at the end holds old numbers.
    this.view(block).fill(0);
    return block;
  }

  /** The beginning of the smallest free stretch that is large enough; null where none is. */
  #reuse(bytes: number): number | null {
    let best = -1;
    for (const [k, stretch] of this.#free.entries())
      if (stretch.bytes >= bytes && (best < 0 || stretch.bytes < (this.#free[best]?.bytes as number))) best = k;
    const found = this.#free[best];
    if (!found) return null;
    const { offset } = found;
    if (found.bytes === bytes) this.#free.splice(best, 1);
    else this.#free[best] = { offset: offset + bytes, bytes: found.bytes - bytes };
    return offset;
  }

  #grow(bytes: number): void {
    try {
      this.memory.grow(Math.ceil(bytes / PAGE));
    } catch {
      throw new ArenaError(
        message(
          'engine',
          'the arrays of all its agents and programs must fit into the 4 GB that WebAssembly can address',
          `${bytes} bytes more than there is room for`,
          "Take smaller networks or batches, or the engine 'tensorflow'",
        ),
      );
    }
  }

  /** Gives a block back; it becomes one with free neighbours. */
  free({ offset, length }: Block): void {
    let [start, end] = [offset, offset + blockBytes(length)];
    if (start === end) return;
    const next = this.#free.findIndex(stretch => stretch.offset > offset);
    const at = next < 0 ? this.#free.length : next;
    const [before, after] = [this.#free[at - 1], this.#free[at]];
    const joinsBefore = before !== undefined && before.offset + before.bytes === start;
    const joinsAfter = after !== undefined && after.offset === end;
    if (joinsBefore) start = before.offset;
    if (joinsAfter) end += after.bytes;
    const first = at - (joinsBefore ? 1 : 0);
    const joined = (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0);
    if (end === this.#end) {
      this.#free.splice(first, joined);
      this.#end = start;
    } else this.#free.splice(first, joined, { offset: start, bytes: end - start });
  }

  /** The floats of a block; valid until the memory grows. */
  view({ offset, length }: Block): Float32Array {
    return new Float32Array(this.memory.buffer, offset, length);
  }
}

function blockBytes(length: number): number {
  return Math.ceil((length * 4) / ALIGNMENT) * ALIGNMENT;
}
