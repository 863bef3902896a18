import type { GraphBuilder } from '../recording/builder.ts';
import { reachable, type Value } from '../recording/graph.ts';

/**
 * Makes values anew on top of others.
 * @param replace what stands in place of a value; `null` where it stays the same operation, on what stands in place of its inputs,
 * which it is told by its second argument
 * @returns what has become of a value that one of `values` needs
 */
export function rewrite(
  builder: GraphBuilder,
  values: readonly Value[],
  replace: (value: Value, now: (value: Value) => Value) => Value | null,
): (value: Value) => Value {
  const rewritten = new Map<Value, Value>();
  const now = (value: Value): Value => rewritten.get(value) ?? value;
  for (const value of reachable(values)) rewritten.set(value, replace(value, now) ?? rebuild(builder, value, now));
  return now;
}

/** The same operation on rewritten inputs. */
function rebuild(builder: GraphBuilder, value: Value, now: (value: Value) => Value): Value {
  if (value.source.kind !== 'operation') return value;
  const { operator, inputs, attributes } = value.source;
  const fresh = inputs.map(now);
  if (fresh.every((input, i) => input === inputs[i])) return value;
  if (operator === 'Reshape') return builder.reshape(fresh[0] as Value, value.shape);
  return builder.apply(operator, fresh, value.shape, value.type, attributes);
}
