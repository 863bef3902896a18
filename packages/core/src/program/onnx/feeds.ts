import type { NumericArray } from '@zpin/contracts';
import type { ProgramSource } from '../engine.ts';
import type { GraphVector } from './graph-vector.ts';
import { type OnnxFeeds, type OnnxValue, onnxValue } from './onnx-runtime.ts';
import { totalSize } from './packing.ts';
import type { Plan } from './plan.ts';
import { inputKey } from './port.ts';
import type { BoundScalars } from './scalars.ts';

/** Where a number or an array of the caller, or of a state vector, goes. */
interface Given {
  readonly name: string;
  readonly offset: number;
}
interface Held {
  readonly vector: GraphVector;
  readonly offset: number;
}

/** Numbers `begin` to `end` of a state vector. */
interface Stretch extends Held {
  readonly begin: number;
  readonly end: number;
}

/** Arrays that earlier stages of a program write, by the numbers of their ports. */
export type Carried = ReadonlyMap<number, NumericArray>;

/** What goes into the graph of a program at a call. */
export class Feeds {
  /** By the names of the inputs of the graph. */
  readonly values: OnnxFeeds = {};
  readonly #scalars: BoundScalars;
  readonly #scalarVectors: Held[] = [];
  readonly #scalarGiven: Given[] = [];
  readonly #vectors: {
    readonly key: string;
    /** Of the vector's tensor: other programs may see the same stretch in another shape. */
    readonly view: string;
    readonly vector: GraphVector;
    readonly begin: number;
    readonly end: number;
    readonly shape: readonly number[];
  }[] = [];
  readonly #given: { readonly name: string; readonly value: OnnxValue & { data: NumericArray } }[] = [];
  readonly #packed: Float32Array;
  readonly #packedVectors: Held[] = [];
  readonly #packedStretches: Stretch[] = [];
  readonly #packedGiven: Given[] = [];
  readonly #packedCarried: { readonly data: NumericArray; readonly offset: number }[] = [];
  readonly #packedScalars: { readonly place: number; readonly offset: number }[] = [];

  constructor(
    plan: Plan,
    specs: ProgramSource['inputs'],
    scalars: BoundScalars,
    carried: Carried,
    vectorOf: (name: string) => GraphVector,
  ) {
    this.#scalars = scalars;
    for (const { port, place } of plan.scalars.inputs) {
      if (port.kind === 'state') this.#scalarVectors.push({ vector: vectorOf(port.vector), offset: place });
      else this.#scalarGiven.push({ name: port.name, offset: place });
    }
    this.#packed = new Float32Array(totalSize(plan.packedIn));
    for (const { port, shape } of plan.inputs) {
      const key = inputKey(port);
      if (port.kind === 'state' || port.kind === 'stretch') {
        const vector = vectorOf(port.vector);
        const [begin, end] = port.kind === 'state' ? [0, vector.size] : [port.begin, port.end];
        this.#vectors.push({ key, view: `${key} ${shape}`, vector, begin, end, shape });
      } else if (port.kind === 'packed') this.values[key] = onnxValue('float32', this.#packed, shape);
      else if (port.kind === 'carried') this.values[key] = onnxValue(port.type, carried.get(port.id) as NumericArray, shape);
      else if (port.kind === 'scalar')
        this.values[key] = onnxValue('float32', scalars.values.subarray(port.place, port.place + 1), shape);
      else {
        const value = onnxValue<NumericArray>(specs[port.name].type, new Float32Array(0), shape);
        this.values[key] = value;
        this.#given.push({ name: port.name, value });
      }
    }
    for (const { port, offset } of plan.packedIn) {
      if (port.kind === 'state') this.#packedVectors.push({ vector: vectorOf(port.vector), offset });
      else if (port.kind === 'stretch') this.#addStretch({ ...port, vector: vectorOf(port.vector), offset });
      else if (port.kind === 'carried') this.#packedCarried.push({ data: carried.get(port.id) as NumericArray, offset });
      else if (port.kind === 'given') this.#packedGiven.push({ name: port.name, offset });
      else this.#packedScalars.push({ place: port.place, offset });
    }
  }

  /** Joins it to the one before where one copy can do both. */
  #addStretch(stretch: Stretch): void {
    const last = this.#packedStretches.at(-1);
    const isNext =
      last?.vector === stretch.vector && last.end === stretch.begin && last.offset + last.end - last.begin === stretch.offset;
    if (last && isNext) this.#packedStretches[this.#packedStretches.length - 1] = { ...last, end: stretch.end };
    else this.#packedStretches.push(stretch);
  }

  /** Takes the state as it is now, and the arrays of the caller. */
  fill(given: Readonly<Record<string, NumericArray>>): void {
    const numbers = this.#scalars.values;
    for (const { vector, offset } of this.#scalarVectors) numbers[offset] = vector.numbers[0] as number;
    for (const { name, offset } of this.#scalarGiven) numbers[offset] = (given[name] as Float32Array)[0] as number;
    this.#scalars.before();
    for (const { key, view, vector, begin, end, shape } of this.#vectors)
      this.values[key] = vector.stretch(view, begin, end, shape);
    for (const { name, value } of this.#given) value.data = given[name] as NumericArray;
    for (const { vector, offset } of this.#packedVectors) this.#packed.set(vector.numbers, offset);
    for (const { vector, begin, end, offset } of this.#packedStretches)
      this.#packed.set(vector.numbers.subarray(begin, end), offset);
    for (const { name, offset } of this.#packedGiven) this.#packed.set(given[name] as Float32Array, offset);
    for (const { data, offset } of this.#packedCarried) this.#packed.set(data, offset);
    for (const { place, offset } of this.#packedScalars) this.#packed[offset] = numbers[place] as number;
  }
}
