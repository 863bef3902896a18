import { availableParallelism } from 'node:os';
import {
  copySeeds,
  createRows,
  type EnvParameters,
  type EnvSource,
  type EnvSpec,
  type EnvState,
  type EpisodeInfo,
  type Frame,
  flatSize,
  type GoalOutcomes,
  InputError,
  message,
  type NumericArray,
  SpaceError,
  type StateValue,
  type VectorEnv,
  type VectorStep,
} from '@zpin/contracts';
import type { EnvOptions } from '../env-entry.ts';
import { loadEnv, makeVectorEnv } from '../registry.ts';
import { changesOf, joinedChanges } from './changing-copies.ts';
import { EnvThreads } from './env-threads.ts';
import { STEP, sharedCopy } from './worker-protocol.ts';

export interface WorkerOptions {
  /** Threads, which share the copies; as many as the machine runs at once when omitted, and never more than copies. */
  readonly workers?: number;
  /** Seconds after which a worker that does not answer is given up; to start, it has 60 at least. */
  readonly timeoutSeconds?: number;
  /** URL of an ES module to import first in every thread, which registers the environment by `registerEnv`. */
  readonly module?: string;
}

/**
 * Makes `numEnvs` copies of the environment called `id` that are stepped in worker threads.
 *
 * It plays the same episodes as `makeVectorEnv`, bit for bit, and their states can be exchanged. A step costs some 40
 * microseconds of talking to the threads, and all wait for the slowest: worth it where the steps of all copies together take much
 * longer, as with MuJoCo.
 * @throws InputError as `makeVectorEnv` does, and unless `workers` and `timeoutSeconds` are in range
 * @throws WorkerError when a thread fails to start
 */
export async function makeWorkerVectorEnv(
  id: string,
  numEnvs: number,
  options: EnvOptions = {},
  { workers = availableParallelism(), timeoutSeconds = 60, module }: WorkerOptions = {},
): Promise<WorkerVectorEnv> {
  const where = 'makeWorkerVectorEnv';
  if (!(Number.isSafeInteger(workers) && workers >= 1))
    throw new InputError(message(where, 'workers must be an integer >= 1', workers, 'Pass the number of threads'));
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 1e6))
    throw new InputError(message(where, 'timeoutSeconds must be > 0 and <= 1e6', timeoutSeconds, 'Pass 60, for example'));
  if (module !== undefined) await (await import(/* @vite-ignore */ module)).ready;
  await loadEnv(id);
  const local = makeVectorEnv(id, numEnvs, options);
  const source = { ...(local.source as EnvSource), ...(module !== undefined && { module }) };
  const env = new WorkerVectorEnv(local, source, Math.min(workers, numEnvs), timeoutSeconds);
  await env.started;
  return env;
}

/** N copies of an environment, stepped in worker threads on shared memory. Made by `makeWorkerVectorEnv`. */
export class WorkerVectorEnv implements VectorEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly source: EnvSource;
  readonly goals?: GoalOutcomes;
  readonly isResumable: boolean;
  /** Settled when every thread is ready. */
  readonly started: Promise<void>;
  /** Never stepped: says what the arrays look like. */
  readonly #local: VectorEnv;
  readonly #actions: NumericArray;
  readonly #shared: VectorStep;
  readonly #threads: EnvThreads;
  #seeded = false;
  #parameters: EnvParameters | null = null;

  constructor(local: VectorEnv, source: EnvSource, workers: number, timeoutSeconds: number) {
    const { spec, numEnvs } = local;
    this.spec = spec;
    this.numEnvs = numEnvs;
    this.source = source;
    if (local.goals) this.goals = local.goals;
    this.isResumable = local.isResumable !== false;
    this.#local = local;
    this.#actions = sharedCopy(createRows(spec.actionSpace, numEnvs));
    // Infos of episodes are no arrays: they come as messages.
    const { episodeInfo, ...arrays } = local.createStep();
    const step = Object.entries(arrays).map(([name, array]) => [name, sharedCopy(array as NumericArray)]);
    this.#shared = Object.fromEntries(step) as VectorStep;
    this.#threads = new EnvThreads({
      ...{ id: spec.id, source, numEnvs, workers, timeout: timeoutSeconds * 1000 },
      ...{ actions: this.#actions, step: this.#shared, tellsInfo: episodeInfo !== undefined },
    });
    this.started = this.#threads.started;
  }

  createStep(): VectorStep {
    return this.#local.createStep();
  }

  reset(out: VectorStep, seed?: number | readonly number[]): void {
    const { id } = this.spec;
    if (typeof seed === 'object' && seed.length !== this.numEnvs) {
      throw new InputError(
        message(`${id}.reset`, `there must be ${this.numEnvs} seeds`, seed.length, 'Pass one per copy, or one number'),
      );
    }
    if (out.obs.length !== this.#shared.obs.length)
      throw new SpaceError(
        message(`${id}.reset`, `out.obs must hold ${this.#shared.obs.length} numbers`, out.obs, 'Use createStep()'),
      );
    const from = seed ?? (this.#seeded ? undefined : 0);
    const seeds = typeof from === 'number' ? copySeeds(from, this.numEnvs) : from;
    this.#threads.call(({ start, end }) => ({ method: 'reset', ...(seeds && { seeds: seeds.slice(start, end) }) }));
    this.#seeded = true;
    out.obs.set(this.#shared.obs);
    if (this.#shared.actionMask) out.actionMask?.set(this.#shared.actionMask);
  }

  step(actions: NumericArray, out: VectorStep): void {
    if (actions.length !== this.#actions.length) {
      const size = flatSize(this.spec.actionSpace);
      const shape = size === 1 ? `[${this.numEnvs}]` : `[${this.numEnvs}, ${size}]`;
      throw new SpaceError(
        message(`${this.spec.id}.step`, `actions must be of shape ${shape}`, actions, 'Pass one row per copy'),
      );
    }
    this.#actions.set(actions);
    const replies = this.#threads.command(STEP);
    const { obs, reward, rawReward, terminated, truncated, finalObs, finalActionMask, success, actionMask } = this.#shared;
    out.obs.set(obs);
    out.reward.set(reward);
    if (rawReward) out.rawReward?.set(rawReward);
    out.terminated.set(terminated);
    out.truncated.set(truncated);
    if (actionMask) out.actionMask?.set(actionMask);
    if (!terminated.includes(1) && !truncated.includes(1)) return;
    out.finalObs.set(finalObs);
    if (finalActionMask) out.finalActionMask?.set(finalActionMask);
    if (success) out.success?.set(success);
    this.#threads.all.forEach(({ start }, k) => {
      const infos = (replies[k]?.result ?? []) as readonly EpisodeInfo[];
      for (const [i, info] of infos.entries()) if (out.episodeInfo) out.episodeInfo[start + i] = info;
    });
  }

  render(index = 0): Frame {
    const { id } = this.spec;
    const thread = this.#threads.all.find(({ start, end }) => index >= start && index < end);
    if (!thread)
      throw new InputError(message(`${id}.render`, `the copy must be one of ${this.numEnvs}`, index, 'Pass its index'));
    const [frame] = this.#threads.call(({ start }) => ({ method: 'render', index: index - start }), [thread]);
    return frame as Frame;
  }

  state(): EnvState {
    const states = this.#threads.call(() => ({ method: 'state' })) as readonly CopiesState[];
    const infos = states.flatMap(({ envs, infos: told = envs.map(() => null) }) => told);
    return {
      seeded: this.#seeded,
      envs: states.flatMap(({ envs }) => envs),
      changes: joinedChanges(states.map(({ changes }) => changes)),
      ...(infos.some(info => info !== null) && { infos }),
    };
  }

  restore(state: EnvState): void {
    const envs = state.envs as readonly StateValue[];
    if (envs?.length !== this.numEnvs) {
      const expectation = `the state must be of ${this.numEnvs} copies`;
      throw new InputError(message(`${this.spec.id}.restore`, expectation, envs?.length, 'Use as many copies as then'));
    }
    const { seeded } = state;
    const infos = state.infos as readonly StateValue[] | undefined;
    this.#threads.call(({ start, end }) => ({
      method: 'restore',
      state: {
        ...{ seeded, envs: envs.slice(start, end) },
        ...(state.changes !== undefined && { changes: changesOf(state.changes, start, end) as EnvState }),
        ...(infos && { infos: infos.slice(start, end) }),
      },
    }));
    this.#seeded = seeded as boolean;
  }

  setParameters(parameters: EnvParameters): void {
    this.#threads.call(() => ({ method: 'setParameters', parameters }));
    this.#parameters = parameters;
  }

  get parameters(): EnvParameters | null {
    return this.#parameters;
  }

  /** Ends the threads, those that no longer answer too. */
  close(): void {
    try {
      this.#threads.end(new InputError(message(this.spec.id, 'the environment must be open', 'closed', 'Make a new one')));
    } finally {
      this.#local.close();
    }
  }
}

/** The state of the copies of a thread. */
interface CopiesState {
  readonly envs: readonly StateValue[];
  readonly infos?: readonly StateValue[];
  readonly changes?: StateValue;
}
