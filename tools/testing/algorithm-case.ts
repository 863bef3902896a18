import type { Agent, EnvSpec, NumericArray, Space, StateValue, VectorEnv } from '../../packages/contracts/src/index.ts';
import type { Algorithm, TrainEvent, TrainState, TrainSummary } from '../../packages/core/src/index.ts';
import { createEngine, type Engine, type EvaluationPlan } from '../../packages/core/src/index.ts';
import { makeVectorEnv } from '../../packages/envs/src/index.ts';
import { type ActionKind, maskedProbes, probeEnv } from './probe-envs.ts';

/** An algorithm as the shared suites take it: one entry in the table of its package, and all of them check it. */
export interface AlgorithmCase {
  readonly algorithm: Algorithm;
  /** Kinds of actions that it handles. */
  readonly actions: readonly ActionKind[];
  /** Whether it obeys masks of legal actions. */
  readonly masks: boolean;
  /** Whether it takes only observations that are indices. */
  readonly onIndices?: boolean;
  /**
   * Settings with tiny networks under which `TOTAL_STEPS` steps on two copies hold several updates of every kind, with schedules
   * that move all the time and storage that overflows.
   */
  readonly small: Settings & { readonly numEnvs: number };
  /** What turns the schedules of `small` off: a run that was planned shorter is then the first part of a longer one. */
  readonly constant: Settings;
  /** Settings under which each probe is learned. */
  readonly probe: Settings & { readonly numEnvs: number };
  /** Environment steps that a probe takes. */
  readonly probeSteps: number;
  /** What was learned about N observations: V `[N]`, or Q `[N, A]`. */
  estimates(agent: Agent, spec: EnvSpec, obs: NumericArray): Promise<NumericArray>;
  /** What its programs run on; ONNX Runtime when omitted. */
  readonly engine?: CompilingEngine;
  /** Action spaces that it refuses, with what the message must say. */
  readonly refuses: readonly (readonly [Space, RegExp])[];
}

export type Settings = Readonly<Record<string, unknown>>;

/** These tests take a second or so, but may have to share the machine with all others. Milliseconds. */
export const PATIENCE = { timeout: 60_000 };

/** Environment steps of a run on `small` settings. */
export const TOTAL_STEPS = 192;

/**
 * Environments, with their names, on which runs must be exact: with both kinds of ends, continuous actions and masks, as far as
 * these fit.
 */
export function exactnessEnvs({
  actions,
  masks,
  onIndices,
}: AlgorithmCase): Readonly<Record<string, (numEnvs: number) => VectorEnv>> {
  if (onIndices) {
    return {
      'CliffWalking-v1': (numEnvs: number) => makeVectorEnv('CliffWalking-v1', numEnvs, { maxEpisodeSteps: 15 }),
      'Taxi-v4': (numEnvs: number) => makeVectorEnv('Taxi-v4', numEnvs, { maxEpisodeSteps: 15 }),
    };
  }
  return {
    ...(actions.includes('discrete') && {
      'CartPole-v1': (numEnvs: number) => makeVectorEnv('CartPole-v1', numEnvs, { maxEpisodeSteps: 15 }),
    }),
    ...(actions.includes('continuous') && {
      'Pendulum-v1': (numEnvs: number) => makeVectorEnv('Pendulum-v1', numEnvs, { maxEpisodeSteps: 15 }),
    }),
    ...(actions.includes('hybrid') && {
      'Golf-v0': (numEnvs: number) => makeVectorEnv('Golf-v0', numEnvs, { maxEpisodeSteps: 6 }),
    }),
    ...(masks && { 'masked probe': (numEnvs: number) => probeEnv(maskedProbes[0], 'discrete', numEnvs) }),
  };
}

type CompilingEngine = 'onnx' | 'wasm';

const compiled = new Map<CompilingEngine, Promise<Engine>>();

/** An engine that compiles, one for all tests of a file. */
export function compiledEngine(name: CompilingEngine = 'onnx'): Promise<Engine> {
  const engine = compiled.get(name) ?? createEngine(name);
  compiled.set(name, engine);
  return engine;
}

/** The case of an algorithm, on the engine `wasm`: one of each family is checked there as all are on ONNX Runtime. */
export function onWasm(cases: readonly AlgorithmCase[], id: string): AlgorithmCase {
  const subject = cases.find(({ algorithm }) => algorithm.id === id);
  if (!subject) throw new Error(`none of the cases is ${id}`);
  return { ...subject, engine: 'wasm' };
}

/** How tests call a case. */
export function titleOf({ algorithm, engine }: AlgorithmCase): string {
  return engine === undefined ? algorithm.id : `${algorithm.id} on the engine ${engine}`;
}

export interface RunOptions {
  readonly env: VectorEnv;
  readonly config: Settings;
  /** Of the agent and of the environment. */
  readonly seed: number;
  readonly totalSteps: number;
  readonly scheduledSteps?: number;
  readonly engine?: Engine;
  readonly resume?: TrainState;
  readonly signal?: AbortSignal;
  readonly checkpointEverySteps?: number;
  readonly evaluation?: EvaluationPlan;
  /** Called at every event, while the run waits. */
  onEvent?(event: TrainEvent): void;
}

export interface RecordedRun {
  /** Episodes, updates (with metrics as numbers) and evaluations. */
  readonly events: readonly object[];
  /** State at the end. */
  readonly final: TrainState;
  readonly summary: TrainSummary;
}

/** Whether an event tells what happened, rather than how far the run is. */
export function isRecorded({ type }: TrainEvent): boolean {
  return type !== 'step' && type !== 'checkpoint';
}

/** Trains a new agent and writes down all that the run reports. */
export async function recordRun(subject: AlgorithmCase, options: RunOptions): Promise<RecordedRun> {
  const { algorithm } = subject;
  const { engine = await compiledEngine(subject.engine), config, seed, onEvent, ...rest } = options;
  const agent = await algorithm.create({ spec: options.env.spec, config, seed, engine });
  const run = algorithm.train({ agent, seed, ...rest });
  const events: object[] = [];
  let final: TrainState = {};
  for (;;) {
    const { done, value } = await run.next();
    if (done) {
      agent.dispose();
      return { events, final, summary: value };
    }
    if (value.type === 'checkpoint') final = value.state;
    else if (isRecorded(value)) events.push(value.type === 'update' ? { ...value, metrics: await value.metrics.read() } : value);
    onEvent?.(value);
  }
}

/** Paths of what is not the same in two states, bit for bit and type for type. */
export function differences(a: StateValue | undefined, b: StateValue | undefined, path = 'state'): string[] {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const same = a.constructor === b.constructor && Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
    return same ? [] : [path];
  }
  if (isBranch(a) && isBranch(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap(key => differences(a[key], b[key], `${path}.${key}`));
  }
  return Object.is(a, b) ? [] : [path];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function isBranch(value: StateValue | undefined): value is { readonly [key: string]: StateValue } {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}
