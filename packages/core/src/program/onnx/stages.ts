import type { GraphBuilder } from '../recording/builder.ts';
import { reachable, sizeOf, type Value } from '../recording/graph.ts';
import { isLoopStep, SMALLEST_TAIL } from './elementwise-tail.ts';
import type { GraphOutput } from './graph-output.ts';
import { type CarriedPort, inputKey, type StatePort } from './port.ts';
import { rewrite } from './rewrite.ts';

/** Parts of a program that are run one after the other, each by a graph and loops of its own. */
export interface Stages {
  /** What each of them computes. */
  readonly outputs: readonly (readonly GraphOutput[])[];
  /** What earlier parts compute for later ones. */
  readonly carried: readonly CarriedPort[];
}

/** Fewer operations than this cost less in the graph than another call of the runtime. */
const FEWEST = 6;

/** Operators that refuse some numbers: behind a change of the state they would come too late. */
const REFUSING = new Set(['Gather', 'GatherND', 'GatherElements', 'ScatterND', 'ScatterElements']);

/** Operators that hand on the numbers that they get, or a part of them. */
const VIEWS = new Set(['Reshape', 'Slice', 'Expand', 'Transpose']);

/**
 * Cuts a program behind an optimiser's step on long vectors that it goes on to compute with, as an actor's loss does with the new
 * critic. In one graph such a step is a pass over memory for each of its operations; behind a graph, one loop does all of it.
 */
export function cutStages(builder: GraphBuilder, outputs: readonly GraphOutput[]): Stages {
  const sizes = new Set(outputs.flatMap(({ port, value }) => (port.kind === 'state' ? [sizeOf(value.shape)] : [])));
  for (const size of sizes) {
    const cut = size < SMALLEST_TAIL ? null : new Cut(outputs, size).apply(builder);
    if (!cut) continue;
    const later = cutStages(builder, cut.late);
    return { outputs: [cut.early, ...later.outputs], carried: [...cut.carried, ...later.carried] };
  }
  return { outputs: [outputs], carried: [] };
}

/** Where a program can be cut: behind the loop over vectors of one size. */
class Cut {
  readonly #outputs: readonly GraphOutput[];
  readonly #order: readonly Value[];
  /** New vectors that the loop makes. */
  readonly #ends: ReadonlyMap<Value, readonly StatePort[]>;
  /** Operations of the loop. */
  #loop: ReadonlySet<Value> = new Set();
  /** What is computed from new vectors. */
  #late: ReadonlySet<Value> = new Set();
  /** What is computed from the vectors as they were. */
  #tied: ReadonlySet<Value> = new Set();

  constructor(outputs: readonly GraphOutput[], size: number) {
    this.#outputs = outputs;
    this.#order = reachable(outputs.map(({ value }) => value));
    const ends = new Map<Value, StatePort[]>();
    for (const { port, value } of outputs)
      if (port.kind === 'state' && isLoopStep(value, size)) ends.set(value, [...(ends.get(value) ?? []), port]);
    this.#ends = ends;
    this.#part(size);
    // A step that needs the result of another one is behind the cut.
    const tooLate = [...ends.keys()].filter(value => this.#late.has(value));
    for (const value of tooLate) ends.delete(value);
    if (tooLate.length > 0) this.#part(size);
  }

  /** What is computed on either side, or `null` where there is nothing to cut, or no right way to. */
  apply(builder: GraphBuilder): { early: GraphOutput[]; late: GraphOutput[]; carried: CarriedPort[] } | null {
    if (this.#loop.size < FEWEST || this.#late.size === 0) return null;
    const tied = this.#outputs.filter(({ value }) => this.#isTied(value));
    const computed = new Set(reachable(tied.map(({ value }) => value)));
    const isEarly = ({ port, value }: GraphOutput) => this.#isTied(value) || (port.kind !== 'state' && computed.has(value));
    const early = this.#outputs.filter(isEarly);

    const ports = new Map<Value, CarriedPort>();
    const rest = this.#outputs.filter(output => !isEarly(output));
    const now = rewrite(
      builder,
      rest.map(({ value }) => value),
      value => {
        const [end] = this.#ends.get(value) ?? [];
        if (end) return builder.input(inputKey(end), value.shape, value.type);
        if (this.#late.has(value) || !(this.#isTied(value) || computed.has(value)) || this.#isCheap(value)) return null;
        // Whole numbers of 64 bits are indices, and none leaves a graph.
        if (value.type === 'int64') return null;
        const port: CarriedPort = { kind: 'carried', id: value.id, type: value.type };
        ports.set(value, port);
        return builder.input(inputKey(port), value.shape, value.type);
      },
    );
    const late = rest.map(({ port, value }) => ({ port, value: now(value) }));
    const values = reachable(late.map(({ value }) => value));
    const read = new Set(values.flatMap(({ source }) => (source.kind === 'input' ? [source.name] : [])));
    const carried = [...ports].filter(([, port]) => read.has(inputKey(port)));
    const isStale = early.some(({ port, value }) => port.kind === 'state' && !this.#ends.has(value) && read.has(inputKey(port)));
    const refuses = values.some(({ source }) => source.kind === 'operation' && REFUSING.has(source.operator));
    if (isStale || refuses || carried.some(([{ source }]) => source.kind === 'input')) return null;
    return {
      early: [...early, ...carried.map(([value, port]) => ({ port, value }))],
      late,
      carried: carried.map(([, port]) => port),
    };
  }

  /** Finds out what belongs to the loop, what comes behind it and what must come before it. */
  #part(size: number): void {
    const loop = new Set<Value>();
    for (const value of this.#order.toReversed()) {
      if (this.#ends.has(value)) loop.add(value);
      if (loop.has(value)) for (const input of inputsOf(value)) if (isLoopStep(input, size)) loop.add(input);
    }
    const changed = new Set([...this.#ends.values()].flat().map(inputKey));
    const [late, tied] = [new Set<Value>(), new Set<Value>()];
    for (const value of this.#order) {
      const inputs = inputsOf(value);
      if (inputs.some(input => late.has(input) || (this.#ends.has(input) && !loop.has(value)))) late.add(value);
      else if (inputs.some(input => tied.has(input)) || (value.source.kind === 'input' && changed.has(value.source.name)))
        tied.add(value);
    }
    [this.#loop, this.#late, this.#tied] = [loop, late, tied];
  }

  #isTied(value: Value): boolean {
    return this.#tied.has(value) || this.#ends.has(value);
  }

  /** What costs less to have twice than to carry along. */
  #isCheap(value: Value): boolean {
    const { source } = value;
    if (source.kind !== 'operation') return !this.#tied.has(value);
    return (VIEWS.has(source.operator) || sizeOf(value.shape) === 1) && source.inputs.every(input => this.#isCheap(input));
  }
}

function inputsOf({ source }: Value): readonly Value[] {
  return source.kind === 'operation' ? source.inputs : [];
}
