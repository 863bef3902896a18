import { OVERRUN } from '../wasm/memory-plan.ts';
import type { Block, WasmArena } from '../wasm/wasm-arena.ts';
import type { FixedVector } from '../wasm/wasm-vector.ts';
import type { GraphVector } from './graph-vector.ts';
import { type OnnxValue, onnxValue } from './onnx-runtime.ts';

/** A tensor over floats of the arena. */
type Floats = OnnxValue & { readonly data: Float32Array };

/**
 * A state vector. ONNX Runtime must not write what it still reads: it reads one buffer and writes another, then they change
 * places. The loop of a program's tail writes in place. Once a module holds its address, new numbers are copied to where the old ones
 * were.
 */
export class HostVector implements FixedVector, GraphVector {
  readonly size: number;
  readonly #arena: WasmArena;
  #current: Block;
  #spare: Block | null = null;
  #isFixed = false;
  /** Tensors over the buffers, by offset and key. */
  readonly #values = new Map<number, Map<string, Floats>>();

  constructor(arena: WasmArena, values: Float32Array) {
    this.size = values.length;
    this.#arena = arena;
    this.#current = this.#allocate();
    this.write(values);
  }

  /** Byte offset in the arena. */
  get offset(): number {
    return this.#current.offset;
  }
  /** Of the second buffer. */
  get spareOffset(): number {
    this.reserve();
    return (this.#spare as Block).offset;
  }
  get current(): Floats {
    return this.#value(this.#current, '', 0, this.size);
  }
  /** The numbers in place; none once memory has grown. */
  get numbers(): Float32Array {
    return this.current.data;
  }
  get spare(): Floats {
    this.reserve();
    return this.#value(this.#spare as Block, '', 0, this.size);
  }
  /** Makes the second buffer. In a call it would come too late: memory that grows takes the arrays of all others. */
  reserve(): void {
    this.#spare ??= this.#allocate();
  }
  /** Numbers `begin` to `end` in place. @param key the same for the same stretch and shape */
  stretch(key: string, begin: number, end: number, shape: readonly number[]): OnnxValue {
    return this.#value(this.#current, key, begin, end, shape);
  }
  fix(): number {
    this.#isFixed = true;
    return this.#current.offset;
  }
  /** Makes the numbers of the second buffer the current ones. */
  swap(): void {
    if (!this.#spare) return;
    if (this.#isFixed) this.current.data.set(this.spare.data);
    else [this.#current, this.#spare] = [this.#spare, this.#current];
  }
  read(): Float32Array {
    return this.current.data.slice();
  }
  write(values: Float32Array): void {
    this.current.data.set(values);
  }
  dispose(): void {
    this.#arena.free(this.#current);
    if (this.#spare) this.#arena.free(this.#spare);
    this.#spare = null;
  }

  #allocate(): Block {
    return this.#arena.allocate(this.size + OVERRUN / 4);
  }

  #value(block: Block, key: string, begin: number, end: number, shape: readonly number[] = [end - begin]): Floats {
    let values = this.#values.get(block.offset);
    if (!values) {
      values = new Map();
      this.#values.set(block.offset, values);
    }
    let value = values.get(key);
    // An array without numbers is one that growing memory has taken its buffer from.
    if (!value || value.data.length === 0) {
      value = onnxValue('float32', this.#arena.view(block).subarray(begin, end), shape);
      values.set(key, value);
    }
    return value;
  }
}
