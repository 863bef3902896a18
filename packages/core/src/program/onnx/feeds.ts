import type { NumericArray } from '@zpin/contracts';
import type { ProgramSource } from '../engine.ts';
import type { HostVector } from './host-vector.ts';
import { type OnnxValue, type OnnxValues, onnxValue } from './onnx-runtime.ts';
import { totalSize } from './packing.ts';
import type { Plan } from './plan.ts';
import { inputKey, type StretchPort } from './port.ts';

/** What goes into the graph of a program at a call. */
export class Feeds {
  /** By the names of the inputs of the graph. */
  readonly values: OnnxValues = {};
  readonly #vectors: { readonly key: string; readonly vector: HostVector }[] = [];
  readonly #stretches: { readonly key: string; readonly vector: HostVector; readonly port: StretchPort }[] = [];
  readonly #given: { readonly name: string; readonly value: OnnxValue & { data: NumericArray } }[] = [];
  readonly #packed: Float32Array;
  readonly #packedVectors: { readonly vector: HostVector; readonly offset: number }[] = [];
  readonly #packedGiven: { readonly name: string; readonly offset: number }[] = [];

  constructor(plan: Plan, specs: ProgramSource['inputs'], vectorOf: (name: string) => HostVector) {
    this.#packed = new Float32Array(totalSize(plan.packedIn));
    for (const port of plan.inputs) {
      const key = inputKey(port);
      if (port.kind === 'state') this.#vectors.push({ key, vector: vectorOf(port.vector) });
      else if (port.kind === 'stretch') this.#stretches.push({ key, vector: vectorOf(port.vector), port });
      else if (port.kind === 'packed') this.values[key] = onnxValue('float32', this.#packed, [this.#packed.length]);
      else {
        const { type, shape } = specs[port.name];
        const value = onnxValue<NumericArray>(type, new Float32Array(0), shape);
        this.values[key] = value;
        this.#given.push({ name: port.name, value });
      }
    }
    for (const { port, offset } of plan.packedIn) {
      if (port.kind === 'state') this.#packedVectors.push({ vector: vectorOf(port.vector), offset });
      else this.#packedGiven.push({ name: port.name, offset });
    }
  }

  /** Takes the state as it is now, and the arrays of the caller. */
  fill(given: Readonly<Record<string, NumericArray>>): void {
    for (const { key, vector } of this.#vectors) this.values[key] = vector.current;
    for (const { key, vector, port } of this.#stretches) this.values[key] = vector.stretch(key, port.begin, port.end);
    for (const { name, value } of this.#given) value.data = given[name] as NumericArray;
    for (const { vector, offset } of this.#packedVectors) this.#packed.set(vector.current.data as Float32Array, offset);
    for (const { name, offset } of this.#packedGiven) this.#packed.set(given[name] as Float32Array, offset);
  }
}
