import type { AgentState, NumericArray, Rollout } from '@zpin/contracts';
import { Collector, type EpisodeEnd, observationInput, program, Store, unflattenParams } from '@zpin/core';
import { actorCritic } from './actor-critic.ts';
import { collectRollout, rolloutArrays } from './collect-rollout.ts';
import type { DppoConfig } from './dppo.ts';
import { maskedProgram } from './masked-program.ts';
import { Normalizer } from './normalizer.ts';
import type { MakeWorker } from './training-worker.ts';

/** What a worker is told: the policy, and how long to follow it. */
export interface RolloutTask {
  /** `[P]`: parameters of policy and value. */
  readonly weights: Float32Array;
  /** State of the learner's normaliser, where observations are normalised. */
  readonly normalizer?: AgentState;
  /** Steps of each environment. */
  readonly steps: number;
  /** Whether the rollout ends with these steps. */
  readonly isLast: boolean;
  /** `[steps, n · noiseSize]`: what actions are sampled from. */
  readonly noise: Float32Array;
}

/** What a worker sends back. */
export interface RolloutResult {
  /** Its part, `[steps, n, …]`. */
  readonly rollout: Rollout;
  /** Episodes that ended, with the number of the step from 0 on, and the index of the environment among its own. */
  readonly episodes: readonly (EpisodeEnd & { readonly t: number })[];
}

/** A worker of DPPO: follows the policy that it is sent, and learns nothing. */
export const rolloutWorker: MakeWorker<DppoConfig, RolloutTask, RolloutResult> = (config, { env, engine, beat }) => {
  const { spec, numEnvs } = env;
  const { head, layout, both, value } = actorCritic('dppo', spec, config);
  const collector = new Collector(env);
  // Rewards are scaled where they are learned from.
  const normalizer = new Normalizer('dppo', spec, { ...config, normalizeRewards: false });
  const store = new Store(engine, { parameters: new Float32Array(layout.size) });
  const obs = observationInput(spec.observationSpace);
  const exploreProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'dppo.explore',
      inputs: { obs, noise: head.noise, ...mask },
      run: ({ parameters }, inputs) => {
        const { distribution, value } = both(unflattenParams(layout, parameters), inputs.obs, inputs.mask);
        const action = distribution.sample(inputs.noise);
        return { outputs: { action, logProb: distribution.logProb(action), value } };
      },
    }),
  );
  const valueProgram = program(store, {
    name: 'dppo.value',
    inputs: { obs },
    run: ({ parameters }, inputs) => ({ outputs: { value: value(unflattenParams(layout, parameters), inputs.obs) } }),
  });
  let arrays = rolloutArrays(collector, 0);

  async function work({ weights, normalizer: statistics, steps, isLast, noise }: RolloutTask) {
    store.write('parameters', weights);
    if (statistics) normalizer.restore(statistics);
    if (arrays.numSteps !== steps) arrays = rolloutArrays(collector, steps);
    const width = numEnvs * head.noiseSize;
    const episodes: RolloutResult['episodes'][number][] = [];
    let t = 0;
    const explorer = {
      async explore(rows: NumericArray, logProb: Float32Array, values: Float32Array, mask?: Uint8Array) {
        const input = { obs: normalizer.normalize(rows), noise: noise.subarray(t * width, (t + 1) * width) };
        const { outputs } = await exploreProgram.for(mask)({ ...input, ...(mask && { mask }) });
        logProb.set(outputs.logProb);
        values.set(outputs.value);
        return outputs.action;
      },
      async value(rows: NumericArray, values: Float32Array) {
        values.set((await valueProgram({ obs: normalizer.normalize(rows) })).outputs.value);
      },
    };
    await collectRollout(collector, explorer, arrays, isLast, (step, collected) => {
      t = step + 1;
      for (const end of collected.episodes) episodes.push({ ...end, t: step });
      beat();
    });
    return { result: { rollout: arrays, episodes }, state: collector.state() };
  }

  return {
    reset(seed) {
      collector.reset(seed);
      return collector.state();
    },
    restore(state) {
      collector.restore(state);
      return collector.state();
    },
    work,
    close() {
      exploreProgram.dispose();
      valueProgram.dispose();
      store.dispose();
    },
  };
};
