import type { GraphBuilder } from '../recording/builder.ts';
import { operation, reachable, sizeOf, type Value } from '../recording/graph.ts';

/** Copying fewer numbers than this costs less than handing over one more tensor. */
const SMALLEST = 8192;

/** A graph input that is a stretch of another input. */
export interface Stretch {
  /** Input that it is a part of. */
  readonly whole: string;
  readonly begin: number;
  readonly end: number;
}

export interface SharedSlices {
  readonly outputs: Readonly<Record<string, Value>>;
  /** By the name of the new input. */
  readonly stretches: ReadonlyMap<string, Stretch>;
}

/**
 * Turns long slices of one-dimensional inputs into inputs of their own: the caller passes a view, where the graph would copy. Most
 * numbers of a network's flat parameters lie in one or two weight matrices.
 * @param isShared inputs, by name, that the caller can pass views of
 */
export function shareSlices(
  builder: GraphBuilder,
  outputs: Readonly<Record<string, Value>>,
  isShared: (input: string) => boolean,
): SharedSlices {
  const stretches = new Map<string, Stretch>();
  const rewritten = new Map<Value, Value>();
  const now = (value: Value): Value => rewritten.get(value) ?? value;
  for (const value of reachable(Object.values(outputs))) {
    if (value.source.kind !== 'operation') continue;
    rewritten.set(value, share(builder, value, stretches, isShared) ?? rebuild(builder, value, now));
  }
  return { outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, now(value)])), stretches };
}

function share(
  builder: GraphBuilder,
  value: Value,
  stretches: Map<string, Stretch>,
  isShared: (input: string) => boolean,
): Value | null {
  const slice = operation(value, 'Slice');
  const whole = slice?.inputs[0];
  // A fifth input holds steps: such a slice is no stretch.
  if (whole?.source.kind !== 'input' || !isShared(whole.source.name)) return null;
  if (whole.shape.length !== 1 || slice?.inputs.length !== 4 || sizeOf(value.shape) < SMALLEST) return null;
  const begin = integerOf(slice.inputs[1] as Value);
  const end = begin + sizeOf(value.shape);
  const name = `${whole.source.name}@${begin}:${end}`;
  stretches.set(name, { whole: whole.source.name, begin, end });
  return builder.input(name, value.shape, value.type);
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
