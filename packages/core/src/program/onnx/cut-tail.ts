import type { GraphBuilder } from '../recording/builder.ts';
import { sizeOf, type Value } from '../recording/graph.ts';
import { elementwiseTail, SMALLEST_TAIL } from './elementwise-tail.ts';
import { type GraphOutput, valuesByKey } from './graph-output.ts';
import { type FreshPort, type InputPort, type OutputPort, outputKey, type StatePort, type TailArrayPort } from './port.ts';
import type { LoopDescription } from './wasm-loop.ts';

type ArrayPort = StatePort | FreshPort | TailArrayPort;

/** A tail with the ports that its loop reads and writes. */
export interface TailPlan {
  /** Numbers in each array. */
  readonly size: number;
  readonly loop: LoopDescription;
  /** Arrays that it reads: state vectors where they are, and what the graph computes for it. */
  readonly arrays: readonly ArrayPort[];
  /** State vectors that it writes. */
  readonly results: readonly StatePort[];
}

/**
 * Takes elementwise tails off the outputs of a graph, one for each size of arrays; what they read becomes an output instead.
 * @param portOf the port of an input of the graph, by its name
 */
export function cutTails(
  builder: GraphBuilder,
  outputs: readonly GraphOutput[],
  portOf: (input: string) => InputPort | undefined,
): { outputs: readonly GraphOutput[]; tails: readonly TailPlan[] } {
  const sizes = new Set(outputs.flatMap(({ port, value }) => (port.kind === 'state' ? [sizeOf(value.shape)] : [])));
  const tails: TailPlan[] = [];
  let rest = outputs;
  for (const size of sizes) {
    const cut = size < SMALLEST_TAIL ? null : cutTail(builder, rest, portOf, size);
    if (!cut) continue;
    rest = cut.outputs;
    tails.push(cut.tail);
  }
  return { outputs: rest, tails };
}

function cutTail(
  builder: GraphBuilder,
  outputs: readonly GraphOutput[],
  portOf: (input: string) => InputPort | undefined,
  size: number,
): { outputs: readonly GraphOutput[]; tail: TailPlan } | null {
  const ports = new Map<string, OutputPort>(outputs.map(({ port }) => [outputKey(port), port]));
  const tail = elementwiseTail(valuesByKey(outputs), key => ports.get(key)?.kind === 'state', size);
  if (!tail) return null;

  const own = new Set(tail.results.map(({ name }) => name));
  const rest = outputs.filter(({ port }) => !own.has(outputKey(port)));
  const arrays = tail.arrays.map((value, index): ArrayPort => {
    const port = value.source.kind === 'input' ? portOf(value.source.name) : undefined;
    if (port?.kind === 'state') return port;
    const written = rest.find(output => output.port.kind === 'state' && output.value === value)?.port;
    return written?.kind === 'state' ? { kind: 'fresh', vector: written.vector } : { kind: 'tailArray', size, index };
  });
  for (const [k, port] of arrays.entries())
    if (port.kind === 'tailArray') rest.push({ port, value: builder.reshape(tail.arrays[k] as Value, [size]) });
  for (const [index, value] of tail.scalars.entries()) rest.push({ port: { kind: 'tailScalar', size, index }, value });

  const results = tail.results.map(({ name }) => ports.get(name) as StatePort);
  const { steps } = tail;
  const loop = { arrays: arrays.length, scalars: tail.scalars.length, steps, results: tail.results.map(({ index }) => index) };
  return { outputs: rest, tail: { size, arrays, results, loop } };
}
