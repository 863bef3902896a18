/**
 * Distributed Proximal Policy Optimization: several workers collect, one learner learns.
 *
 * Heess, TB, Sriram, Lemmon, Merel, Wayne, Tassa, Erez, Wang, Eslami, Riedmiller, Silver (2017), "Emergence of Locomotion Behaviours in Rich
 * Environments", arXiv:1707.02286, algorithms 2 and 3.
 *
 *   paper              here
 *   W                  workers
 *   B × K of a worker  rolloutLength × its share of numEnvs
 *   M                  epochs
 *   θ, φ               one flat vector, sent to every worker before it collects
 *
 * Deviations from the paper:
 * 1. Workers send rollouts, not gradients: one learner has the optimiser, and needs no talk within an update.
 * 2. The objective is clipped (`ppo.ts`) in place of the adaptive penalty.
 * 3. The learner waits for all workers, not only for most of them, and puts their parts together in the order of the workers. So a seed
 *    fixes every bit of a run with a given number of workers, however fast each of them is.
 *
 * The noise that actions are sampled from is drawn by the learner, from one generator. So the number of workers changes a run only by
 * the rounding of networks on batches of another size: where that makes no difference, it is PPO, bit for bit.
 */

import {
  type AgentState,
  ConfigError,
  type Metrics,
  message,
  type OnPolicyAgent,
  Rng,
  type Rollout,
  type StateValue,
  valueAt,
} from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  clipByGlobalNorm,
  count,
  type Engine,
  field,
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
  type TrainState,
  type TrainSummary,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { actorCritic, greedyPolicy, networkFields, sharedTrunkField } from './actor-critic.ts';
import { actorCriticAgent } from './actor-critic-agent.ts';
import { advantages } from './advantages.ts';
import { dppoPresets } from './dppo-presets.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { minibatches } from './minibatches.ts';
import { normalizeAdvantage } from './normalize-advantage.ts';
import { normalizationFields } from './normalizer.ts';
import { ppoLoss } from './ppo.ts';
import { RolloutTable } from './rollout-table.ts';
import { type RolloutResult, type RolloutTask, rolloutWorker } from './rollout-worker.ts';
import { type Spawn, shareOf } from './training-worker.ts';
import { WorkerRun } from './worker-run.ts';

// ---- configuration ----

/** Settings of every algorithm with workers. */
export const workerFields = {
  workers: count({ default: 2, meaning: 'threads that collect at the same time; each has its share of the environments (W)' }),
  workerTimeout: positive({
    default: 60,
    unit: 'seconds',
    meaning: 'a worker that makes no step for so long is given up; to start, it has 60 at least',
  }),
};

export const dppoConfig = z.strictObject({
  ...workerFields,
  numEnvs: count({ default: 8, meaning: 'copies of the environment, shared out among the workers (N)' }),
  rolloutLength: count({ default: 256, unit: 'environment steps per copy', meaning: 'steps collected between two updates (T)' }),
  batchSize: count({ default: 64, unit: 'transitions', meaning: 'size of a minibatch' }),
  epochs: count({ default: 10, meaning: 'passes over a rollout in each update (M)' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  adamEpsilon: positive({ default: 1e-5, meaning: 'term added to the denominator of Adam' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0.95, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return' }),
  clipRange: scheduled(z.number().nonnegative(), { default: 0.2, meaning: 'how far the probability ratio may move from 1 (ε)' }),
  valueClipRange: field(z.number().positive().nullable(), {
    default: null,
    meaning: 'how far a value may move in one update; null: freely',
  }),
  valueCoefficient: nonNegative({ default: 0.5, meaning: 'weight of the value loss' }),
  entropyCoefficient: nonNegative({ default: 0, meaning: 'weight of the entropy bonus' }),
  maxGradientNorm: positive({ default: 0.5, meaning: 'largest global norm of the gradient' }),
  normalizeAdvantage: field(z.boolean(), { default: true, meaning: 'give advantages mean 0 and deviation 1 in each minibatch' }),
  ...networkFields,
  ...sharedTrunkField,
  ...normalizationFields,
});

export type DppoConfig = z.output<typeof dppoConfig>;

/** @throws ConfigError unless every worker has an environment at least */
export function checkShares(
  algorithm: string,
  { workers, numEnvs }: { readonly workers: number; readonly numEnvs: number },
): void {
  if (workers <= numEnvs) return;
  const remedy = 'Give every worker an environment at least';
  throw new ConfigError(message(algorithm, `workers must be at most numEnvs = ${numEnvs}`, workers, remedy));
}

// ---- learner ----

/** The learner of DPPO. */
export interface DppoAgent extends OnPolicyAgent<DppoConfig> {
  readonly engine: Engine;
  /** Draws what the actions of all environments are sampled from in the next steps: `[steps, N, noiseSize]`. */
  drawNoise(steps: number): Float32Array;
}

/** Builds the learner for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<DppoConfig>): DppoAgent {
  const config = parseConfig(dppoConfig, given ?? {}, 'dppo');
  checkShares('dppo', config);
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = actorCritic('dppo', spec, config);
  const { head, layout } = network;
  const optimizer = adam({ epsilon: config.adamEpsilon });
  const store = new Store(engine, { parameters: network.init(initRng), adam: optimizer.init(layout.size) });

  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'dppo.update',
      inputs: {
        obs: observationInput(spec.observationSpace),
        action: head.action,
        oldLogProb: ['batch'],
        oldValue: ['batch'],
        advantage: ['batch'],
        valueTarget: ['batch'],
        learningRate: [],
        clipRange: [],
        ...mask,
      },
      run: ({ parameters, adam: moments }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const {
          loss: _,
          gradient,
          ...metrics
        } = valueAndGrad(layout, params => {
          const { distribution, value } = network.both(params, batch.obs, batch.mask);
          return ppoLoss({ distribution, value, ...batch, advantage }, config);
        })(parameters);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters, gradient: clipped, state: moments, learningRate: batch.learningRate });
        return { state: { parameters: next.parameters, adam: next.state }, metrics: { ...metrics, gradientNorm: norm } };
      },
    }),
  );

  const estimate = advantages(config.gamma, config.lambda);
  const learningRate = new Float32Array(1);
  const clipRange = new Float32Array(1);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { advantage, valueTarget } = estimate(rollout);
    learningRate[0] = valueAt(config.learningRate, progress);
    clipRange[0] = valueAt(config.clipRange, progress);
    const { obs, action, logProb: oldLogProb, value: oldValue, actionMask } = rollout;
    const columns = { obs, action, oldLogProb, oldValue, advantage, valueTarget, ...(actionMask && { mask: actionMask }) };
    const learn = updateProgram.for(actionMask);
    const metrics = new MeanMetrics();
    for (let epoch = 0; epoch < config.epochs; epoch++) {
      for (const batch of minibatches(columns, advantage.length, config.batchSize, shuffleRng)) {
        metrics.add(await (await learn({ ...batch, learningRate, clipRange })).metrics.read());
      }
    }
    metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate: learningRate[0] });
    return metrics;
  }

  const agent = actorCriticAgent({
    algorithm: 'dppo',
    spec,
    config,
    network,
    store,
    params: ({ parameters }) => unflattenParams(layout, parameters),
    policyVector: 'parameters',
    actionRng,
    memory: { shuffleRng },
    programs: [updateProgram],
    update,
  });
  return {
    ...agent,
    engine,
    drawNoise: steps => head.drawNoise(actionRng, new Float32Array(steps * config.numEnvs * head.noiseSize)),
  };
}

// ---- learner and workers ----

/** Lets workers collect and the agent learn, in turns. Other than that it is `trainOnPolicy`: the same events, and the same exact resume. */
async function* train(options: TrainOptions<DppoAgent>, spawn: Spawn): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env } = options;
  const { config, engine } = agent;
  const { numEnvs, rolloutLength } = config;
  const setups = Array.from({ length: config.workers }, () => config);
  const timeoutSeconds = config.workerTimeout;
  const run = new WorkerRun<DppoAgent, RolloutTask, RolloutResult>(options);
  const shares = setups.map((_, i) => shareOf(i, setups.length, numEnvs));
  const table = new RolloutTable(env.spec, rolloutLength, numEnvs, (env.createStep().actionMask?.length ?? 0) / numEnvs);
  const loopState = (): TrainState => ({ rollout: table.state() });
  try {
    const workers = await spawn({ algorithm: 'dppo', make: rolloutWorker, setups, env, engine, timeoutSeconds });
    await run.start(workers, state => table.restore(state.rollout));
    while (!run.finished && !run.stopped) {
      const steps = Math.min(rolloutLength - table.length, Math.ceil(run.stepsUntilDue / numEnvs));
      const isLast = table.length + steps === rolloutLength;
      // Before noise is drawn, so that a run goes on from here if the steps fail.
      const learner = await agent.state();
      const tasks = makeTasks(learner, config, agent.drawNoise(steps), steps, isLast, shares);
      const results = await run.work(tasks).catch((error: unknown) => error as Error);
      if (results instanceof Error) {
        yield await run.checkpoint(loopState(), learner);
        throw results;
      }
      for (const [i, { rollout }] of results.entries()) table.put(rollout, shares[i].start);
      table.advance(steps);
      const begun = run.step;
      const episodes = results.flatMap((result, i) =>
        result.episodes.map(end => ({ ...end, envIndex: end.envIndex + shares[i].start })),
      );
      episodes.sort((a, b) => a.t - b.t || a.envIndex - b.envIndex);
      for (const { t, ...end } of episodes) {
        run.episodes++;
        yield { type: 'episode', step: begun + (t + 1) * numEnvs, ...end };
      }
      run.step += steps * numEnvs;
      if (isLast) {
        const metrics = await agent.update(table.rollout, run.progress);
        table.clear();
        run.updates++;
        await run.checkFinite(metrics);
        yield { type: 'update', step: run.step, updates: run.updates, metrics };
        yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
      }
      if (run.due(options.evaluation?.everySteps, steps * numEnvs)) yield await run.evaluation();
      if (run.due(options.checkpointEverySteps, steps * numEnvs) && !run.finished) yield await run.checkpoint(loopState());
    }
    yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
    yield await run.checkpoint(loopState());
    return run.summary();
  } finally {
    await run.close();
  }
}

/** The same policy for all workers, and to each the noise of its own environments. */
function makeTasks(
  learner: AgentState,
  { numEnvs, normalizeObservations }: DppoConfig,
  noise: Float32Array,
  steps: number,
  isLast: boolean,
  shares: readonly { readonly start: number; readonly end: number }[],
): RolloutTask[] {
  const { parameters: weights } = learner.vectors as { readonly parameters: Float32Array };
  const width = noise.length / (steps * numEnvs);
  return shares.map(({ start, end }) => {
    const size = (end - start) * width;
    const own = new Float32Array(steps * size);
    for (let t = 0; t < steps; t++) {
      const from = (t * numEnvs + start) * width;
      own.set(noise.subarray(from, from + size), t * size);
    }
    const normalizer = normalizeObservations && { normalizer: learner.normalizer as { readonly [key: string]: StateValue } };
    return { weights, steps, isLast, noise: own, ...normalizer };
  });
}

/** Distributed Proximal Policy Optimization, whose workers are started by `spawn`. */
export function dppoWith(spawn: Spawn): Algorithm<DppoConfig> {
  return {
    id: 'dppo',
    title: 'Distributed Proximal Policy Optimization',
    paper: 'Heess et al. 2017, "Emergence of Locomotion Behaviours in Rich Environments", arXiv:1707.02286',
    config: dppoConfig,
    presets: dppoPresets,
    create,
    policy: ({ spec, config }) => greedyPolicy('dppo', spec, config),
    train: options => train(options as TrainOptions<DppoAgent>, spawn),
  };
}
