import type { GraphBuilder } from '../recording/builder.ts';
import { operation, reachable, sizeOf, type Value } from '../recording/graph.ts';
import { type InputPort, inputKey, type StretchPort } from './port.ts';

/** Copying fewer numbers than this costs less than handing over one more tensor. */
const SMALLEST = 8192;

export interface SharedSlices {
  readonly outputs: Readonly<Record<string, Value>>;
  /** Inputs that the graph has gained. */
  readonly stretches: readonly StretchPort[];
}

/**
 * Turns long slices of one-dimensional inputs into inputs of their own: the caller passes a view, where the graph would copy.
 * Most numbers of a network's flat parameters lie in one or two weight matrices.
 * @param portOf the port of an input; the caller can pass views of state vectors
 */
export function shareSlices(
  builder: GraphBuilder,
  outputs: Readonly<Record<string, Value>>,
  portOf: (input: string) => InputPort | undefined,
): SharedSlices {
  const stretches = new Map<string, StretchPort>();
  const rewritten = new Map<Value, Value>();
  const now = (value: Value): Value => rewritten.get(value) ?? value;
  for (const value of reachable(Object.values(outputs))) {
    if (value.source.kind !== 'operation') continue;
    rewritten.set(value, share(builder, value, stretches, portOf) ?? rebuild(builder, value, now));
  }
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, now(value)])),
    stretches: [...stretches.values()],
  };
}

function share(
  builder: GraphBuilder,
  value: Value,
  stretches: Map<string, StretchPort>,
  portOf: (input: string) => InputPort | undefined,
): Value | null {
  const slice = operation(value, 'Slice');
  const whole = slice?.inputs[0];
  const port = whole?.source.kind === 'input' ? portOf(whole.source.name) : undefined;
  if (!whole || port?.kind !== 'state') return null;
  // A fifth input holds steps: such a slice is no stretch.
  if (whole.shape.length !== 1 || slice?.inputs.length !== 4 || sizeOf(value.shape) < SMALLEST) return null;
  const begin = integerOf(slice.inputs[1] as Value);
  const end = begin + sizeOf(value.shape);
  const stretch: StretchPort = { kind: 'stretch', vector: port.vector, begin, end };
  const key = inputKey(stretch);
  stretches.set(key, stretch);
  return builder.input(key, value.shape, value.type);
}

/** The one integer that steers a slice of one axis. */
function integerOf({ source }: Value): number {
  return source.kind === 'constant' ? Number(source.data[0]) : source.kind === 'splat' ? source.value : Number.NaN;
}

/** The same operation on rewritten inputs. */
function rebuild(builder: GraphBuilder, value: Value, now: (value: Value) => Value): Value {
  if (value.source.kind !== 'operation') return value;
  const { operator, inputs, attributes } = value.source;
  const fresh = inputs.map(now);
  return fresh.every((input, i) => input === inputs[i])
    ? value
    : builder.apply(operator, fresh, value.shape, value.type, attributes);
}
