import { message, type NumericArray, ProgramError } from '@zpin/contracts';
import type { InputType, Results } from '../engine.ts';
import { sizeOf } from '../recording/graph.ts';
import type { GraphVector } from './graph-vector.ts';
import { type OnnxFetches, onnxValue } from './onnx-runtime.ts';
import { totalSize } from './packing.ts';
import type { Plan } from './plan.ts';
import { outputKey } from './port.ts';
import type { BoundScalars } from './scalars.ts';

/** What comes out of the graph of a program at a call: arrays that every call overwrites, and new state. */
export class Fetches {
  /** By the names of the outputs of the graph. */
  readonly values: OnnxFetches = {};
  readonly results: Results;
  readonly metricNames: readonly string[];
  /** What later stages read, by the numbers of its ports. */
  readonly carried = new Map<number, NumericArray>();
  readonly #numbers: Float32Array;
  readonly #packed: Float32Array;
  readonly #vectors: { readonly key: string; readonly vector: GraphVector }[] = [];
  readonly #packedVectors: { readonly vector: GraphVector; readonly data: Float32Array }[] = [];
  readonly #packedScalars: { readonly place: number; readonly offset: number }[] = [];

  constructor(plan: Plan, { values: numbers }: BoundScalars, vectorOf: (name: string) => GraphVector) {
    const outputs: Record<string, NumericArray> = {};
    this.#numbers = numbers;
    this.#packed = new Float32Array(totalSize(plan.packedOut));
    for (const { port, type, shape } of plan.outputs) {
      const key = outputKey(port);
      if (port.kind === 'state') this.#vectors.push({ key, vector: vectorOf(port.vector) });
      else if (port.kind === 'packed') this.values[key] = onnxValue('float32', this.#packed, [this.#packed.length]);
      else if (port.kind === 'scalar')
        this.values[key] = onnxValue('float32', numbers.subarray(port.place, port.place + 1), shape);
      else if (port.kind === 'output') {
        const data = arrayOf(type, sizeOf(shape));
        outputs[port.name] = data;
        this.values[key] = onnxValue(type, data, shape);
      } else if (port.kind === 'carried') {
        const data = arrayOf(type, sizeOf(shape));
        this.carried.set(port.id, data);
        this.values[key] = onnxValue(type, data, shape);
      }
    }
    for (const { vector } of this.#vectors) vector.reserve();
    for (const { port, offset, size } of plan.packedOut) {
      const data = this.#packed.subarray(offset, offset + size);
      if (port.kind === 'state') this.#packedVectors.push({ vector: vectorOf(port.vector), data });
      else if (port.kind === 'scalar') this.#packedScalars.push({ place: port.place, offset });
      else if (port.kind === 'carried') this.carried.set(port.id, data);
      else outputs[port.name] = data;
    }
    const metrics: { name: string; place: number }[] = [];
    for (const { port, place } of plan.scalars.results) {
      const data = numbers.subarray(place, place + 1);
      if (port.kind === 'state') this.#packedVectors.push({ vector: vectorOf(port.vector), data });
      else if (port.kind === 'output') outputs[port.name] = data;
      else if (port.kind === 'carried') this.carried.set(port.id, data);
      else if (port.kind === 'metric') metrics.push({ name: port.name, place });
    }
    this.metricNames = metrics.map(({ name }) => name);
    this.results = {
      outputs,
      metrics: () => Object.fromEntries(metrics.map(({ name, place }) => [name, numbers[place] as number])),
    };
  }

  /** Says where the graph is to write new state: not where it reads the old one. */
  prepare(): void {
    for (const { key, vector } of this.#vectors) this.values[key] = vector.spare;
  }

  /** Puts the numbers that the graph has computed in their places. */
  takeScalars(): void {
    for (const { place, offset } of this.#packedScalars) this.#numbers[place] = this.#packed[offset] as number;
  }

  /** Makes new state the current one. */
  accept(): Results {
    for (const { vector } of this.#vectors) vector.swap();
    for (const { vector, data } of this.#packedVectors) vector.numbers.set(data);
    return this.results;
  }
}

function arrayOf(type: InputType, size: number): NumericArray {
  if (type === 'float32') return new Float32Array(size);
  if (type === 'int32') return new Int32Array(size);
  if (type === 'bool' || type === 'uint8') return new Uint8Array(size);
  throw new ProgramError(message('program', 'outputs must be float32, int32 or bool', type, 'Cast them'));
}
