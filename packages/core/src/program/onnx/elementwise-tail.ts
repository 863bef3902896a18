import { reachable, sizeOf, type Value } from '../recording/graph.ts';
import { isLoopOperator, type LoopStep } from './wasm-loop.ts';

/** Shorter arrays are done faster by the runtime than by a loop of their own. */
export const SMALLEST_TAIL = 4096;

/** Elementwise work that a program ends with, cut off from the rest of its graph. */
export interface Tail {
  readonly size: number;
  /** Arrays that it reads: state vectors and results of the rest. */
  readonly arrays: readonly Value[];
  /** Numbers that it reads, computed by the rest. */
  readonly scalars: readonly Value[];
  readonly steps: readonly LoopStep[];
  /** What it computes: names of outputs, with the number of the result in the loop. */
  readonly results: readonly { readonly name: string; readonly index: number }[];
}

/**
 * Finds the elementwise operations on long arrays that nothing but new state depends on: an optimiser's step, an average of
 * weights.
 * The runtime makes a pass over memory for each of them; one loop makes a single pass for all.
 * @param outputs of the program, by name
 * @param isState outputs that may be computed by the loop
 * @param size of the arrays: a loop has one
 */
export function elementwiseTail(
  outputs: Readonly<Record<string, Value>>,
  isState: (output: string) => boolean,
  size: number,
): Tail | null {
  const results = Object.entries(outputs).filter(([name, value]) => isState(name) && isLoopStep(value, size));

  // Backwards from the outputs: an operation belongs to the tail when all that use it do.
  const order = reachable(Object.values(outputs));
  const users = new Map<Value, Value[]>();
  for (const value of order) for (const input of inputsOf(value)) users.set(input, [...(users.get(input) ?? []), value]);
  const ends = new Set(results.map(([, value]) => value));
  const elsewhere = new Set(
    Object.entries(outputs).flatMap(([name, value]) => (results.some(([own]) => own === name) ? [] : [value])),
  );
  const members = new Set<Value>();
  for (const value of order.toReversed()) {
    if (!isLoopStep(value, size) || elsewhere.has(value)) continue;
    const mine = users.get(value) ?? [];
    if ((ends.has(value) || mine.length > 0) && mine.every(user => members.has(user))) members.add(value);
  }
  const own = results.filter(([, value]) => members.has(value));
  if (own.length === 0) return null;

  const body = order.filter(value => members.has(value));
  const outside = [...new Set(body.flatMap(inputsOf).filter(value => !members.has(value)))];
  const arrays = outside.filter(value => sizeOf(value.shape) === size);
  const scalars = outside.filter(value => sizeOf(value.shape) !== size);
  const numbers = new Map([...arrays, ...scalars, ...body].map((value, index) => [value, index]));
  const steps = body.map(value => {
    if (value.source.kind !== 'operation') throw new Error('a loop consists of operations');
    return { operator: value.source.operator, operands: value.source.inputs.map(input => numbers.get(input) as number) };
  });
  return { size, arrays, scalars, steps, results: own.map(([name, value]) => ({ name, index: numbers.get(value) as number })) };
}

function inputsOf({ source }: Value): readonly Value[] {
  return source.kind === 'operation' ? source.inputs : [];
}

/** An operation on whole arrays of one size, and on single numbers. */
export function isLoopStep(value: Value, size: number): boolean {
  const { source } = value;
  if (source.kind !== 'operation' || !isLoopOperator(source.operator) || value.type !== 'float32' || sizeOf(value.shape) !== size)
    return false;
  return source.inputs.every(input => sizeOf(input.shape) === size || sizeOf(input.shape) === 1);
}
