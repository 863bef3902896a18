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
  /** Offsets of free blocks by their size in bytes. */
  readonly #free = new Map<number, number[]>();

  /** Room for `length` floats, set to 0. @throws ArenaError when there is none */
  allocate(length: number): Block {
    const bytes = blockBytes(length);
    const reused = this.#free.get(bytes)?.pop();
    if (reused !== undefined) {
      const block = { offset: reused, length };
      this.view(block).fill(0);
      return block;
    }
    const offset = this.#end;
    const missing = offset + bytes - this.memory.buffer.byteLength;
    if (missing > 0) this.#grow(missing);
    this.#end = offset + bytes;
    return { offset, length };
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

  free({ offset, length }: Block): void {
    const bytes = blockBytes(length);
    this.#free.set(bytes, [...(this.#free.get(bytes) ?? []), offset]);
  }

  /** The floats of a block; valid until the memory grows. */
  view({ offset, length }: Block): Float32Array {
    return new Float32Array(this.memory.buffer, offset, length);
  }
}

function blockBytes(length: number): number {
  return Math.ceil((length * 4) / ALIGNMENT) * ALIGNMENT;
}
