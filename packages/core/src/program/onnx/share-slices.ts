import type { GraphBuilder } from '../recording/builder.ts';
import { operation, sizeOf, type Value } from '../recording/graph.ts';
import { integersOf } from '../recording/shape-builder.ts';
import { type InputPort, inputKey, type StretchPort } from './port.ts';
import { rewrite } from './rewrite.ts';

/** Copying fewer numbers than this costs less than handing over one more tensor. */
export const SMALLEST_STRETCH = 8192;

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
  const now = rewrite(builder, Object.values(outputs), value => share(builder, value, stretches, portOf));
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
  if (whole.shape.length !== 1 || slice?.inputs.length !== 4 || sizeOf(value.shape) < SMALLEST_STRETCH) return null;
  const begin = integersOf(slice.inputs[1] as Value)[0] as number;
  const end = begin + sizeOf(value.shape);
  const stretch: StretchPort = { kind: 'stretch', vector: port.vector, begin, end };
  const key = inputKey(stretch);
  stretches.set(key, stretch);
  return builder.input(key, value.shape, value.type);
}
