import {
  type Actor,
  type AgentState,
  type EnvSpec,
  type MaybePromise,
  type OfflineAgent,
  type Rng,
  type RngState,
  type Schedule,
  type StateValue,
  type TransitionBatch,
  valueAt,
} from '@zpin/contracts';
import type { ProgramResult, Store } from '@zpin/core';

export interface OfflineAgentOptions<Config> {
  /** Name on the command line. */
  readonly algorithm: string;
  readonly config: Config;
  readonly spec: EnvSpec;
  readonly store: Store;
  readonly acting: Actor & { state?(): AgentState; restore?(state: AgentState): void; dispose(): void };
  /** Generator of the noise of updates; absent where there is none. */
  readonly updateRng?: Rng;
  /** Runs one update. @param learningRate `[1]` */
  learn(batch: TransitionBatch, learningRate: Float32Array): MaybePromise<Pick<ProgramResult<never>, 'metrics'>>;
  /** Vectors of the store that the greedy policy is made of, in the order of its layout. */
  readonly policyVectors: readonly string[];
  /** What is freed with the agent besides the store and acting. */
  readonly programs: readonly { dispose(): void }[];
}

/** The agent around an update on a data set: schedule, checkpoints, policy. The algorithm itself is in `learn`. */
export function offlineAgent<Config extends { readonly batchSize: number; readonly learningRate: Schedule }>(
  options: OfflineAgentOptions<Config>,
): OfflineAgent<Config> {
  const { algorithm, config, spec, store, acting, updateRng, learn, policyVectors, programs } = options;
  const learningRate = new Float32Array(1);
  let step = 0;
  let plannedSteps = 1;

  function progress(now: number, totalSteps: number): void {
    step = now;
    plannedSteps = totalSteps;
    learningRate[0] = valueAt(config.learningRate, now / totalSteps);
  }

  return {
    algorithm,
    config,
    batchSize: config.batchSize,
    act: acting.act,
    progress,

    async update(batch) {
      return (await learn(batch, learningRate)).metrics;
    },

    async state() {
      return {
        vectors: await store.state(),
        ...(acting.state && { acting: acting.state() }),
        ...(updateRng && { updateRng: updateRng.state() }),
        step,
        plannedSteps,
      };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      acting.restore?.(state.acting as AgentState);
      updateRng?.restore(state.updateRng as RngState);
      progress(state.step as number, state.plannedSteps as number);
    },

    async policy() {
      const parts = await Promise.all(policyVectors.map(name => store.read(name)));
      const weights = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
      let offset = 0;
      for (const part of parts) {
        weights.set(part, offset);
        offset += part.length;
      }
      return { algorithm, config: config as Config & Readonly<Record<string, StateValue>>, spec, weights };
    },

    dispose() {
      for (const compiled of [acting, ...programs]) compiled.dispose();
      store.dispose();
    },
  };
}
