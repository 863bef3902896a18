import {
  type AgentState,
  type EnvSpec,
  flatSize,
  type MaybePromise,
  type Metrics,
  type NumericArray,
  type OnPolicyAgent,
  type Policy,
  type Rng,
  type Rollout,
  type StateValue,
} from '@zpin/contracts';
import { observationInput, type Params, program, type StateTensors, type Store, type VectorTree } from '@zpin/core';
import type { ActorCritic } from './actor-critic.ts';
import { maskedProgram } from './masked-program.ts';
import { type NormalizationConfig, Normalizer } from './normalizer.ts';

/** The settings that every algorithm has. */
type SharedConfig = NormalizationConfig & { readonly numEnvs: number; readonly rolloutLength: number };

/** A generator, or anything else that an agent remembers outside its store. */
interface Memory {
  state(): StateValue;
  restore(state: never): void;
}

/** What one algorithm adds to what all of them share. */
export interface ActorCriticAgentOptions<Config, S extends VectorTree> {
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly config: Config;
  readonly network: ActorCritic;
  readonly store: Store<S>;
  /** Cuts the parameters of policy and value out of the vectors of the store. */
  params(state: StateTensors<S>): Params;
  /** Vector of the store that begins with the parameters of the policy. */
  readonly policyVector: keyof S & string;
  readonly actionRng: Rng;
  /** By the name under which it is saved. */
  readonly memory?: Readonly<Record<string, Memory>>;
  /** Programs of the algorithm, to be freed with the agent. */
  readonly programs: readonly { dispose(): void }[];
  /** Learns from a rollout of normalised observations and rewards, where these are normalised. */
  update(rollout: Rollout, progress: number): MaybePromise<Metrics>;
}

/** An agent that samples from its policy and knows the value: acting, saving and freeing, around the update of an algorithm. */
export function actorCriticAgent<Config extends SharedConfig & Policy['config'], S extends VectorTree>(
  options: ActorCriticAgentOptions<Config, S>,
): OnPolicyAgent<Config> {
  const { algorithm, spec, config, network, store, actionRng, params: paramsOf } = options;
  const { head, policy, value, greedy } = network;
  const obsInput = observationInput(spec.observationSpace);
  const normalizer = new Normalizer(algorithm, spec, config);
  const memory: Readonly<Record<string, Memory>> = {
    actionRng,
    ...options.memory,
    ...(normalizer.isActive && { normalizer }),
  };

  const exploreProgram = maskedProgram(head, mask =>
    program(store, {
      name: `${algorithm}.explore`,
      inputs: { obs: obsInput, noise: head.noise, ...mask },
      run: (state, inputs) => {
        const params = paramsOf(state);
        const distribution = policy(params, inputs.obs, inputs.mask);
        const action = distribution.sample(inputs.noise);
        return { outputs: { action, logProb: distribution.logProb(action), value: value(params, inputs.obs) } };
      },
    }),
  );
  const exploitProgram = maskedProgram(head, mask =>
    program(store, {
      name: `${algorithm}.exploit`,
      inputs: { obs: obsInput, ...mask },
      run: (state, inputs) => ({ outputs: { action: greedy.act(paramsOf(state), inputs.obs, inputs.mask) } }),
    }),
  );
  const valueProgram = program(store, {
    name: `${algorithm}.value`,
    inputs: { obs: obsInput },
    run: (state, { obs }) => ({ outputs: { value: value(paramsOf(state), obs) } }),
  });

  const obsSize = flatSize(spec.observationSpace);
  let noise = new Float32Array(0);
  const explore = (obs: NumericArray, mask: Uint8Array | undefined) => {
    const size = (obs.length / obsSize) * head.noiseSize;
    if (noise.length !== size) noise = new Float32Array(size);
    head.drawNoise(actionRng, noise);
    return exploreProgram.for(mask)({ obs: normalizer.normalize(obs), noise, ...(mask && { mask }) });
  };

  return {
    algorithm,
    config,
    numEnvs: config.numEnvs,
    rolloutLength: config.rolloutLength,

    async act(obs, mode, mask) {
      if (mode === 'explore') return (await explore(obs, mask)).outputs.action;
      return (await exploitProgram.for(mask)({ obs: normalizer.normalize(obs), ...(mask && { mask }) })).outputs.action;
    },

    async explore(obs, logProb, values, mask) {
      const { outputs } = await explore(obs, mask);
      logProb.set(outputs.logProb);
      values.set(outputs.value);
      return outputs.action;
    },

    async value(obs, values) {
      values.set((await valueProgram({ obs: normalizer.normalize(obs) })).outputs.value);
    },

    async update(rollout, progress) {
      const metrics = await options.update(normalizer.normalizeRollout(rollout), progress);
      normalizer.learn(rollout.obs);
      return metrics;
    },

    async state(): Promise<AgentState> {
      const remembered = Object.fromEntries(Object.entries(memory).map(([name, thing]) => [name, thing.state()]));
      return { vectors: await store.state(), ...remembered };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      for (const [name, thing] of Object.entries(memory)) thing.restore(state[name] as never);
    },

    async policy() {
      const parameters = await store.read(options.policyVector);
      return { algorithm, config, spec, weights: normalizer.exportWith(parameters.slice(0, greedy.layout.size)) };
    },

    dispose() {
      for (const each of [exploreProgram, exploitProgram, valueProgram, ...options.programs]) each.dispose();
      store.dispose();
    },
  };
}
