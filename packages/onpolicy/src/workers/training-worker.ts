import type { AgentState, MaybePromise, VectorEnv } from '@zpin/contracts';
import type { Engine, EngineName, ProgramChoices, TensorflowBackend } from '@zpin/core';

/** Where a worker goes on, and the seeds of episodes that could not be saved, one per copy of this worker. */
export interface SavedWorker {
  readonly state: AgentState;
  readonly seeds: readonly number[];
}

/**
 * One of several workers that collect for a run, with copies of the environment of its own: in a thread, in this thread, or on
 * another machine. All that goes in and comes out is plain data. A worker gets one call at a time.
 */
export interface TrainingWorker<Task, Result> {
  /** Starts new episodes from these seeds, one per copy of this worker. Returns the state after that. */
  reset(seeds: readonly number[]): MaybePromise<AgentState>;
  /**
   * Goes on from a state that another worker returned. Where it holds no episodes, new ones begin, seeded as by `reset`, and
   * `env` of what it collects is null.
   */
  restore(saved: SavedWorker): MaybePromise<AgentState>;
  work(task: Task): MaybePromise<{ readonly result: Result; readonly state: AgentState }>;
  close(): MaybePromise<void>;
}

/** Where a worker works. */
export interface Workplace {
  /** Its copies of the environment. */
  readonly env: VectorEnv;
  readonly engine: Engine;
  /** Tells that the worker lives; called after every step of the environment. A promise is waited for: other things are due. */
  beat(): MaybePromise<void> | undefined;
}

export type MakeWorker<Setup, Task, Result> = (setup: Setup, workplace: Workplace) => TrainingWorker<Task, Result>;

/** The workers of a run before they are there. */
export interface Crew<Setup, Task, Result> {
  /** By which a thread knows what to do. */
  readonly algorithm: string;
  readonly make: MakeWorker<Setup, Task, Result>;
  /** Plain data, one for each worker. */
  readonly setups: readonly Setup[];
  /** Says how many copies there are in all, and where workers get theirs. */
  readonly env: VectorEnv;
  readonly engine: Engine;
  /** Seconds without a step after which a worker is given up. */
  readonly timeoutSeconds: number;
}

/** What a worker is told, to make an engine of the same kind: plain data. */
export interface EngineSetup {
  readonly engine: EngineName;
  /** Of TensorFlow.js, where the engine runs on it. */
  readonly backend: TensorflowBackend | null;
  /** What the engine chose before, where it chooses. */
  readonly choices: ProgramChoices | null;
}

/** An engine as workers are told of it. */
export function engineSetup({ name, backend, choices }: Engine): EngineSetup {
  return { engine: name, backend: backend ?? null, choices: choices?.() ?? null };
}

/** Starts the workers of a run. */
export type Spawn = <Setup, Task, Result>(crew: Crew<Setup, Task, Result>) => MaybePromise<TrainingWorker<Task, Result>[]>;

/** The copies of worker `index`: from `start` to before `end`. */
export function shareOf(index: number, workers: number, numEnvs: number): { readonly start: number; readonly end: number } {
  return { start: Math.floor((index * numEnvs) / workers), end: Math.floor(((index + 1) * numEnvs) / workers) };
}
