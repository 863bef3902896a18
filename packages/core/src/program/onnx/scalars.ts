import type { GraphBuilder } from '../recording/builder.ts';
import { reachable, sizeOf, type Value } from '../recording/graph.ts';
import type { GraphOutput } from './graph-output.ts';
import {
  type CarriedPort,
  type GivenPort,
  type InputPort,
  inputKey,
  type OutputPort,
  type ResultPort,
  type ScalarPort,
  type StatePort,
  type TailScalarPort,
} from './port.ts';
import { rewrite } from './rewrite.ts';

/**
 * What is computed beside the graph: a node of a graph costs the runtime a third of a microsecond, which is what all of an
 * optimiser's corrections take here together. In double precision, rounded to single after each step.
 */
const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  Abs: Math.abs,
  Add: (a, b) => a + b,
  Div: (a, b) => a / b,
  Exp: Math.exp,
  Log: Math.log,
  Max: Math.max,
  Min: Math.min,
  Mul: (a, b) => a * b,
  Neg: a => -a,
  Reciprocal: a => 1 / a,
  Sqrt: Math.sqrt,
  Sub: (a, b) => a - b,
  Tanh: Math.tanh,
};

/** Operators that hand on the one number that they get. */
const ALIASES = new Set(['Reshape', 'Expand', 'Transpose']);

/** One operation on numbers: places of its operands and of its result. */
export interface ScalarStep {
  readonly operator: string;
  readonly operands: readonly number[];
  readonly result: number;
}

/** Single numbers of a program, each in a place of its own. */
export interface ScalarsPlan {
  /** First values of all places: the constants, else 0. */
  readonly places: readonly number[];
  /** Numbers that come in. */
  readonly inputs: readonly { readonly port: StatePort | GivenPort; readonly place: number }[];
  /** Done before the graph runs. */
  readonly before: readonly ScalarStep[];
  /** Done with what the graph has computed. */
  readonly after: readonly ScalarStep[];
  /** Numbers that go out. */
  readonly results: readonly { readonly port: StatePort | ResultPort | CarriedPort | TailScalarPort; readonly place: number }[];
}

/**
 * Takes work on single numbers out of a graph: before it what depends on numbers that come in, behind it what only numbers that
 * go out depend on. What crosses is an input or output of the graph that remains, with a `ScalarPort`.
 * @param portOf the port of an input of the graph, by its name
 */
export function takeScalars(
  builder: GraphBuilder,
  outputs: readonly GraphOutput[],
  portOf: (input: string) => InputPort | undefined,
): { outputs: readonly GraphOutput[]; scalars: ScalarsPlan; ports: readonly ScalarPort[] } {
  const partition = new Partition(outputs, portOf);
  const ports = new Map<string, ScalarPort>();
  const now = rewrite(
    builder,
    outputs.map(({ value }) => value),
    value => {
      if (!partition.entersGraph(value)) return null;
      const port: ScalarPort = { kind: 'scalar', place: partition.place(value), rank: value.shape.length };
      ports.set(inputKey(port), port);
      return builder.input(inputKey(port), value.shape, 'float32');
    },
  );
  const rest = outputs
    .filter(({ port, value }) => !isResult(port, value))
    .map(({ port, value }) => ({ port, value: now(value) }));
  const results = outputs.flatMap(({ port, value }) =>
    isResult(port, value) ? [{ port: port as ScalarsPlan['results'][number]['port'], place: partition.place(value) }] : [],
  );
  const taken = partition.leavesGraph().map(value => ({
    port: { kind: 'scalar', place: partition.place(value), rank: value.shape.length } as const,
    value: now(value),
  }));
  return { outputs: [...rest, ...taken], scalars: { ...partition.plan(), results }, ports: [...ports.values()] };
}

const isNumber = ({ type, shape }: Value): boolean => type === 'float32' && sizeOf(shape) === 1;

function isResult(port: OutputPort, value: Value): boolean {
  return isNumber(value) && port.kind !== 'tailArray';
}

/** Which values of a graph are numbers computed before it, behind it or by it. */
class Partition {
  readonly #places = new Map<Value, number>();
  readonly #numbers: number[] = [];
  readonly #inputs: { port: StatePort | GivenPort; place: number }[] = [];
  readonly #before = new Set<Value>();
  readonly #after = new Set<Value>();
  readonly #results: readonly Value[];
  /** Outputs that are no single numbers. */
  readonly #others: ReadonlySet<Value>;
  readonly #order: readonly Value[];
  readonly #users = new Map<Value, Value[]>();

  constructor(outputs: readonly GraphOutput[], portOf: (input: string) => InputPort | undefined) {
    this.#order = reachable(outputs.map(({ value }) => value));
    this.#results = outputs.filter(({ port, value }) => isResult(port, value)).map(({ value }) => value);
    this.#others = new Set(outputs.flatMap(({ port, value }) => (isResult(port, value) ? [] : [value])));
    for (const value of this.#order) {
      for (const input of numbersOf(value)) this.#users.set(input, [...(this.#users.get(input) ?? []), value]);
      const port = value.source.kind === 'input' && isNumber(value) ? portOf(value.source.name) : undefined;
      if (port?.kind === 'state' || port?.kind === 'given') {
        this.#before.add(value);
        this.#inputs.push({ port, place: this.place(value) });
      } else if (isStep(value) && numbersOf(value).every(input => this.#before.has(input) || isConstant(input)))
        this.#before.add(value);
    }
    const ends = new Set(this.#results);
    for (const value of this.#order.toReversed()) {
      if (!isStep(value) || this.#before.has(value) || this.#others.has(value)) continue;
      const mine = this.#users.get(value) ?? [];
      if ((ends.has(value) || mine.length > 0) && mine.every(user => this.#after.has(user))) this.#after.add(value);
    }
  }

  /** Where a number is kept. */
  place(value: Value): number {
    const { source } = value;
    if (source.kind === 'operation' && ALIASES.has(source.operator) && (this.#before.has(value) || this.#after.has(value)))
      return this.place(source.inputs[0] as Value);
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.#numbers.push(source.kind === 'splat' ? source.value : 0) - 1;
      this.#places.set(value, place);
    }
    return place;
  }

  /** A number from before the graph that it reads. */
  entersGraph(value: Value): boolean {
    if (!this.#before.has(value)) return false;
    const isRead = (this.#users.get(value) ?? []).some(user => !this.#before.has(user) && !this.#after.has(user));
    return isRead || this.#others.has(value);
  }

  /** Numbers that the graph computes and that are needed outside. */
  leavesGraph(): Value[] {
    const needed = new Set([...this.#results, ...[...this.#after].flatMap(numbersOf)]);
    return this.#order.filter(
      value => needed.has(value) && !isConstant(value) && !this.#before.has(value) && !this.#after.has(value),
    );
  }

  plan(): Omit<ScalarsPlan, 'results'> {
    const steps = (members: ReadonlySet<Value>) =>
      this.#order.flatMap((value): ScalarStep[] => {
        if (!members.has(value) || value.source.kind !== 'operation' || ALIASES.has(value.source.operator)) return [];
        const { operator, inputs } = value.source;
        return [{ operator, operands: inputs.map(input => this.place(input)), result: this.place(value) }];
      });
    const [before, after] = [steps(this.#before), steps(this.#after)];
    return { places: this.#numbers, inputs: this.#inputs, before, after };
  }
}

const isConstant = (value: Value): boolean => value.source.kind === 'splat' && isNumber(value);

/** The inputs of a value that are numbers of the program; the others steer. */
function numbersOf({ source }: Value): readonly Value[] {
  return source.kind === 'operation' ? source.inputs.filter(({ type }) => type !== 'int64') : [];
}

/** An operation on single numbers. */
function isStep(value: Value): boolean {
  const { source } = value;
  if (source.kind !== 'operation' || !isNumber(value)) return false;
  return (Object.hasOwn(OPERATORS, source.operator) || ALIASES.has(source.operator)) && numbersOf(value).every(isNumber);
}

/** The numbers of a program with what is computed on them. */
export class BoundScalars {
  /** By place; every call overwrites them. */
  readonly values: Float32Array;
  readonly #before: readonly (() => void)[];
  readonly #after: readonly (() => void)[];

  constructor({ places, before, after }: ScalarsPlan) {
    this.values = Float32Array.from(places);
    this.#before = before.map(step => this.#compile(step));
    this.#after = after.map(step => this.#compile(step));
  }

  before(): void {
    for (const step of this.#before) step();
  }

  after(): void {
    for (const step of this.#after) step();
  }

  #compile({ operator, operands: [a, b], result }: ScalarStep): () => void {
    const { values } = this;
    const compute = OPERATORS[operator] as (a: number, b: number) => number;
    return () => {
      values[result] = compute(values[a as number] as number, values[b ?? 0] as number);
    };
  }
}
