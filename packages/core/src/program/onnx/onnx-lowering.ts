import {
  broadcastShape,
  type ElementArray,
  type ElementType,
  operation,
  reachable,
  sameShape,
  sizeOf,
  type Value,
} from '../recording/graph.ts';
import { integersOf } from '../recording/shape-builder.ts';
import { type FindIdiom, type Idiom, idiomOf } from './idioms.ts';
import type { OnnxConstant, OnnxModel, OnnxNode, OnnxTensor } from './onnx-protobuf.ts';

/** Splats larger than this are made by the runtime instead of being stored in the model. */
const MAX_STORED_SPLAT = 1024;

/** A node that cuts a tensor into pieces copies those that nobody asked for as well: more of them than this cost too much. */
const MAX_UNUSED = 8192;

/** What an implementation of ONNX does well. */
export interface Dialect {
  /** Finds what it has one operator for. */
  readonly find: FindIdiom;
  /** Whether slices of one tensor are to be made by one node. */
  readonly splits: boolean;
}

const PROCESSOR: Dialect = { find: idiomOf, splits: true };

/** Programs of a device write to a handful of tensors at most, and have few operators for more than one step. */
export const DEVICE: Dialect = { find: () => null, splits: false };

/**
 * Writes a graph as an ONNX model. What the graph says in several values and ONNX says in one operator is joined on the way:
 * a product and the addition of its bias become one `Gemm`.
 * @param inputs graph inputs by the name they get in the model
 * @param outputs graph values by the name they get in the model
 * @param dialect what else may be joined
 */
export function lowerToOnnx(
  name: string,
  inputs: Readonly<Record<string, Value>>,
  outputs: Readonly<Record<string, Value>>,
  { find, splits }: Dialect = PROCESSOR,
): OnnxModel {
  const values = reachable(Object.values(outputs));
  const uses = countUses(values, Object.values(outputs));
  const names = new Map<Value, string>();
  const nodes: OnnxNode[] = [];
  const initializers: OnnxConstant[] = [];
  for (const [input, value] of Object.entries(inputs)) names.set(value, input);

  const fused = new Set<Value>();
  const bias = new Map<Value, { product: Value; addend: Value }>();
  for (const value of values) {
    const match = biasedProduct(value, uses);
    if (!match || fused.has(match.product)) continue;
    bias.set(value, match);
    fused.add(match.product);
  }

  const idioms = findIdioms(values, Object.values(outputs), fused, find);
  const pieces = splits ? splitsOf(values) : new Map<Value, Split>();

  // A result is written straight into its output; only inputs, constants and results asked for twice are copied.
  const results = new Map<Value, string>();
  for (const [output, value] of Object.entries(outputs)) {
    if (value.source.kind === 'operation' && !results.has(value)) results.set(value, output);
  }

  for (const value of values) {
    if (names.has(value) || fused.has(value)) continue;
    const id = results.get(value) ?? `v${value.id}`;
    names.set(value, id);
    const { source } = value;
    if (source.kind === 'splat') {
      if (sizeOf(value.shape) <= MAX_STORED_SPLAT) {
        initializers.push({
          name: id,
          shape: value.shape,
          type: value.type,
          data: filled(source.value, sizeOf(value.shape), value.type),
        });
      } else {
        const shape = BigInt64Array.from(value.shape, dimension => BigInt(dimension));
        initializers.push({ name: `${id}.value`, shape: [], type: value.type, data: filled(source.value, 1, value.type) });
        initializers.push({ name: `${id}.shape`, shape: [value.shape.length], type: 'int64', data: shape });
        nodes.push({ operator: 'Expand', inputs: [`${id}.value`, `${id}.shape`], outputs: [id], attributes: {} });
      }
    } else if (source.kind === 'constant') {
      initializers.push({ name: id, shape: value.shape, type: value.type, data: source.data });
    } else if (pieces.has(value)) {
      const split = pieces.get(value) as Split;
      if (split.first !== value) continue;
      const sizes = BigInt64Array.from(split.sizes, size => BigInt(size));
      initializers.push({ name: `${id}.sizes`, shape: [sizes.length], type: 'int64', data: sizes });
      nodes.push({
        operator: 'Split',
        inputs: [names.get(split.whole) as string, `${id}.sizes`],
        outputs: split.parts.map((part, k) => (part ? (results.get(part) ?? `v${part.id}`) : `${id}.unused${k}`)),
        attributes: { axis: split.axis },
      });
    } else if (source.kind === 'operation') {
      const gemm = bias.get(value);
      const made = gemm ? operation(gemm.product, 'Gemm') : (idioms.get(value) ?? source);
      const operands = gemm ? [...(made?.inputs ?? []), gemm.addend] : (made?.inputs ?? []);
      // Some operators have several results, of which the graph uses one.
      const { output, ...attributes } = made?.attributes ?? {};
      const before = Array.from({ length: Number(output ?? 0) }, (_, k) => `${id}.unused${k}`);
      nodes.push({
        operator: made?.operator ?? '',
        inputs: operands.map(operand => names.get(operand) as string),
        outputs: [...before, id],
        attributes,
      });
    }
  }
  for (const [output, value] of Object.entries(outputs)) {
    if (results.get(value) === output) continue;
    nodes.push({ operator: 'Identity', inputs: [names.get(value) as string], outputs: [output], attributes: {} });
  }
  const describe = ([key, value]: [string, Value]): OnnxTensor => ({ name: key, shape: value.shape, type: value.type });
  return {
    name,
    nodes,
    initializers,
    inputs: Object.entries(inputs).map(describe),
    outputs: Object.entries(outputs).map(describe),
  };
}

/** What is written in one operator; what need not be computed for it any more joins `fused`. */
function findIdioms(values: readonly Value[], outputs: readonly Value[], fused: Set<Value>, find: FindIdiom): Map<Value, Idiom> {
  const users = new Map<Value, Value[]>();
  for (const value of values)
    if (value.source.kind === 'operation')
      for (const input of value.source.inputs) users.set(input, [...(users.get(input) ?? []), value]);
  const results = new Set(outputs);
  const idioms = new Map<Value, Idiom>();
  for (const value of values) {
    const idiom = find(value, part => users.get(part) ?? []);
    if (!idiom || idiom.within.some(part => results.has(part))) continue;
    idioms.set(value, idiom);
    for (const part of idiom.within) fused.add(part);
  }
  return idioms;
}

/** A tensor cut along an axis: what is used of it, with `null` for what is not. */
interface Split {
  readonly whole: Value;
  readonly axis: number;
  readonly sizes: readonly number[];
  readonly parts: readonly (Value | null)[];
  /** The one that is computed first. */
  readonly first: Value;
}

/** Slices that lie one behind the other on one tensor, by each of them: one node makes them all. */
function splitsOf(values: readonly Value[]): Map<Value, Split> {
  const groups = new Map<string, { whole: Value; axis: number; slices: { value: Value; begin: number; end: number }[] }>();
  for (const value of values) {
    const slice = operation(value, 'Slice');
    // A fifth input holds steps.
    if (slice?.inputs.length !== 4 || sizeOf(value.shape) === 0) continue;
    const [whole, begins, , axes] = slice.inputs as [Value, Value, Value, Value];
    const [[begin], [axis, ...more]] = [integersOf(begins), integersOf(axes)] as [[number], [number, ...number[]]];
    if (more.length > 0) continue;
    const key = `${whole.id} ${axis}`;
    const group = groups.get(key) ?? { whole, axis, slices: [] };
    group.slices.push({ value, begin, end: begin + (value.shape[axis] as number) });
    groups.set(key, group);
  }
  const found = new Map<Value, Split>();
  for (const { whole, axis, slices } of groups.values()) {
    const split = slices.length > 1 ? splitOf(whole, axis, slices) : null;
    for (const { value } of split ? slices : []) found.set(value, split as Split);
  }
  return found;
}

function splitOf(
  whole: Value,
  axis: number,
  slices: readonly { readonly value: Value; readonly begin: number; readonly end: number }[],
): Split | null {
  const [sizes, parts]: [number[], (Value | null)[]] = [[], []];
  let [at, unused] = [0, 0];
  const skip = (to: number) => {
    if (to === at) return;
    unused += to - at;
    sizes.push(to - at);
    parts.push(null);
    at = to;
  };
  for (const { value, begin, end } of slices.toSorted((p, q) => p.begin - q.begin)) {
    if (begin < at) return null;
    skip(begin);
    sizes.push(end - begin);
    parts.push(value);
    at = end;
  }
  const length = whole.shape[axis] as number;
  skip(length);
  return (unused / length) * sizeOf(whole.shape) > MAX_UNUSED
    ? null
    : { whole, axis, sizes, parts, first: (slices[0] as { value: Value }).value };
}

function countUses(values: readonly Value[], outputs: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>();
  const use = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const value of values) if (value.source.kind === 'operation') for (const input of value.source.inputs) use(input);
  for (const output of outputs) use(output);
  return uses;
}

/** `Add(Gemm(a, b), c)` where nothing else needs the bare product and c broadcasts to it. */
function biasedProduct(value: Value, uses: ReadonlyMap<Value, number>): { product: Value; addend: Value } | null {
  const add = operation(value, 'Add');
  if (!add) return null;
  const [left, right] = add.inputs as [Value, Value];
  for (const [product, addend] of [
    [left, right],
    [right, left],
  ] as const) {
    if (operation(product, 'Gemm') && uses.get(product) === 1 && addend.shape.length <= 2) {
      if (sameShape(broadcastShape(product.shape, addend.shape), product.shape)) return { product, addend };
    }
  }
  return null;
}

function filled(value: number, size: number, type: ElementType): ElementArray {
  if (type === 'float32') return new Float32Array(size).fill(value);
  if (type === 'int32') return new Int32Array(size).fill(value);
  if (type === 'int64') return new BigInt64Array(size).fill(BigInt(value));
  return new Uint8Array(size).fill(value);
}
