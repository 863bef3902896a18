import type { EnvParameters, EnvSource, EnvState, ErrorData, NumericArray, VectorStep } from '@zpin/contracts';

/**
 * Cells of a worker's control array. The main thread writes a command and counts `request` up; the worker does what it is told
 * and sets `answer` to the same count. Each waits for the other's cell to change.
 */
export const REQUEST = 0;
export const ANSWER = 1;
export const COMMAND = 2;
/** 1 once the worker's thread has ended. */
export const ENDED = 3;
export const CONTROL_CELLS = 4;

/** Plays the shared actions. Nothing else travels, unless it fails, or an episode with infos ends. */
export const STEP = 0;
/** Takes a `Call` from the port and puts a `Reply` there. */
export const CALL = 1;

/** What a worker is started with. */
export interface WorkerSetup {
  readonly source: EnvSource;
  /** Copies from `start` to before `end` are this worker's. */
  readonly start: number;
  readonly end: number;
  readonly numEnvs: number;
  readonly control: Int32Array;
  /** `[N]` or `[N, K]` */
  readonly actions: NumericArray;
  /** Arrays of all copies. */
  readonly step: VectorStep;
  /** Whether the infos of episodes are told, by a message after a step that ended one. */
  readonly tellsInfo: boolean;
  readonly port: import('node:worker_threads').MessagePort;
}

export type Call =
  | { readonly method: 'reset'; readonly seeds?: readonly number[] }
  | { readonly method: 'state' | 'close' }
  | { readonly method: 'restore'; readonly state: EnvState }
  | { readonly method: 'render'; readonly index: number }
  | { readonly method: 'setParameters'; readonly parameters: EnvParameters };

/** What came of a command: the result of a call, or the error that it ended with. */
export type Reply = { readonly result?: unknown; readonly error?: ErrorData };

/** The rows of some of N copies in every array of a step, as views. */
export function rowsOf(step: VectorStep, start: number, end: number): VectorStep {
  const views = Object.entries(step).map(([name, array]: [string, NumericArray]) => [
    name,
    partOf(array, start, end, step.reward.length),
  ]);
  return Object.fromEntries(views) as VectorStep;
}

/** The rows of some of N copies, as a view. */
export function partOf<A extends NumericArray>(array: A, start: number, end: number, numEnvs: number): A {
  const width = array.length / numEnvs;
  return array.subarray(start * width, end * width) as A;
}

/** A copy of an array in memory that threads share. */
export function sharedCopy<A extends NumericArray>(array: A): A {
  const copy = new (array.constructor as new (buffer: SharedArrayBuffer) => A)(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
