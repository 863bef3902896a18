import type { GraphBuilder } from '../recording/builder.ts';
import { operation, reachable, sizeOf, type Value } from '../recording/graph.ts';
import { integersOf } from '../recording/shape-builder.ts';
import type { GraphOutput } from './graph-output.ts';
import {
  type CarriedPort,
  type GivenPort,
  type InputPort,
  inputKey,
  type OutputPort,
  PACKED,
  type ResultPort,
  type ScalarPort,
  type StatePort,
  type StretchPort,
} from './port.ts';
import { rewrite } from './rewrite.ts';
import { SMALLEST_STRETCH } from './share-slices.ts';

/**
 * Handing one tensor to ONNX Runtime costs about a microsecond, a slice inside the graph a tenth of that. Float inputs,
 * outputs and state vectors of up to this many numbers therefore travel together in one tensor.
 */
const PACKED_SIZE = 2048;

const isSmall = ({ type, shape }: Value): boolean => type === 'float32' && sizeOf(shape) <= PACKED_SIZE;

export type PackedIn = StatePort | StretchPort | GivenPort | CarriedPort | ScalarPort;
export type PackedOut = StatePort | ResultPort | CarriedPort | ScalarPort;

/** A graph with what travels together in its packed tensors; nothing where a tensor would hold one part alone. */
export interface Packed {
  readonly outputs: readonly GraphOutput[];
  readonly packedIn: readonly Part<PackedIn>[];
  readonly packedOut: readonly Part<PackedOut>[];
}

/**
 * Puts small inputs and small outputs of a graph into one tensor each.
 * @param portOf the port of an input, by its name
 * @param isPacked whether a port of so many numbers may travel with others
 */
export function packPorts(
  builder: GraphBuilder,
  outputs: readonly GraphOutput[],
  portOf: (input: string) => InputPort | undefined,
  isPacked: (port: InputPort | OutputPort, size: number) => boolean = () => true,
): Packed {
  const order = reachable(outputs.map(({ value }) => value));
  const whole = order.flatMap(value => {
    const port = value.source.kind === 'input' && isSmall(value) ? portOf(value.source.name) : undefined;
    if (!port || port.kind === 'packed' || port.kind === 'stretch' || !isPacked(port, sizeOf(value.shape))) return [];
    return [{ port, shape: value.shape, value }];
  });
  const small: readonly PackedInput[] = [
    ...whole,
    ...shortSlices(order, portOf).filter(({ port, shape }) => isPacked(port, sizeOf(shape))),
  ];
  const packedIn = small.length > 1 ? layOut(small) : [];
  const packed = builder.input(inputKey(PACKED), [totalSize(packedIn)], 'float32');
  const parts = new Map(packedIn.map((part, k) => [(small[k] as PackedInput).value, part]));
  const now = rewrite(
    builder,
    outputs.map(({ value }) => value),
    value => {
      const part = parts.get(value);
      if (!part) return null;
      const row = builder.slice(packed, [part.offset], [part.offset + part.size]);
      return isBroadcast(value, order, outputs) ? row : builder.reshape(row, part.shape);
    },
  );
  return {
    ...packOutputs(
      builder,
      outputs.map(({ port, value }) => ({ port, value: now(value) })),
      isPacked,
    ),
    packedIn,
  };
}

/**
 * Short slices of long state vectors, one behind the other: biases, between matrices that the graph reads in place. Where there are few other
 * numbers, a node that cuts the whole vector costs less.
 */
function shortSlices(order: readonly Value[], portOf: (input: string) => InputPort | undefined): PackedSlice[] {
  const slices = new Map<Value, PackedSlice[]>();
  for (const value of order) {
    const slice = operation(value, 'Slice');
    const whole = slice?.inputs[0];
    const port = whole?.source.kind === 'input' ? portOf(whole.source.name) : undefined;
    // A fifth input holds steps.
    if (!whole || port?.kind !== 'state' || slice?.inputs.length !== 4 || whole.shape.length !== 1) continue;
    const [begin] = integersOf(slice.inputs[1] as Value) as [number];
    const stretch: StretchPort = { kind: 'stretch', vector: port.vector, begin, end: begin + sizeOf(value.shape) };
    slices.set(whole, [...(slices.get(whole) ?? []), { port: stretch, shape: value.shape, value }]);
  }
  return [...slices].flatMap(([whole, parts]) => {
    const inGraph = parts.filter(({ shape }) => sizeOf(shape) < SMALLEST_STRETCH);
    const others = sizeOf(whole.shape) - inGraph.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    if (others <= SMALLEST_STRETCH) return [];
    return inGraph.filter(({ value }) => isSmall(value)).toSorted((a, b) => a.port.begin - b.port.begin);
  });
}

/** What is to be read from the packed tensor. */
interface PackedInput {
  readonly port: PackedIn;
  readonly shape: readonly number[];
  readonly value: Value;
}

interface PackedSlice extends PackedInput {
  readonly port: StretchPort;
}

function packOutputs(
  builder: GraphBuilder,
  outputs: readonly GraphOutput[],
  isPacked: (port: OutputPort, size: number) => boolean,
): Pick<Packed, 'outputs' | 'packedOut'> {
  const small = outputs.flatMap(({ port, value }) => {
    if (port.kind === 'packed' || port.kind === 'tailArray' || port.kind === 'tailScalar') return [];
    return isSmall(value) && isPacked(port, sizeOf(value.shape)) ? [{ port, value, shape: value.shape }] : [];
  });
  if (small.length < 2) return { outputs, packedOut: [] };
  const order = reachable(outputs.map(({ value }) => value));
  const rows = small.map(({ value }) => asRow(builder, value, order));
  const rest = outputs.filter(({ port }) => !small.some(part => part.port === port));
  return { outputs: [...rest, { port: PACKED, value: builder.concat(rows, 0) }], packedOut: layOut(small) };
}

/** A single number that only meets longer tensors may have one axis as well as none. */
function isBroadcast(value: Value, order: readonly Value[], outputs: readonly GraphOutput[]): boolean {
  if (value.shape.length !== 0 || outputs.some(output => output.value === value)) return false;
  return order.every(
    ({ source, shape }) =>
      source.kind !== 'operation' || !source.inputs.includes(value) || (shape.length > 0 && BROADCASTING.has(source.operator)),
  );
}

const BROADCASTING = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Max',
  'Min',
  'Pow',
  'Where',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'Equal',
]);

/** A tensor of one axis. What is reduced to one number, and not needed elsewhere, keeps the axis that it has. */
function asRow(builder: GraphBuilder, value: Value, order: readonly Value[]): Value {
  const { source } = value;
  const reduction =
    source.kind === 'operation' && source.operator.startsWith('Reduce') ? operation(value, source.operator) : null;
  const uses = order.filter(user => user.source.kind === 'operation' && user.source.inputs.includes(value)).length;
  const [x, axes] = reduction?.inputs ?? [];
  if (reduction && x && axes && x.shape.length === 1 && uses === 0)
    return builder.apply(reduction.operator, [x, axes], [1], value.type, { ...reduction.attributes, keepdims: 1 });
  return builder.reshape(value, [sizeOf(value.shape)]);
}

/** Place of a port in the packed tensor. */
export interface Part<Port> {
  readonly port: Port;
  readonly offset: number;
  readonly size: number;
  readonly shape: readonly number[];
}

/** Places one behind the other. */
export function layOut<Port>(parts: readonly { readonly port: Port; readonly shape: readonly number[] }[]): Part<Port>[] {
  let offset = 0;
  return parts.map(({ port, shape }) => {
    const part = { port, shape, size: sizeOf(shape), offset };
    offset += part.size;
    return part;
  });
}

export function totalSize(parts: readonly Part<unknown>[]): number {
  return parts.reduce((sum, part) => sum + part.size, 0);
}
