import type { StateVector } from '../engine.ts';
import { OVERRUN } from './memory-plan.ts';
import type { Block, WasmArena } from './wasm-arena.ts';

/** A state vector with a place in memory that modules can hold on to. */
export interface FixedVector extends StateVector {
  /** Its address, which does not change from now on. */
  fix(): number;
}

/** A state vector in the memory that all modules of an engine share. It never moves, so modules hold its address. */
export class WasmVector implements FixedVector {
  readonly size: number;
  readonly #arena: WasmArena;
  readonly #block: Block;

  constructor(arena: WasmArena, values: Float32Array) {
    this.size = values.length;
    this.#arena = arena;
    this.#block = arena.allocate(values.length + OVERRUN / 4);
    this.write(values);
  }

  fix(): number {
    return this.#block.offset;
  }

  read(): Float32Array {
    return this.#numbers().slice();
  }

  write(values: Float32Array): void {
    this.#numbers().set(values);
  }

  dispose(): void {
    this.#arena.free(this.#block);
  }

  #numbers(): Float32Array {
    return this.#arena.view(this.#block).subarray(0, this.size);
  }
}
