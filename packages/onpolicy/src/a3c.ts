/**
 * Asynchronous Advantage Actor-Critic.
 *
 * Mnih, Puigdomènech Badia, Mirza, Graves, Lillicrap, Harley, Silver, Kavukcuoglu (2016), "Asynchronous Methods for Deep Reinforcement
 * Learning", arXiv:1602.01783, algorithm S3.
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
 * 4. All workers pause when something is due, after `reportEverySteps` at the latest: there reports, evaluation and checkpoints see them at
 *    rest.
 *
 * With one worker a seed fixes every bit of a run. With more of them the order of their changes depends on the machine, and so does the
 * run; a run that is resumed goes on from the same parameters and environments.
 */

import type * as tf from '@tensorflow/tfjs';
import {
  type AgentState,
  ConfigError,
  type EnvSpec,
  type Metrics,
  message,
  type OnPolicyAgent,
  Rng,
  type RngState,
  type Rollout,
  valueAt,
} from '@zpin/contracts';
import {
  type Algorithm,
  Collector,
  type CreateOptions,
  clipByGlobalNorm,
  count,
  type Engine,
  type EpisodeEnd,
  MeanMetrics,
  nonNegative,
  observationInput,
  parseConfig,
  positive,
  probability,
  program,
  Store,
  scheduled,
  type TrainEvent,
  type TrainOptions,
  type TrainSummary,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { a2cLoss } from './a2c.ts';
import { a3cPresets } from './a3c-presets.ts';
import { actorCritic, greedyPolicy, networkFields, sharedTrunkField } from './actor-critic.ts';
import { actorCriticAgent } from './actor-critic-agent.ts';
import { advantages } from './advantages.ts';
import { collectRollout, rolloutArrays } from './collect-rollout.ts';
import { checkShares, workerFields } from './dppo.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { sharedRmspropStep } from './shared-rmsprop.ts';
import type { MakeWorker, Spawn } from './training-worker.ts';
import { WorkerRun } from './worker-run.ts';

// ---- configuration ----

export const a3cConfig = z.strictObject({
  ...workerFields,
  numEnvs: count({ default: 8, meaning: 'copies of the environment, shared out among the workers' }),
  rolloutLength: count({
    default: 5,
    unit: 'environment steps per copy',
    meaning: 'steps that a worker collects between two changes of the parameters (t_max)',
  }),
  reportEverySteps: count({
    default: 2000,
    unit: 'environment steps',
    meaning: 'steps after which all workers pause to report at the latest',
  }),
  learningRate: scheduled(z.number().nonnegative(), { default: 7e-4, meaning: 'step size of RMSprop (η)' }),
  rmspropDecay: probability({ default: 0.99, meaning: 'decay of the shared mean of squared gradients (α)' }),
  rmspropEpsilon: positive({ default: 1e-5, meaning: 'added to the mean of squared gradients under the root (ε)' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 1, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the n-step return' }),
  valueCoefficient: nonNegative({ default: 0.5, meaning: 'weight of the value loss' }),
  entropyCoefficient: nonNegative({ default: 0.01, meaning: 'weight of the entropy bonus (β)' }),
  maxGradientNorm: positive({ default: 0.5, meaning: 'largest global norm of the gradient' }),
  ...networkFields,
  ...sharedTrunkField,
});

export type A3cConfig = z.output<typeof a3cConfig>;

// ---- what workers share ----

/** What the shared count of steps holds, with room for the rollouts that workers finish beyond it. */
const MAX_STEPS = 2 ** 31 - 2 ** 24;

/** In memory that all threads see. */
export interface SharedVectors {
  /** `[P]` */
  readonly parameters: Float32Array;
  /** `[P]` */
  readonly meanSquare: Float32Array;
  /** `[1]`: environment steps of all workers. */
  readonly steps: Int32Array;
}

/** Room for vectors of these sizes. */
function share({ parameters, meanSquare }: Omit<SharedVectors, 'steps'>): SharedVectors {
  const memory = (size: number) =>
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(size) : new SharedArrayBuffer(size);
  return {
    parameters: new Float32Array(memory(parameters.byteLength)),
    meanSquare: new Float32Array(memory(meanSquare.byteLength)),
    steps: new Int32Array(memory(4)),
  };
}

// ---- agent ----

/** What a run holds on to, and what each worker learns with. */
export interface A3cAgent extends OnPolicyAgent<A3cConfig> {
  readonly engine: Engine;
  /** Generators of the workers. */
  readonly workerRngs: readonly RngState[];
  /** Copies of parameters and mean squares. */
  read(): Promise<Omit<SharedVectors, 'steps'>>;
  /** Takes over what workers share. */
  write(shared: Omit<SharedVectors, 'steps'>): void;
  /** The gradient `[P]` of one rollout by the agent's own parameters, clipped; valid until the next call. */
  gradient(rollout: Rollout): Promise<{ readonly gradient: Float32Array; readonly metrics: Metrics }>;
}

/** Builds an A3C agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<A3cConfig>): A3cAgent {
  const config = parseConfig(a3cConfig, given ?? {}, 'a3c');
  checkShares('a3c', config);
  const [initRng, actionRng, workerRng] = new Rng(seed).spawn(3);
  return makeAgent(
    spec,
    config,
    engine,
    actionRng,
    workerRng.spawn(config.workers).map(rng => rng.state()),
    initRng,
  );
}

function makeAgent(
  spec: EnvSpec,
  config: A3cConfig,
  engine: Engine,
  actionRng: Rng,
  workerRngs: readonly RngState[],
  initRng: Rng,
): A3cAgent {
  const network = actorCritic('a3c', spec, config);
  const { head, layout } = network;
  const store = new Store(engine, { parameters: network.init(initRng), meanSquare: new Float32Array(layout.size) });

  const gradientProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'a3c.gradient',
      inputs: {
        obs: observationInput(spec.observationSpace),
        action: head.action,
        advantage: ['batch'],
        valueTarget: ['batch'],
        ...mask,
      },
      run: ({ parameters }, { obs, action, advantage, valueTarget, mask }) => {
        const {
          loss: _,
          gradient: whole,
          ...metrics
        } = valueAndGrad(layout, params => {
          const { distribution, value } = network.both(params, obs, mask);
          const logProb = distribution.logProb(action);
          return a2cLoss({ logProb, entropy: distribution.entropy(), value, advantage, valueTarget }, config);
        })(parameters);
        const { gradient, norm } = clipByGlobalNorm(whole, config.maxGradientNorm);
        return { outputs: { gradient: gradient as tf.Tensor }, metrics: { ...metrics, gradientNorm: norm } };
      },
    }),
  );

  const estimate = advantages(config.gamma, config.lambda);

  async function gradient(rollout: Rollout) {
    const { obs, action, value: oldValue, actionMask: mask } = rollout;
    const { advantage, valueTarget } = estimate(rollout);
    const { outputs, metrics } = await gradientProgram.for(mask)({ obs, action, advantage, valueTarget, ...(mask && { mask }) });
    const all = new MeanMetrics();
    all.add(await metrics.read());
    all.add({ explainedVariance: explainedVariance(oldValue, valueTarget) });
    return { gradient: outputs.gradient as Float32Array, metrics: all };
  }

  const agent = actorCriticAgent({
    algorithm: 'a3c',
    spec,
    config: { ...config, normalizeObservations: false, normalizeRewards: false },
    network,
    store,
    params: ({ parameters }) => unflattenParams(layout, parameters),
    policyVector: 'parameters',
    actionRng,
    programs: [gradientProgram],
    update: () => {
      throw new Error('the workers update');
    },
  });
  return {
    ...agent,
    config,
    policy: async () => ({ ...(await (agent as Required<typeof agent>).policy()), config }),
    engine,
    workerRngs,
    read: async () => ({ parameters: await store.read('parameters'), meanSquare: await store.read('meanSquare') }),
    write({ parameters, meanSquare }) {
      // Copies: engines take no memory that threads share.
      store.write('parameters', parameters.slice());
      store.write('meanSquare', meanSquare.slice());
    },
    gradient,
  };
}

// ---- workers ----

interface A3cSetup {
  readonly config: A3cConfig;
  readonly rng: RngState;
  readonly shared: SharedVectors;
  /** Of the run, for schedules. */
  readonly totalSteps: number;
}

/** Steps of all workers after which this one pauses. */
type A3cTask = { readonly until: number };

/** What happened, with the count of steps of all workers at which it did. */
interface A3cResult {
  readonly episodes: readonly (EpisodeEnd & { readonly step: number })[];
  readonly updates: readonly { readonly step: number; readonly metrics: Readonly<Record<string, number>> }[];
}

/** One thread of algorithm S3. */
export const a3cWorker: MakeWorker<A3cSetup, A3cTask, A3cResult> = (setup, { env, engine, beat }) => {
  const { config, rng, shared, totalSteps } = setup;
  const actionRng = Rng.fromState(rng);
  const agent = makeAgent(env.spec, config, engine, actionRng, [], new Rng(0));
  const collector = new Collector(env);
  const rollout = rolloutArrays(collector, config.rolloutLength);
  const state = () => ({ collector: collector.state(), actionRng: actionRng.state() });

  async function work({ until }: A3cTask) {
    const episodes: A3cResult['episodes'][number][] = [];
    const updates: A3cResult['updates'][number][] = [];
    while (Atomics.load(shared.steps, 0) < until) {
      agent.write(shared);
      await collectRollout(collector, agent, rollout, true, (_, collected) => {
        const step = Atomics.add(shared.steps, 0, env.numEnvs) + env.numEnvs;
        for (const end of collected.episodes) episodes.push({ ...end, step });
        beat();
      });
      const { gradient, metrics } = await agent.gradient(rollout);
      const step = Atomics.load(shared.steps, 0);
      const learningRate = valueAt(config.learningRate, Math.min(1, step / totalSteps));
      const values = { ...(await metrics.read()), learningRate };
      updates.push({ step, metrics: values });
      // The run stops at this; the parameters stay what they were.
      if (!Object.values(values).every(Number.isFinite)) break;
      sharedRmspropStep(shared.parameters, shared.meanSquare, gradient, {
        learningRate,
        decay: config.rmspropDecay,
        epsilon: config.rmspropEpsilon,
      });
    }
    return { result: { episodes, updates }, state: state() };
  }

  return {
    reset(seed) {
      collector.reset(seed);
      return state();
    },
    restore(saved) {
      collector.restore(saved.collector as AgentState);
      actionRng.restore(saved.actionRng as RngState);
      return state();
    },
    work,
    close: () => agent.dispose(),
  };
};

// ---- training ----

/** Lets workers learn, and tells what they did whenever they pause. */
async function* train(options: TrainOptions<A3cAgent>, spawn: Spawn): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env, totalSteps } = options;
  const { config, engine } = agent;
  if (totalSteps > MAX_STEPS)
    throw new ConfigError(message('a3c', `totalSteps must be at most ${MAX_STEPS}`, totalSteps, 'Train in several runs'));
  const run = new WorkerRun<A3cAgent, A3cTask, A3cResult>(options);
  try {
    const shared = share(await agent.read());
    const setups = agent.workerRngs.map(rng => ({ config, rng, shared, totalSteps }));
    const timeoutSeconds = config.workerTimeout;
    await run.start(await spawn({ algorithm: 'a3c', make: a3cWorker, setups, env, engine, timeoutSeconds }), () => undefined);
    // Only now is it known where the run begins.
    const { parameters, meanSquare } = await agent.read();
    shared.parameters.set(parameters);
    shared.meanSquare.set(meanSquare);
    shared.steps[0] = run.step;
    while (!run.finished && !run.stopped) {
      const begun = run.step;
      const until = begun + Math.min(run.stepsUntilDue, config.reportEverySteps);
      const results = await run.work(setups.map(() => ({ until }))).catch((error: unknown) => error as Error);
      if (results instanceof Error) {
        yield await run.checkpoint({});
        throw results;
      }
      for (const told of inOrder(results, env.numEnvs)) {
        run.step = told.step;
        if ('metrics' in told) {
          const metrics = new MeanMetrics();
          metrics.add(told.metrics);
          await run.checkFinite(metrics);
          run.updates++;
          yield { type: 'update', step: told.step, updates: run.updates, metrics };
        } else {
          run.episodes++;
          yield { type: 'episode', ...told };
        }
      }
      run.step = Atomics.load(shared.steps, 0);
      agent.write(shared);
      yield { type: 'step', step: run.step, totalSteps };
      const taken = run.step - begun;
      if (run.due(options.evaluation?.everySteps, taken)) yield await run.evaluation();
      if (run.due(options.checkpointEverySteps, taken) && !run.finished) yield await run.checkpoint({});
    }
    yield { type: 'step', step: run.step, totalSteps };
    yield await run.checkpoint({});
    return run.summary();
  } finally {
    await run.close();
  }
}

/** What all workers tell, in the order in which it happened. */
function inOrder(results: readonly A3cResult[], numEnvs: number) {
  const told = results.flatMap(({ episodes, updates }, i) => {
    const first = Math.floor((i * numEnvs) / results.length);
    return [...episodes.map(end => ({ ...end, envIndex: end.envIndex + first })), ...updates];
  });
  return told.sort((a, b) => a.step - b.step);
}

/** Asynchronous Advantage Actor-Critic, whose workers are started by `spawn`. */
export function a3cWith(spawn: Spawn): Algorithm<A3cConfig> {
  return {
    id: 'a3c',
    title: 'Asynchronous Advantage Actor-Critic',
    paper: 'Mnih et al. 2016, "Asynchronous Methods for Deep Reinforcement Learning", arXiv:1602.01783',
    config: a3cConfig,
    presets: a3cPresets,
    create,
    policy: ({ spec, config }) => greedyPolicy('a3c', spec, { ...config, normalizeObservations: false }),
    train: options => train(options as TrainOptions<A3cAgent>, spawn),
  };
}
