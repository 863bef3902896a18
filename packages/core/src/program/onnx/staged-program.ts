import type { MaybePromise, NumericArray } from '@zpin/contracts';
import type { Executable, ProgramSource, Results } from '../engine.ts';
import type { WasmArena } from '../wasm/wasm-arena.ts';
import { BoundProgram } from './bound-program.ts';
import type { OnnxSession } from './onnx-runtime.ts';
import type { ProgramPlan } from './plan.ts';

/** The stages of a program, as one. */
export class StagedProgram implements Executable {
  readonly nodes: number;
  readonly metricNames: readonly string[];
  readonly #stages: readonly BoundProgram[];
  readonly #results: Results;

  /** @param sessions one for each stage */
  constructor(plan: ProgramPlan, source: ProgramSource, sessions: readonly OnnxSession[], arena: WasmArena) {
    const carried = new Map<number, NumericArray>();
    this.#stages = plan.stages.map((stage, i) => {
      const bound = new BoundProgram(stage, source, sessions[i] as OnnxSession, arena, carried);
      for (const [id, data] of bound.carried) carried.set(id, data);
      return bound;
    });
    this.nodes = plan.stages.reduce((sum, { nodes }) => sum + nodes, 0);
    this.metricNames = plan.metricNames;
    this.#results = merged(
      this.#stages.map(({ results }) => results),
      plan.metricNames,
    );
  }

  run(given: Readonly<Record<string, NumericArray>>): MaybePromise<Results> {
    return this.#run(given, 0);
  }

  #run(given: Readonly<Record<string, NumericArray>>, from: number): MaybePromise<Results> {
    for (let i = from; i < this.#stages.length; i++) {
      const running = (this.#stages[i] as BoundProgram).run(given);
      if (running instanceof Promise) return running.then(() => this.#run(given, i + 1));
    }
    return this.#results;
  }

  dispose(): void {
    for (const stage of this.#stages) stage.dispose();
  }
}

/** Results of all stages; their arrays stay the same from call to call. */
function merged(stages: readonly Results[], metricNames: readonly string[]): Results {
  if (stages.length === 1) return stages[0] as Results;
  return {
    outputs: Object.assign({}, ...stages.map(({ outputs }) => outputs)),
    metrics: () => {
      const values: Readonly<Record<string, number>> = Object.assign({}, ...stages.map(stage => stage.metrics()));
      return Object.fromEntries(metricNames.map(name => [name, values[name] as number]));
    },
  };
}
