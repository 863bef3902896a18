import type { AgentState, EnvParameters, NumericArray, Rollout } from '@zpin/contracts';
import { Collector, type EpisodeEnd, type Explorer, RolloutBuffer, Store, unflattenParams } from '@zpin/core';
import type { NormalizationConfig } from '../actor-critic/fields.ts';
import { type ActorCriticOptions, actorCritic } from '../actor-critic/networks.ts';
import { observationNormalizer } from '../actor-critic/normalizer.ts';
import { policyPrograms } from '../actor-critic/policy-programs.ts';
import type { MakeWorker } from './training-worker.ts';

/** What a worker is told: the policy, and how long to follow it. */
export interface RolloutTask {
  /** The same object for all workers that begin together: sent once where they are on other machines. */
  readonly policy: RolloutPolicy;
  /** Steps of each environment. */
  readonly steps: number;
  /** Whether the rollout ends with these steps. */
  readonly isLast: boolean;
  /** New settings of the environment, for its next episodes. */
  readonly parameters?: EnvParameters;
  /** `[steps, n · noiseSize]`: what actions are sampled from. */
  readonly noise: Float32Array;
}

/** What workers follow. */
export interface RolloutPolicy {
  /** `[P]`: parameters of policy and value. */
  readonly weights: Float32Array;
  /** Statistics of the learner's observations, where these are normalised. */
  readonly observations?: AgentState;
  /** Settings of the environment, for a worker that goes on where another one was, which was told of them. */
  readonly parameters?: EnvParameters;
}

/** What a worker sends back. */
export interface RolloutResult {
  /** Its part, `[steps, n, …]`. */
  readonly rollout: Rollout;
  /** Episodes that ended, with the number of the step from 0 on, and the index of the environment among its own. */
  readonly episodes: readonly (EpisodeEnd & { readonly t: number })[];
}

/** What it needs to know to follow a policy. */
export interface RolloutSetup {
  readonly config: ActorCriticOptions & NormalizationConfig;
  /** Settings of the environment in place of those that it was made with. */
  readonly parameters?: EnvParameters;
}

/** A worker of DPPO: follows the policy that it is sent, and learns nothing. */
export const rolloutWorker: MakeWorker<RolloutSetup, RolloutTask, RolloutResult> = (setup, { env, engine, beat }) => {
  const { config } = setup;
  if (setup.parameters) env.setParameters?.(setup.parameters);
  const { spec, numEnvs } = env;
  const network = actorCritic('dppo', spec, config);
  const { head, layout } = network;
  const collector = new Collector(env);
  // Rewards are scaled where they are learned from.
  const normalizer = observationNormalizer('dppo', spec, config);
  const normalized = (obs: NumericArray) => normalizer?.normalize(obs, 'act') ?? obs;
  const store = new Store(engine, { parameters: new Float32Array(layout.size) });
  const programs = policyPrograms({
    ...{ algorithm: 'dppo', spec, network, store },
    params: ({ parameters }) => unflattenParams(layout, parameters),
  });
  let buffer = new RolloutBuffer(collector, { numSteps: 1 });

  async function work({ policy: { weights, observations }, steps, isLast, parameters, noise }: RolloutTask) {
    if (parameters) env.setParameters?.(parameters);
    store.write('parameters', weights);
    if (observations) normalizer?.restore(observations);
    if (buffer.numSteps !== steps) buffer = new RolloutBuffer(collector, { numSteps: steps });
    buffer.clear();
    const width = numEnvs * head.noiseSize;
    const explorer: Explorer = {
      async explore(obs, logProb, value, mask) {
        const own = noise.subarray(buffer.length * width, (buffer.length + 1) * width);
        const { outputs } = await programs.explore.for(mask)({ obs: normalized(obs), noise: own, ...(mask && { mask }) });
        logProb.set(outputs.logProb);
        value.set(outputs.value);
        return outputs.action;
      },
      async value(obs, value) {
        value.set((await programs.value({ obs: normalized(obs) })).outputs.value);
      },
    };
    const episodes: RolloutResult['episodes'][number][] = [];
    for (let t = 0; t < steps; t++) {
      const collected = await buffer.step(explorer, isLast && t + 1 === steps);
      for (const end of collected.episodes) episodes.push({ ...end, t });
      const pause = beat();
      if (pause) await pause;
    }
    return { result: { rollout: buffer.rollout, episodes }, state: collector.state() };
  }

  return {
    reset(seeds) {
      collector.reset(seeds);
      return collector.state();
    },
    restore({ state, seeds }) {
      collector.restore(state, seeds);
      return collector.state();
    },
    work,
    close() {
      programs.dispose();
      store.dispose();
    },
  };
};
