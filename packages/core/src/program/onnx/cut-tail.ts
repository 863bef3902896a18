import type { GraphBuilder } from '../recording/builder.ts';
import type { Value } from '../recording/graph.ts';
import { elementwiseTail, type Tail } from './elementwise-tail.ts';
import { type GraphOutput, valuesByKey } from './graph-output.ts';
import { type InputPort, type OutputPort, outputKey, type StatePort, type TailArrayPort } from './port.ts';
import type { LoopDescription } from './wasm-loop.ts';

/** A tail with the ports that its loop reads and writes. */
export interface TailPlan {
  /** Numbers in each array. */
  readonly size: number;
  readonly loop: LoopDescription;
  /** Arrays that it reads: state vectors where they are, and what the graph computes for it. */
  readonly arrays: readonly (StatePort | TailArrayPort)[];
  /** Numbers that it reads: places of those that the graph computes, then constants. */
  readonly scalars: readonly number[];
  readonly computedScalars: number;
  /** State vectors that it writes. */
  readonly results: readonly StatePort[];
}

/**
 * Takes the elementwise tail, if there is one, off the outputs of a graph; what it reads becomes an output instead.
 * @param portOf the port of an input of the graph, by its name
 */
export function cutTail(
  builder: GraphBuilder,
  outputs: readonly GraphOutput[],
  portOf: (input: string) => InputPort | undefined,
): { outputs: readonly GraphOutput[]; tail: TailPlan | null } {
  const ports = new Map<string, OutputPort>(outputs.map(({ port }) => [outputKey(port), port]));
  const tail = elementwiseTail(valuesByKey(outputs), key => ports.get(key)?.kind === 'state');
  if (!tail) return { outputs, tail: null };

  const own = new Set(tail.results.map(({ name }) => name));
  const rest = outputs.filter(({ port }) => !own.has(outputKey(port)));
  const arrays = tail.arrays.map(({ source }, index): StatePort | TailArrayPort => {
    const port = source.kind === 'input' ? portOf(source.name) : undefined;
    return port?.kind === 'state' ? port : { kind: 'tailArray', index };
  });
  for (const [k, port] of arrays.entries())
    if (port.kind === 'tailArray') rest.push({ port, value: builder.reshape(tail.arrays[k] as Value, [tail.size]) });
  const computed = tail.scalars.filter(isComputed);
  if (computed.length > 0) {
    const values = computed.map(value => builder.reshape(value, [1]));
    rest.push({ port: { kind: 'tailScalars' }, value: builder.concat(values, 0) });
  }

  const results = tail.results.map(({ name }) => ports.get(name) as StatePort);
  return { outputs: rest, tail: { size: tail.size, arrays, results, ...describeLoop(tail, computed) } };
}

/** The loop, with the scalars that the graph computes before the constants, so that the graph writes them in one piece. */
function describeLoop(tail: Tail, computed: readonly Value[]): Pick<TailPlan, 'loop' | 'scalars' | 'computedScalars'> {
  const order = [...computed, ...tail.scalars.filter(value => !isComputed(value))];
  const count = tail.arrays.length;
  const renumber = (index: number) => {
    const scalar = tail.scalars[index - count];
    return index >= count && scalar ? count + order.indexOf(scalar) : index;
  };
  const steps = tail.steps.map(({ operator, operands }) => ({ operator, operands: operands.map(renumber) }));
  const results = tail.results.map(({ index }) => renumber(index));
  return {
    loop: { arrays: count, scalars: order.length, steps, results },
    scalars: order.map(({ source }) => (source.kind === 'splat' ? source.value : 0)),
    computedScalars: computed.length,
  };
}

const isComputed = ({ source }: Value): boolean => source.kind !== 'splat';
