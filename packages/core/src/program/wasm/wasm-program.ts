import { message, type NumericArray, ProgramError } from '@zpin/contracts';
import type { Executable, InputType, ProgramSource, Results } from '../engine.ts';
import { sizeOf } from '../recording/graph.ts';
import type { Block, WasmArena } from './wasm-arena.ts';

/** Where a result lies after a call. */
export interface Place {
  readonly kind: 'output' | 'metric';
  readonly name: string;
  readonly type: InputType;
  readonly address: number;
  readonly size: number;
}

/** An array that the caller gives, and where the module reads it. */
interface Given {
  readonly name: string;
  readonly type: InputType;
  readonly offset: number;
  readonly size: number;
  /** Over the memory. */
  view: NumericArray;
}

/** A compiled program with the arrays that go in and out. */
export class WasmProgram implements Executable {
  readonly metricNames: readonly string[];
  readonly #name: string;
  readonly #memory: WebAssembly.Memory;
  readonly #run: () => void;
  readonly #given: readonly Given[];
  readonly #outputs: { readonly place: Place; readonly array: NumericArray; view: Float32Array | Int32Array }[];
  readonly #metrics: readonly Place[];
  readonly #values: Float32Array;
  readonly #results: Results;
  readonly #free: () => void;
  #buffer: ArrayBufferLike | null = null;
  #numbers = new Float32Array(0);

  constructor(
    arena: WasmArena,
    source: ProgramSource,
    run: () => void,
    given: readonly { readonly name: string; readonly block: Block }[],
    places: readonly Place[],
    free: () => void,
  ) {
    this.#name = source.name;
    this.#memory = arena.memory;
    this.#run = run;
    this.#free = free;
    this.#given = given.map(({ name, block }) => {
      const { type, shape } = source.inputs[name] as ProgramSource['inputs'][string];
      return { name, type, offset: block.offset, size: sizeOf(shape), view: new Float32Array(0) };
    });
    this.#outputs = places
      .filter(({ kind }) => kind === 'output')
      .map(place => ({ place, array: arrayOf(place.type, place.size), view: new Float32Array(0) }));
    this.#metrics = places.filter(({ kind }) => kind === 'metric');
    this.metricNames = this.#metrics.map(({ name }) => name);
    this.#values = new Float32Array(this.#metrics.length);
    this.#results = {
      outputs: Object.fromEntries(this.#outputs.map(({ place, array }) => [place.name, array])),
      metrics: () => Object.fromEntries(this.metricNames.map((name, k) => [name, this.#values[k] as number])),
    };
  }

  run(inputs: Readonly<Record<string, NumericArray>>): Results {
    if (this.#buffer !== this.#memory.buffer) this.#look();
    for (const { name, view } of this.#given) (view as Float32Array).set(inputs[name] as Float32Array);
    try {
      this.#run();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError)
        throw new ProgramError(
          message(
            `program "${this.#name}"`,
            'indices must name elements that are there',
            (error as Error).message,
            'Check the indices that it gathers or scatters by',
          ),
        );
      throw error;
    }
    for (const { place, array, view } of this.#outputs) {
      array.set(view);
      if (place.type === 'bool') for (let i = 0; i < array.length; i++) array[i] &= 1;
    }
    for (let k = 0; k < this.#values.length; k++)
      this.#values[k] = this.#numbers[(this.#metrics[k] as Place).address / 4] as number;
    return this.#results;
  }

  dispose(): void {
    this.#free();
  }

  /** Memory that has grown, for another program, takes the arrays over it along. */
  #look(): void {
    const { buffer } = this.#memory;
    this.#buffer = buffer;
    this.#numbers = new Float32Array(buffer);
    for (const input of this.#given) {
      const View = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array }[input.type];
      input.view = new View(buffer, input.offset, input.size);
    }
    for (const output of this.#outputs) {
      const { type, address, size } = output.place;
      output.view = new (type === 'float32' ? Float32Array : Int32Array)(buffer, address, size);
    }
  }
}

function arrayOf(type: InputType, size: number): NumericArray {
  if (type === 'float32') return new Float32Array(size);
  if (type === 'int32') return new Int32Array(size);
  if (type === 'bool') return new Uint8Array(size);
  throw new ProgramError(message('program', 'outputs must be float32, int32 or bool', type, 'Cast them'));
}
