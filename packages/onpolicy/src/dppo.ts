/**
 * Distributed Proximal Policy Optimization: several workers collect, one learner learns.
 *
 * Heess, TB, Sriram, Lemmon, Merel, Wayne, Tassa, Erez, Wang, Eslami, Riedmiller, Silver (2017), "Emergence of Locomotion
 * Behaviours in Rich Environments", arXiv:1707.02286, algorithms 2 and 3.
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
 * 3. The learner waits for all workers, not only for most of them, and puts their parts together in the order of the workers. So
 *    a seed fixes every bit of a run with a given number of workers, however fast each of them is.
 *
 * The noise that actions are sampled from is drawn by the learner, from one generator. So the number of workers changes a run
 * only by the rounding of networks on batches of another size: where that makes no difference, it is PPO, bit for bit.
 */

import type { AgentState, EnvParameters } from '@zpin/contracts';
import type {
  ConfigOf,
  CreateOptions,
  Engine,
  RolloutAlgorithm,
  TrainEvent,
  TrainOptions,
  TrainState,
  TrainSummary,
} from '@zpin/core';
import { apartConfigSchema } from './actor-critic/fields.ts';
import { greedyPolicy } from './actor-critic/networks.ts';
import { type RolloutAgent, rolloutRegime } from './actor-critic/rollout-agent.ts';
import { ppoAgent, ppoFields } from './ppo.ts';
import { dppoPresets } from './presets/dppo.ts';
import { RolloutTable } from './workers/rollout-table.ts';
import { type RolloutPolicy, type RolloutResult, type RolloutTask, rolloutWorker } from './workers/rollout-worker.ts';
import { type Spawn, shareOf } from './workers/training-worker.ts';
import { checkShares, workerFields } from './workers/worker-fields.ts';
import { WorkerRun } from './workers/worker-run.ts';

// ---- configuration ----

export const dppoConfig = apartConfigSchema({ ...workerFields, ...ppoFields({ numEnvs: 8, rolloutLength: 256 }) });

export type DppoConfig = ConfigOf<typeof dppoConfig>;

// ---- learner ----

/** The learner of DPPO. */
export interface DppoAgent extends RolloutAgent<DppoConfig> {
  readonly engine: Engine;
}

/** Builds the learner for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<DppoConfig>): DppoAgent {
  const agent = ppoAgent(options, { algorithm: 'dppo', config: dppoConfig });
  checkShares('dppo', agent.config);
  return { ...agent, engine: options.engine };
}

// ---- learner and workers ----

/**
 * Lets workers collect and the agent learn, in turns. Other than that it is `trainOnPolicy`: the same events, and the same exact
 * resume.
 */
async function* train(options: TrainOptions<DppoAgent>, spawn: Spawn): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env } = options;
  const { config, engine } = agent;
  const { numEnvs, rolloutLength } = config;
  const timeoutSeconds = config.workerTimeout;
  const run = new WorkerRun<DppoAgent, RolloutTask, RolloutResult>(options);
  const { parameters } = env;
  const setups = Array.from({ length: config.workers }, () => ({ config, ...(parameters && { parameters }) }));
  const shares = setups.map((_, i) => shareOf(i, setups.length, numEnvs));
  const table = new RolloutTable(env.spec, rolloutLength, numEnvs, (env.createStep().actionMask?.length ?? 0) / numEnvs);
  const loopState = (): TrainState => ({ rollout: table.state() });
  try {
    const workers = await spawn({ algorithm: 'dppo', make: rolloutWorker, setups, env, engine, timeoutSeconds });
    await run.start(workers, state => table.restore(state.rollout));
    // What comes next does not follow the steps of a rollout in progress.
    if (run.beganAnew) table.clear();
    yield* run.warnings();
    yield* run.evaluations();
    while (!run.finished && !run.stopped) {
      const steps = Math.min(rolloutLength - table.length, Math.ceil(run.stepsUntilDue / numEnvs));
      const isLast = table.length + steps === rolloutLength;
      // Before noise is drawn, so that a run goes on from here if the steps fail.
      const learner = await agent.state();
      const policy = policyOf(learner, config, env.parameters);
      const tasks = makeTasks(policy, agent.drawNoise(steps * numEnvs), steps, isLast, shares);
      const results = await run
        .work(tasks.map(task => ({ ...task, ...run.newParameters })))
        .catch((error: unknown) => error as Error);
      if (results instanceof Error) {
        yield await run.checkpoint(loopState(), learner);
        // Whoever stops a run may not be waiting for workers that do not come.
        if (run.stopped) return run.summary();
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
        const { metrics } = await agent.update(table.rollout, run.progress);
        table.clear();
        run.updates++;
        await run.checkFinite(metrics);
        yield { type: 'update', step: run.step, updates: run.updates, metrics };
        yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
      }
      yield* run.evaluations(steps * numEnvs);
      if (run.due(options.checkpointEverySteps, steps * numEnvs) && !run.finished) yield await run.checkpoint(loopState());
    }
    yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
    yield await run.checkpoint(loopState());
    return run.summary();
  } finally {
    await run.close();
  }
}

/** What all workers follow. */
function policyOf(
  learner: AgentState,
  { normalizeObservations }: DppoConfig,
  parameters: EnvParameters | null | undefined,
): RolloutPolicy {
  const { parameters: weights } = learner.vectors as { readonly parameters: Float32Array };
  const statistics = normalizeObservations && { observations: (learner.normalizer as AgentState).observations as AgentState };
  return { weights, ...statistics, ...(parameters && { parameters }) };
}

/** The same policy for all workers, and to each the noise of its own environments. */
function makeTasks(
  policy: RolloutPolicy,
  noise: Float32Array,
  steps: number,
  isLast: boolean,
  shares: readonly { readonly start: number; readonly end: number }[],
): RolloutTask[] {
  const numEnvs = shares[shares.length - 1].end;
  const width = noise.length / (steps * numEnvs);
  return shares.map(({ start, end }) => {
    const size = (end - start) * width;
    const own = new Float32Array(steps * size);
    for (let t = 0; t < steps; t++) {
      const from = (t * numEnvs + start) * width;
      own.set(noise.subarray(from, from + size), t * size);
    }
    return { policy, steps, isLast, noise: own };
  });
}

/** Distributed Proximal Policy Optimization, whose workers are started by `spawn`. */
export function dppoWith(spawn: Spawn): RolloutAlgorithm<DppoConfig, DppoAgent> {
  return {
    id: 'dppo',
    title: 'Distributed Proximal Policy Optimization',
    paper: 'Heess et al. 2017, "Emergence of Locomotion Behaviours in Rich Environments", arXiv:1707.02286',
    ...rolloutRegime<DppoConfig>(),
    config: dppoConfig,
    presets: dppoPresets,
    playsElsewhere: true,
    create,
    policy: ({ spec, config }) => greedyPolicy('dppo', spec, config),
    train: options => train(options, spawn),
  };
}
