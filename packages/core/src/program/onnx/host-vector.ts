import type { StateVector } from '../engine.ts';
import type { Block, WasmArena } from '../wasm/wasm-arena.ts';
import { type OnnxValue, onnxValue } from './onnx-runtime.ts';

/**
 * A state vector. ONNX Runtime must not write what it still reads: it reads one buffer and writes another, then they change
 * places. The loop of a program's tail writes in place.
 */
export class HostVector implements StateVector {
  readonly size: number;
  readonly #arena: WasmArena;
  #current: Block;
  #spare: Block | null = null;
  /** Tensors over the buffers, by offset and stretch. */
  readonly #values = new Map<number, Map<string, OnnxValue>>();

  constructor(arena: WasmArena, values: Float32Array) {
    this.size = values.length;
    this.#arena = arena;
    this.#current = arena.allocate(values.length);
    this.write(values);
  }

  /** Byte offset in the arena. */
  get offset(): number {
    return this.#current.offset;
  }
  get current(): OnnxValue {
    return this.#value(this.#current, '', 0, this.size);
  }
  get spare(): OnnxValue {
    this.reserve();
    return this.#value(this.#spare as Block, '', 0, this.size);
  }
  /** Makes the second buffer. In a call it would come too late: memory that grows takes the arrays of all others. */
  reserve(): void {
    this.#spare ??= this.#arena.allocate(this.size);
  }
  /** Numbers `begin` to `end` in place. @param key the same for the same stretch */
  stretch(key: string, begin: number, end: number): OnnxValue {
    return this.#value(this.#current, key, begin, end);
  }
  swap(): void {
    if (this.#spare) [this.#current, this.#spare] = [this.#spare, this.#current];
  }
  read(): Float32Array {
    return this.#arena.view(this.#current).slice();
  }
  write(values: Float32Array): void {
    this.#arena.view(this.#current).set(values);
  }
  dispose(): void {
    this.#arena.free(this.#current);
    if (this.#spare) this.#arena.free(this.#spare);
    this.#spare = null;
  }

  #value(block: Block, key: string, begin: number, end: number): OnnxValue {
    let values = this.#values.get(block.offset);
    if (!values) {
      values = new Map();
      this.#values.set(block.offset, values);
    }
    let value = values.get(key);
    // An array without numbers is one that growing memory has taken its buffer from.
    if (!value || value.data.length === 0) {
      value = onnxValue('float32', this.#arena.view(block).subarray(begin, end), [end - begin]);
      values.set(key, value);
    }
    return value;
  }
}
