import type { GraphBuilder } from '../recording/builder.ts';
import { operation, reachable, type Value } from '../recording/graph.ts';
import { rewrite } from './rewrite.ts';

/** Gives inputs that the graph reads in one other shape alone that shape: the caller's array has none of its own. */
export function shapeInputs(builder: GraphBuilder, outputs: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const results = Object.values(outputs);
  const seenAs = new Map<Value, Set<Value>>(results.map(value => [value, new Set([value])]));
  for (const value of reachable(results)) {
    if (value.source.kind !== 'operation') continue;
    for (const input of value.source.inputs) {
      const shapes = seenAs.get(input) ?? new Set();
      seenAs.set(input, shapes.add(value));
    }
  }
  const now = rewrite(builder, results, value => {
    const input = operation(value, 'Reshape')?.inputs[0];
    if (input?.source.kind !== 'input' || seenAs.get(input)?.size !== 1) return null;
    return builder.input(input.source.name, value.shape, value.type);
  });
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, now(value)]));
}
