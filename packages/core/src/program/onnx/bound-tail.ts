import type { WasmArena } from '../wasm/wasm-arena.ts';
import type { TailPlan } from './cut-tail.ts';
import { HostVector } from './host-vector.ts';
import type { OnnxFetches } from './onnx-runtime.ts';
import type { Plan } from './plan.ts';
import { outputKey } from './port.ts';
import { compileLoop, type Loop } from './wasm-loop.ts';

/** The tail of a program with everything that its loop reads and writes. */
export class BoundTail {
  readonly #bytes: number;
  readonly #loop: Loop;
  /** Each with whether its new numbers are read. */
  readonly #arrays: readonly { readonly vector: HostVector; readonly isFresh: boolean }[];
  readonly #results: readonly HostVector[];
  /** What the graph computes for the loop, by the name of the output. */
  readonly #received = new Map<string, { readonly vector: HostVector; readonly shape: readonly number[] }>();
  readonly #scalars: HostVector;
  /** Where the numbers of the loop are among those of the program. */
  readonly #places: readonly { readonly index: number; readonly place: number }[];

  constructor(
    plan: TailPlan,
    { scalars: { results }, outputs }: Pick<Plan, 'scalars' | 'outputs'>,
    arena: WasmArena,
    vectorOf: (name: string) => HostVector,
  ) {
    this.#bytes = Math.ceil(plan.size / 4) * 16;
    this.#places = results.flatMap(({ port, place }) =>
      port.kind === 'tailScalar' && port.size === plan.size ? [{ index: port.index, place }] : [],
    );
    this.#scalars = new HostVector(arena, new Float32Array(plan.loop.scalars));
    this.#loop = compileLoop(arena.memory, plan.loop);
    this.#arrays = plan.arrays.map(port => {
      if (port.kind !== 'tailArray') return { vector: vectorOf(port.vector), isFresh: port.kind === 'fresh' };
      const vector = new HostVector(arena, new Float32Array(plan.size));
      const key = outputKey(port);
      const shape = outputs.find(output => outputKey(output.port) === key)?.shape ?? [plan.size];
      this.#received.set(key, { vector, shape });
      return { vector, isFresh: false };
    });
    this.#results = plan.results.map(({ vector }) => vectorOf(vector));
  }

  /** Says where the graph is to write what the loop reads. */
  receive(fetches: OnnxFetches): void {
    for (const [key, { vector, shape }] of this.#received) fetches[key] = vector.stretch(`${shape}`, 0, vector.size, shape);
  }

  /** @param numbers of the program, by place */
  run(numbers: Float32Array): void {
    const own = this.#scalars.numbers;
    for (const { index, place } of this.#places) own[index] = numbers[place] as number;
    this.#loop(
      this.#bytes,
      this.#scalars.offset,
      this.#arrays.map(({ vector, isFresh }) => (isFresh ? vector.spareOffset : vector.offset)),
      this.#results.map(vector => vector.offset),
    );
  }

  dispose(): void {
    this.#scalars.dispose();
    for (const { vector } of this.#received.values()) vector.dispose();
  }
}
