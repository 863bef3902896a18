import {
  type AgentState,
  type MaybePromise,
  type Metrics,
  type OffPolicyAgent,
  type Progress,
  type ReplayBuffer,
  type ReplaySource,
  Rng,
  type RngState,
  seedStream,
  type TransitionBatch,
  type UpdateResult,
} from '@zpin/contracts';
import type { TrainOptions } from '../algorithm/training-options.ts';
import { breathe } from './breathe.ts';
import type { Collected } from './collector.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { Run } from './run.ts';

/** What learns from a memory: an agent, or one of its levels. */
export interface Learner {
  readonly batchSize: number;
  /** Environment steps before the first update. */
  readonly learningStarts: number;
  /** Where its batches come from. */
  readonly source: ReplaySource;
  update(batch: TransitionBatch, progress: Progress): MaybePromise<UpdateResult>;
}

/** What the loop asks of an agent that plays and learns from a memory. */
export type ReplayPlayer = Pick<OffPolicyAgent, 'algorithm' | 'config' | 'act' | 'state' | 'restore' | 'dispose'> &
  Pick<OffPolicyAgent, 'numEnvs' | 'trainEverySteps' | 'gradientSteps'>;

export interface OffPolicyOptions extends TrainOptions<OffPolicyAgent> {
  /** Where transitions are stored and batches come from. */
  readonly replay: ReplayBuffer;
}

/**
 * Trains an agent on stored transitions: one step in each environment, store, and every `trainEverySteps` environment steps
 * `gradientSteps` updates on batches drawn from the memory. Where one step of all environments is longer than that, the updates
 * that it is worth follow at once.
 */
export function trainOffPolicy(options: OffPolicyOptions): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, replay } = options;
  const { batchSize, learningStarts } = agent;
  const update = agent.update.bind(agent);
  return trainLearners({ ...options, learners: { agent: { batchSize, learningStarts, source: replay, update } } });
}

export interface LearnersOptions<A extends ReplayPlayer> extends TrainOptions<A> {
  /** Where transitions are stored. */
  readonly replay: Pick<ReplayBuffer, 'add' | 'cut' | 'state' | 'restore'>;
  /** What learns in each round, one behind the other, by the names that stand before their metrics; the first has none. */
  readonly learners: Readonly<Record<string, Learner>>;
}

/** `trainOffPolicy` for an agent of which several parts learn, each from a memory of its own. */
export async function* trainLearners<A extends ReplayPlayer>(
  options: LearnersOptions<A>,
): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env, replay, totalSteps, checkpointEverySteps } = options;
  const learners = Object.entries(options.learners);
  const run = new Run<A>(options);
  const { collector } = run;
  const rng = new Rng(seedStream(options.seed, 'sampling'));
  /** Updates of the first learner that a stop left over; 0 where there are none. */
  let owed = 0;
  await run.begin(
    state => {
      replay.restore(state.replay as AgentState);
      rng.restore(state.sampling as RngState);
      owed = Number(state.owedUpdates ?? 0);
    },
    ['replay', 'sampling'],
  );
  if (run.beganAnew) replay.cut?.();
  yield* run.warnings();
  yield* run.evaluations();
  const loopState = (): TrainState => ({
    ...{ replay: replay.state(), sampling: rng.state() },
    ...(owed > 0 && { owedUpdates: owed }),
  });
  const obs = collector.obs.slice();
  const actionMask = collector.actionMask?.slice();

  async function play(progress: Progress): Promise<Collected> {
    const action = await agent.act(collector.obs, 'explore', collector.actionMask, collector.start, progress);
    obs.set(collector.obs);
    if (collector.actionMask) actionMask?.set(collector.actionMask);
    const collected = collector.step(action);
    run.step += env.numEnvs;
    replay.add({ obs, action, ...(actionMask && { actionMask }), ...collected });
    return collected;
  }

  /** Updates of one learner; null where it has nothing to learn from yet. A stop may leave some of the first one over. */
  async function learn({ source, batchSize, update }: Learner, updates: number, progress: Progress, isFirst: boolean) {
    let metrics: Metrics | null = null;
    for (let left = updates; left > 0 && source.size > 0; left--) {
      if (isFirst && run.stopped && !run.finished) {
        owed = left;
        return null;
      }
      const batch = source.sample(batchSize, rng);
      const { metrics: latest, priorities } = await update(batch, progress);
      if (batch.index && priorities) source.updatePriorities?.(batch.index, priorities);
      metrics = latest;
      run.updates++;
      const pause = breathe();
      if (pause) await pause;
    }
    if (metrics) await run.checkFinite(metrics);
    return metrics;
  }

  while (!run.finished && !run.stopped) {
    let { progress } = run;
    // A run that was stopped between two updates begins with those that are left.
    const left = owed;
    owed = 0;
    if (left > 0) progress = { ...progress, step: run.step - env.numEnvs };
    else yield* run.episodeEvents(await play(progress));
    if (run.due(agent.trainEverySteps, env.numEnvs)) {
      const updates = run.completed(agent.trainEverySteps, env.numEnvs) * agent.gradientSteps;
      const told: [string, Metrics | null][] = [];
      for (const [i, [name, learner]] of learners.entries()) {
        const isLearning = run.step > learner.learningStarts;
        const wanted = i === 0 && left > 0 ? left : updates;
        told.push([name, isLearning ? await learn(learner, wanted, progress, i === 0) : null]);
        if (owed > 0) break;
      }
      if (owed > 0) break;
      const metrics = together(told);
      if (metrics) {
        yield { type: 'update', step: run.step, updates: run.updates, metrics };
        yield { type: 'step', step: run.step, totalSteps };
      }
    }
    yield* run.evaluations(env.numEnvs);
    if (run.due(checkpointEverySteps, env.numEnvs) && !run.finished) yield await run.checkpoint(loopState());
    const pause = breathe();
    if (pause) await pause;
  }
  yield { type: 'step', step: run.step, totalSteps };
  yield await run.checkpoint(loopState());
  return run.summary();
}

/**
 * The metrics of all learners; those of all but the first have their names before them, and are 0 before they learn. Null before
 * the first learns.
 */
function together([[, first], ...others]: readonly [string, Metrics | null][]): Metrics | null {
  if (!first || others.length === 0) return first;
  const named = (learner: string, metric: string) => `${learner}${metric[0].toUpperCase()}${metric.slice(1)}`;
  return {
    names: [...first.names, ...others.flatMap(([learner]) => first.names.map(name => named(learner, name)))],
    async read() {
      const all: Record<string, number> = { ...(await first.read()) };
      for (const [learner, metrics] of others) {
        const values = (await metrics?.read()) ?? {};
        for (const name of first.names) all[named(learner, name)] = values[name] ?? 0;
      }
      return all;
    },
  };
}
