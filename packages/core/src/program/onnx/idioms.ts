import { type Operation, operation, type Value } from '../recording/graph.ts';
import { integersOf } from '../recording/shape-builder.ts';

/** Several values of a graph that ONNX says in one operator. */
export interface Idiom {
  readonly operator: string;
  readonly inputs: readonly Value[];
  readonly attributes: Readonly<Record<string, number>>;
  /** Values that need not be computed any more. */
  readonly within: readonly Value[];
}

/** Of singles. */
const LARGEST = 2 ** 127;

/** Finds what a value is in fewer operators. */
export type FindIdiom = (value: Value, usersOf: (value: Value) => readonly Value[]) => Idiom | null;

/** What a value is in fewer operators than it was recorded with, or `null`. @param usersOf what is computed from a value */
export function idiomOf(value: Value, usersOf: (value: Value) => readonly Value[]): Idiom | null {
  return stepFunction(value, usersOf) ?? logSoftmax(value, usersOf);
}

/**
 * 1 where x > 0, else 0: min(max(2¹²⁷ x, 0), 1), one pass over memory where a comparison and a cast take two. An x so small that
 * this is no whole number is 0 to every processor that does not count in denormal numbers.
 */
function stepFunction(value: Value, usersOf: (value: Value) => readonly Value[]): Idiom | null {
  const comparison = value.type === 'float32' ? operation(value, 'Cast')?.inputs[0] : undefined;
  const [x, zero] = (comparison && operation(comparison, 'Greater')?.inputs) ?? [];
  if (!comparison || x?.type !== 'float32' || zero?.source.kind !== 'splat' || zero.source.value !== 0) return null;
  if (`${x.shape}` !== `${value.shape}` || usersOf(comparison).length > 1) return null;
  return { operator: 'HardSigmoid', inputs: [x], attributes: { alpha: LARGEST, beta: 0 }, within: [comparison] };
}

/** x − max − log Σ exp(x − max) along the last axis. */
function logSoftmax(value: Value, usersOf: (value: Value) => readonly Value[]): Idiom | null {
  const [shifted, log] = operation(value, 'Sub')?.inputs ?? [];
  const [x, largest] = (shifted && operation(shifted, 'Sub')?.inputs) ?? [];
  const sum = log && operation(log, 'Log')?.inputs[0];
  const exponential = sum && alongLast(sum, 'ReduceSum')?.inputs[0];
  if (!shifted || !x || !largest || !log || !sum || !exponential) return null;
  if (operation(exponential, 'Exp')?.inputs[0] !== shifted || alongLast(largest, 'ReduceMax')?.inputs[0] !== x) return null;
  const within = [largest, shifted, exponential, sum, log];
  const inside = new Set([...within, value]);
  if (!within.every(part => usersOf(part).every(user => inside.has(user)))) return null;
  return { operator: 'LogSoftmax', inputs: [x], attributes: { axis: -1 }, within };
}

/** A reduction over the last axis alone, which is kept. */
function alongLast(value: Value, operator: string): Operation | null {
  const reduction = operation(value, operator);
  if (reduction?.attributes.keepdims !== 1) return null;
  const [axis, ...more] = integersOf(reduction.inputs[1] as Value);
  return more.length === 0 && axis === value.shape.length - 1 ? reduction : null;
}
