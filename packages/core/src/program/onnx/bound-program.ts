import type { MaybePromise, NumericArray } from '@zpin/contracts';
import type { Executable, ProgramSource, Results, StateVector } from '../engine.ts';
import type { WasmArena } from '../wasm/wasm-arena.ts';
import { BoundTail } from './bound-tail.ts';
import { type Carried, Feeds } from './feeds.ts';
import { Fetches } from './fetches.ts';
import type { GraphVector } from './graph-vector.ts';
import type { HostVector } from './host-vector.ts';
import type { OnnxSession } from './onnx-runtime.ts';
import type { Plan } from './plan.ts';
import { BoundScalars } from './scalars.ts';

/** A plan, of a program or a stage of one, with a session that runs its graph, and with all memory that calls need. */
export class BoundProgram implements Executable {
  readonly nodes: number;
  readonly metricNames: readonly string[];
  readonly #session: OnnxSession;
  readonly #scalars: BoundScalars;
  readonly #feeds: Feeds;
  readonly #fetches: Fetches;
  readonly #tails: readonly BoundTail[];

  /** @param carried what earlier stages write */
  constructor(plan: Plan, source: ProgramSource, session: OnnxSession, arena: WasmArena, carried: Carried) {
    // The vectors are of the engine that made the plan: on a device where it says so, and then there are no tails.
    const vectorOf = (name: string) => source.state[name] as StateVector & GraphVector;
    const hostVectorOf = (name: string) => source.state[name] as HostVector;
    this.nodes = plan.nodes;
    this.#session = session;
    this.#scalars = new BoundScalars(plan.scalars);
    this.#feeds = new Feeds(plan, source.inputs, this.#scalars, carried, vectorOf);
    this.#fetches = new Fetches(plan, this.#scalars, vectorOf);
    this.#tails = plan.tails.map(tail => new BoundTail(tail, plan, arena, hostVectorOf));
    this.metricNames = this.#fetches.metricNames;
  }

  /** What later stages read. */
  get carried(): Carried {
    return this.#fetches.carried;
  }

  /** Arrays that every call overwrites. */
  get results(): Results {
    return this.#fetches.results;
  }

  run(given: Readonly<Record<string, NumericArray>>): MaybePromise<Results> {
    this.#feeds.fill(given);
    this.#fetches.prepare();
    for (const tail of this.#tails) tail.receive(this.#fetches.values);
    const running = this.#session.run(this.#feeds.values, this.#fetches.values);
    return running instanceof Promise ? running.then(() => this.#finish()) : this.#finish();
  }

  #finish(): Results {
    this.#fetches.takeScalars();
    this.#scalars.after();
    for (const tail of this.#tails) tail.run(this.#scalars.values);
    return this.#fetches.accept();
  }

  dispose(): void {
    this.#session.release();
    for (const tail of this.#tails) tail.dispose();
  }
}
