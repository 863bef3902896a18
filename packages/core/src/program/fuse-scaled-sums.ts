import type { GraphBuilder } from './builder.ts';
import { operation, reachable, sameShape, sizeOf, type Value } from './graph.ts';

/** Below this a sum costs less than the operators that describe it. */
const SMALLEST = 4096;

/**
 * Rewrites `β·x + α·s·y` over large arrays, with numbers α, β and a scalar s of the graph, as one product: `Gemm` with a 1 × 1 matrix s
 * on the left computes `α·(s·y) + β·x` in a single pass where three elementwise operators would make three. Optimisers, and
 * averages of weights, consist of such sums.
 */
export function fuseScaledSums(builder: GraphBuilder, outputs: Readonly<Record<string, Value>>): Record<string, Value> {
  const order = reachable(Object.values(outputs));
  const rewritten = new Map<Value, Value>();
  const now = (value: Value): Value => rewritten.get(value) ?? value;
  for (const value of order) {
    if (value.source.kind !== 'operation') continue;
    rewritten.set(value, scaledSum(builder, value, now) ?? rebuild(builder, value, now));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, now(value)]));
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

/** An array with what it is multiplied by. */
interface Term {
  readonly base: Value;
  readonly factor: number;
  /** Factor known only when the program runs, one number. */
  readonly scalar: Value | null;
}

function scaledSum(builder: GraphBuilder, value: Value, now: (value: Value) => Value): Value | null {
  const sum = operation(value, 'Add') ?? operation(value, 'Sub');
  const size = sizeOf(value.shape);
  if (!sum || value.type !== 'float32' || size < SMALLEST) return null;
  const [left, right] = sum.inputs as [Value, Value];
  if (!sameShape(left.shape, value.shape) || !sameShape(right.shape, value.shape)) return null;
  const first = term(left);
  const second = term(right);
  const sign = sum.operator === 'Sub' ? -1 : 1;
  // The bias of a Gemm takes a number as factor, its product a scalar of the graph as well.
  const [added, addedFactor, multiplied, multipliedFactor] =
    first.scalar === null ? [first, first.factor, second, sign * second.factor] : [second, sign * second.factor, first, first.factor];
  if (added.scalar !== null) return null;
  const row = (array: Value) => builder.reshape(now(array), [1, size]);
  const scalar = multiplied.scalar === null ? builder.splat(1, [1, 1], 'float32') : builder.reshape(now(multiplied.scalar), [1, 1]);
  const attributes = { alpha: { float: multipliedFactor }, beta: { float: addedFactor } };
  return builder.reshape(builder.apply('Gemm', [scalar, row(multiplied.base), row(added.base)], [1, size], 'float32', attributes), value.shape);
}

/** Takes a number, and one scalar of the graph, off a product. */
function term(value: Value): Term {
  let base = value;
  let factor = 1;
  let scalar: Value | null = null;
  for (;;) {
    const product = operation(operation(base, 'Reshape')?.inputs[0] ?? base, 'Mul');
    if (!product) break;
    const small = product.inputs.find((input) => sizeOf(input.shape) === 1);
    const large = product.inputs.find((input) => sizeOf(input.shape) === sizeOf(value.shape));
    if (!small || !large) break;
    if (small.source.kind === 'splat') factor *= small.source.value;
    else if (scalar === null) scalar = small;
    else break;
    base = large;
  }
  return { base, factor, scalar };
}
