import {
  type AgentState,
  type EnvSpec,
  flatSize,
  type MaybePromise,
  type Metrics,
  type NumericArray,
  type OnPolicyAgent,
  type Rng,
  type Rollout,
  type StateValue,
} from '@zpin/contracts';
import { observationInput, type Params, program, type StateTensors, type Store, type VectorTree } from '@zpin/core';
import { EpisodeMemory } from './episode-memory.ts';
import { maskedProgram } from './masked-program.ts';
import { type NormalizationConfig, Normalizer } from './normalizer.ts';
import type { RecurrentActorCritic } from './recurrent-actor-critic.ts';

type SharedConfig = NormalizationConfig & { readonly numEnvs: number; readonly rolloutLength: number };

/** What one algorithm adds to what all agents with a memory share. */
export interface RecurrentAgentOptions<Config, S extends VectorTree> {
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly config: Config;
  readonly network: RecurrentActorCritic;
  readonly store: Store<S>;
  /** Cuts the parameters out of the vectors of the store. */
  params(state: StateTensors<S>): Params;
  readonly actionRng: Rng;
  /** More generators, by the name under which they are saved. */
  readonly generators?: Readonly<Record<string, Rng>>;
  /** Programs of the algorithm, to be freed with the agent. */
  readonly programs: readonly { dispose(): void }[];
  /** Learns from a rollout of normalised observations and rewards, where these are normalised. */
  update(rollout: Rollout, progress: number): MaybePromise<Metrics>;
}

/** An agent that acts by what it remembers of the episode: acting, saving and freeing, around the update of an algorithm. */
export function recurrentAgent<Config extends SharedConfig, S extends VectorTree>(
  options: RecurrentAgentOptions<Config, S>,
): OnPolicyAgent<Config> {
  const { algorithm, spec, config, network, store, actionRng } = options;
  const { head, memorySize } = network;
  const obsSize = flatSize(spec.observationSpace);
  const inputs = { obs: observationInput(spec.observationSpace), memory: ['batch', memorySize] } as const;
  const normalizer = new Normalizer(algorithm, spec, config);
  const training = new EpisodeMemory(memorySize);
  // Evaluation must not touch the episodes of training.
  const evaluation = new EpisodeMemory(memorySize);
  const saved: Readonly<Record<string, { state(): StateValue; restore(state: never): void }>> = {
    actionRng,
    ...options.generators,
    memory: training,
    ...(normalizer.isActive && { normalizer }),
  };

  const exploreProgram = maskedProgram(head, mask =>
    program(store, {
      name: `${algorithm}.explore`,
      inputs: { ...inputs, noise: head.noise, ...mask },
      run: (state, { obs, memory, noise, mask }) => {
        const step = network.step(options.params(state), obs, memory, mask);
        const action = step.distribution.sample(noise);
        const logProb = step.distribution.logProb(action);
        return { outputs: { action, logProb, value: step.value, memory: step.memory } };
      },
    }),
  );
  const exploitProgram = maskedProgram(head, mask =>
    program(store, {
      name: `${algorithm}.exploit`,
      inputs: { ...inputs, ...mask },
      run: (state, { obs, memory, mask }) => {
        const step = network.step(options.params(state), obs, memory, mask);
        return { outputs: { action: step.greedy, memory: step.memory } };
      },
    }),
  );
  const valueProgram = program(store, {
    name: `${algorithm}.value`,
    inputs,
    run: (state, { obs, memory }) => ({
      outputs: { value: network.step(options.params(state), obs, memory).value },
    }),
  });

  let noise = new Float32Array(0);
  async function explore(obs: NumericArray, memory: Float32Array, mask: Uint8Array | undefined) {
    const size = (obs.length / obsSize) * head.noiseSize;
    if (noise.length !== size) noise = new Float32Array(size);
    head.drawNoise(actionRng, noise);
    const { outputs } = await exploreProgram.for(mask)({
      obs: normalizer.normalize(obs),
      memory,
      noise,
      ...(mask && { mask }),
    });
    training.set(outputs.memory);
    return outputs;
  }

  return {
    algorithm,
    config,
    numEnvs: config.numEnvs,
    rolloutLength: config.rolloutLength,
    memorySize,

    async act(obs, mode, mask, start) {
      const episodes = obs.length / obsSize;
      if (mode === 'explore') return (await explore(obs, training.before(episodes, start), mask)).action;
      const memory = evaluation.before(episodes, start);
      const { outputs } = await exploitProgram.for(mask)({ obs: normalizer.normalize(obs), memory, ...(mask && { mask }) });
      evaluation.set(outputs.memory);
      return outputs.action;
    },

    async explore(obs, logProb, values, mask, recurrence) {
      const memory = training.before(obs.length / obsSize, recurrence?.start);
      recurrence?.memory.set(memory);
      const outputs = await explore(obs, memory, mask);
      logProb.set(outputs.logProb);
      values.set(outputs.value);
      return outputs.action;
    },

    async value(obs, values) {
      const memory = training.peek(obs.length / obsSize);
      values.set((await valueProgram({ obs: normalizer.normalize(obs), memory })).outputs.value);
    },

    async update(rollout, progress) {
      const metrics = await options.update(normalizer.normalizeRollout(rollout), progress);
      normalizer.learn(rollout.obs);
      return metrics;
    },

    async state(): Promise<AgentState> {
      const remembered = Object.fromEntries(Object.entries(saved).map(([name, thing]) => [name, thing.state()]));
      return { vectors: await store.state(), ...remembered };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      for (const [name, thing] of Object.entries(saved)) thing.restore(state[name] as never);
    },

    dispose() {
      for (const each of [exploreProgram, exploitProgram, valueProgram, ...options.programs]) each.dispose();
      store.dispose();
    },
  };
}
