import type { GraphBuilder } from '../recording/builder.ts';
import type { Value } from '../recording/graph.ts';
import { elementwiseTail } from './elementwise-tail.ts';
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
  for (const [index, value] of tail.scalars.entries()) rest.push({ port: { kind: 'tailScalar', index }, value });

  const results = tail.results.map(({ name }) => ports.get(name) as StatePort);
  const { steps } = tail;
  const loop = { arrays: arrays.length, scalars: tail.scalars.length, steps, results: tail.results.map(({ index }) => index) };
  return { outputs: rest, tail: { size: tail.size, arrays, results, loop } };
}
