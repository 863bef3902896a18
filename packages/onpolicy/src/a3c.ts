/**
 * Asynchronous Advantage Actor-Critic.
 *
 * Mnih, Puigdomènech Badia, Mirza, Graves, Lillicrap, Harley, Silver, Kavukcuoglu (2016), "Asynchronous Methods for Deep
 * Reinforcement Learning", arXiv:1602.01783, algorithm S3.
 *
 *   paper               here
 *   θ, θ_v              shared.parameters, one vector in memory that all workers share
 *   θ', θ'_v            parameters, a worker's own copy, taken before each rollout
 *   dθ, dθ_v            gradient, of one rollout, along which the worker changes the shared parameters when it has it
 *   g                   shared.meanSquare, shared as well
 *   T                   shared.steps
 *   t_max               rolloutLength
 *   R − V(s_t; θ'_v)    advantage, of up to t_max steps
 *   β                   entropyCoefficient
 *
 * Deviations from the paper:
 * 1. A worker may have several environments, so that its networks work on batches.
 * 2. A rollout goes on behind the end of an episode.
 * 3. Gradients are means over the rollout, not sums, with weights of the losses and a limit to the norm.
 * 4. All workers pause when something is due, after `reportEverySteps` at the latest: there reports, evaluation and checkpoints
 *    see them at rest.
 *
 * With one worker a seed fixes every bit of a run. With more of them the order of their changes depends on the machine, and so
 * does the run; a run that is resumed goes on from the same parameters and environments.
 */

import {
  type AgentState,
  type EnvParameters,
  type EnvSpec,
  field,
  Rng,
  type RngState,
  type Rollout,
  valueAt,
} from '@zpin/contracts';
import {
  Collector,
  type ConfigOf,
  type CreateOptions,
  clipByGlobalNorm,
  configSchema,
  type Engine,
  MeanMetrics,
  maskedProgram,
  parseConfig,
  program,
  type RolloutAlgorithm,
  RolloutBuffer,
  Store,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { a2cLoss } from './a2c.ts';
import { actorCriticFields, jointLossFields, lambdaField, rolloutFields } from './actor-critic/fields.ts';
import { actorCritic } from './actor-critic/networks.ts';
import { type RolloutAgent, rolloutAgent, rolloutRegime } from './actor-critic/rollout-agent.ts';
import { rolloutInputs } from './actor-critic/rollout-inputs.ts';
import { a3cPresets } from './presets/a3c.ts';
import { advantages } from './rollout/advantages.ts';
import { explainedVariance } from './rollout/explained-variance.ts';
import { sharedRmspropStep } from './workers/shared-rmsprop.ts';
import {
  type LearnedVectors,
  type SharedResult,
  type SharedTask,
  type SharedVectors,
  trainShared,
} from './workers/train-shared.ts';
import type { MakeWorker, Spawn } from './workers/training-worker.ts';
import { checkShares, workerFields } from './workers/worker-fields.ts';

// ---- configuration ----

export const a3cConfig = configSchema({
  ...workerFields,
  ...rolloutFields({ numEnvs: 8, rolloutLength: 5 }),
  reportEverySteps: field.count({
    default: 2000,
    unit: 'environment steps',
    meaning: 'steps after which all workers pause to report at the latest',
  }),
  learningRate: field.scheduled({ min: 0, default: 7e-4, meaning: 'step size of RMSprop (η)' }),
  rmspropDecay: field.probability({ default: 0.99, meaning: 'decay of the shared mean of squared gradients (α)' }),
  rmspropEpsilon: field.positive({ default: 1e-5, meaning: 'added to the mean of squared gradients under the root (ε)' }),
  ...lambdaField(1),
  ...jointLossFields({ entropyCoefficient: 0.01 }),
  ...actorCriticFields,
});

export type A3cConfig = ConfigOf<typeof a3cConfig>;

// ---- agent ----

/** What a run holds on to, and what each worker learns with. */
export interface A3cAgent extends RolloutAgent<A3cConfig> {
  readonly engine: Engine;
  /** Generators of the workers. */
  readonly workerRngs: readonly RngState[];
  /** Copies of parameters and mean squares. */
  read(): Promise<LearnedVectors>;
  /** Takes over what workers share. */
  write(shared: LearnedVectors): void;
  /** The gradient `[P]` of one rollout by the agent's own parameters, clipped; valid until the next call. */
  gradient(rollout: Rollout): Promise<{ readonly gradient: Float32Array; readonly metrics: Readonly<Record<string, number>> }>;
}

/** Builds an A3C agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<A3cConfig>): A3cAgent {
  const config = parseConfig(a3cConfig, given, 'a3c');
  checkShares('a3c', config);
  const [initRng, actionRng, workerRng] = new Rng(seed).spawn(3);
  const workerRngs = workerRng.spawn(config.workers).map(rng => rng.state());
  return makeAgent({ spec, config, engine, initRng, actionRng, workerRngs });
}

interface AgentParts extends Pick<A3cAgent, 'config' | 'engine' | 'workerRngs'> {
  readonly spec: EnvSpec;
  readonly initRng: Rng;
  readonly actionRng: Rng;
}

function makeAgent({ spec, config, engine, initRng, actionRng, workerRngs }: AgentParts): A3cAgent {
  const network = actorCritic('a3c', spec, config);
  const { head, layout, greedy } = network;
  const store = new Store(engine, { parameters: network.init(initRng), meanSquare: new Float32Array(layout.size) });
  const { oldLogProb: _, oldValue: __, ...inputs } = rolloutInputs(spec, head);

  const learn = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'a3c.gradient',
      inputs: { ...inputs, ...mask },
      run: ({ parameters }, { obs, action, advantage, valueTarget, mask }) => {
        const { loss, gradient, ...metrics } = valueAndGrad(layout, params => {
          const { distribution, value } = network.apply(params, obs, mask);
          const [logProb, entropy] = [distribution.logProb(action), distribution.entropy()];
          return a2cLoss({ logProb, entropy, value, advantage, valueTarget }, config);
        })(parameters);
        const { gradient: clipped, norm: gradientNorm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        return { outputs: { gradient: clipped }, metrics: { ...metrics, gradientNorm } };
      },
    }),
  );

  const columnsOf = advantages(config.gamma, config.lambda);
  const gradient: A3cAgent['gradient'] = async rollout => {
    const columns = columnsOf(rollout);
    const { outputs, metrics } = await learn.for(columns.mask)(columns);
    const { oldValue, valueTarget } = columns;
    const values = { ...(await metrics.read()), explainedVariance: explainedVariance(oldValue, valueTarget) };
    return { gradient: outputs.gradient as Float32Array, metrics: values };
  };
  const read = async () => ({ parameters: await store.read('parameters'), meanSquare: await store.read('meanSquare') });
  const write = ({ parameters, meanSquare }: LearnedVectors) => {
    // Copies: engines take no memory that threads share.
    store.write('parameters', parameters.slice());
    store.write('meanSquare', meanSquare.slice());
  };

  const agent = rolloutAgent({
    ...{ algorithm: 'a3c', spec, config, network, store, actionRng },
    params: ({ parameters }) => unflattenParams(layout, parameters),
    policy: { vectors: ['parameters'], size: greedy.layout.size },
    programs: [learn],
    /** What a worker does that is alone. */
    async update(rollout, share) {
      const found = await gradient(rollout);
      const vectors = await read();
      const learningRate = valueAt(config.learningRate, share);
      sharedRmspropStep(vectors.parameters, vectors.meanSquare, found.gradient, stepOptions(config, learningRate));
      write(vectors);
      const metrics = new MeanMetrics();
      metrics.add({ ...found.metrics, learningRate });
      return metrics;
    },
  });
  return { ...agent, engine, workerRngs, read, write, gradient };
}

function stepOptions({ rmspropDecay: decay, rmspropEpsilon: epsilon }: A3cConfig, learningRate: number) {
  return { learningRate, decay, epsilon };
}

// ---- workers ----

interface A3cSetup {
  readonly config: A3cConfig;
  readonly rng: RngState;
  readonly shared: SharedVectors;
  /** Steps over which schedules stretch. */
  readonly scheduledSteps: number;
  /** Settings of the environment in place of those that it was made with. */
  readonly parameters?: EnvParameters;
}

/** One thread of algorithm S3. */
export const a3cWorker: MakeWorker<A3cSetup, SharedTask, SharedResult> = (setup, { env, engine, beat }) => {
  const { config, rng, shared, scheduledSteps } = setup;
  if (setup.parameters) env.setParameters?.(setup.parameters);
  const { rolloutLength } = config;
  const actionRng = Rng.fromState(rng);
  const agent = makeAgent({ spec: env.spec, config, engine, initRng: new Rng(0), actionRng, workerRngs: [] });
  const collector = new Collector(env);
  const buffer = new RolloutBuffer(collector, { numSteps: rolloutLength });
  const state = () => ({ collector: collector.state(), actionRng: actionRng.state() });

  async function work({ until, parameters }: SharedTask) {
    if (parameters) env.setParameters?.(parameters);
    const episodes: SharedResult['episodes'][number][] = [];
    const updates: SharedResult['updates'][number][] = [];
    while (Atomics.load(shared.steps, 0) < until) {
      agent.write(shared);
      buffer.clear();
      for (let t = 0; t < rolloutLength; t++) {
        const collected = await buffer.step(agent, t + 1 === rolloutLength);
        const step = Atomics.add(shared.steps, 0, env.numEnvs) + env.numEnvs;
        for (const end of collected.episodes) episodes.push({ ...end, step });
        const pause = beat();
        if (pause) await pause;
      }
      const { gradient, metrics } = await agent.gradient(buffer.rollout);
      const step = Atomics.load(shared.steps, 0);
      const learningRate = valueAt(config.learningRate, Math.min(1, step / scheduledSteps));
      const values = { ...metrics, learningRate };
      updates.push({ step, metrics: values });
      // The run stops at this; the parameters stay what they were.
      if (!Object.values(values).every(Number.isFinite)) break;
      sharedRmspropStep(shared.parameters, shared.meanSquare, gradient, stepOptions(config, learningRate));
    }
    return { result: { episodes, updates }, state: state() };
  }

  return {
    reset(seeds) {
      collector.reset(seeds);
      return state();
    },
    restore({ state: saved, seeds }) {
      collector.restore(saved.collector as AgentState, seeds);
      actionRng.restore(saved.actionRng as RngState);
      return state();
    },
    work,
    close: () => agent.dispose(),
  };
};

/** Asynchronous Advantage Actor-Critic, whose workers are started by `spawn`. */
export function a3cWith(spawn: Spawn): RolloutAlgorithm<A3cConfig, A3cAgent> {
  return {
    id: 'a3c',
    title: 'Asynchronous Advantage Actor-Critic',
    paper: 'Mnih et al. 2016, "Asynchronous Methods for Deep Reinforcement Learning", arXiv:1602.01783',
    ...rolloutRegime<A3cConfig>(),
    config: a3cConfig,
    presets: a3cPresets,
    playsElsewhere: true,
    create,
    policy: ({ spec, config }) => actorCritic('a3c', spec, config).greedy,
    train(options) {
      const { config, engine, workerRngs } = options.agent;
      const { totalSteps, scheduledSteps = totalSteps } = options;
      const timeoutSeconds = config.workerTimeout;
      const { parameters } = options.env;
      const setups = (shared: SharedVectors): A3cSetup[] =>
        workerRngs.map(rng => ({ config, rng, shared, scheduledSteps, ...(parameters && { parameters }) }));
      const start = (shared: SharedVectors) =>
        spawn({ algorithm: 'a3c', make: a3cWorker, setups: setups(shared), env: options.env, engine, timeoutSeconds });
      return trainShared({ ...options, pauseEverySteps: config.reportEverySteps, start });
    },
  };
}
