import { message, type NumericArray, ProgramError } from '@zpin/contracts';
import type { InputType, Results } from '../engine.ts';
import { sizeOf } from '../recording/graph.ts';
import type { HostVector } from './host-vector.ts';
import { type OnnxValues, onnxValue } from './onnx-runtime.ts';
import { type Part, totalSize } from './packing.ts';
import type { Plan } from './plan.ts';
import { outputKey, type ResultPort, type StatePort } from './port.ts';

/** What comes out of the graph of a program at a call: arrays that every call overwrites, and new state. */
export class Fetches {
  /** By the names of the outputs of the graph. */
  readonly values: OnnxValues = {};
  readonly results: Results;
  readonly metricNames: readonly string[];
  readonly #vectors: { readonly key: string; readonly vector: HostVector }[] = [];
  readonly #packedVectors: { readonly vector: HostVector; readonly data: Float32Array }[] = [];

  constructor(plan: Plan, vectorOf: (name: string) => HostVector) {
    const outputs: Record<string, NumericArray> = {};
    const packed = new Float32Array(totalSize(plan.packedOut));
    for (const { port, type, shape } of plan.outputs) {
      const key = outputKey(port);
      if (port.kind === 'state') this.#vectors.push({ key, vector: vectorOf(port.vector) });
      else if (port.kind === 'packed') this.values[key] = onnxValue('float32', packed, [packed.length]);
      else if (port.kind === 'output') {
        const data = arrayOf(type, sizeOf(shape));
        outputs[port.name] = data;
        this.values[key] = onnxValue(type, data, shape);
      }
    }
    for (const { vector } of this.#vectors) vector.reserve();
    const metrics = this.#takeParts(plan.packedOut, packed, outputs, vectorOf);
    this.metricNames = metrics.map(({ name }) => name);
    this.results = {
      outputs,
      metrics: () => Object.fromEntries(metrics.map(({ name, offset }) => [name, packed[offset] as number])),
    };
  }

  /** Shares the packed tensor out to outputs and state vectors, and returns the places of the metrics. */
  #takeParts(
    parts: readonly Part<StatePort | ResultPort>[],
    packed: Float32Array,
    outputs: Record<string, NumericArray>,
    vectorOf: (name: string) => HostVector,
  ): { readonly name: string; readonly offset: number }[] {
    const metrics: { name: string; offset: number }[] = [];
    for (const { port, offset, size } of parts) {
      const data = packed.subarray(offset, offset + size);
      if (port.kind === 'state') this.#packedVectors.push({ vector: vectorOf(port.vector), data });
      else if (port.kind === 'metric') metrics.push({ name: port.name, offset });
      else outputs[port.name] = data;
    }
    return metrics;
  }

  /** Says where the graph is to write new state: not where it reads the old one. */
  prepare(): void {
    for (const { key, vector } of this.#vectors) this.values[key] = vector.spare;
  }

  /** Makes new state the current one. */
  accept(): Results {
    for (const { vector } of this.#vectors) vector.swap();
    for (const { vector, data } of this.#packedVectors) vector.write(data);
    return this.results;
  }
}

function arrayOf(type: InputType, size: number): NumericArray {
  if (type === 'float32') return new Float32Array(size);
  if (type === 'int32') return new Int32Array(size);
  if (type === 'bool' || type === 'uint8') return new Uint8Array(size);
  throw new ProgramError(message('program', 'outputs must be float32, int32 or bool', type, 'Cast them'));
}
