import type { Metrics, OnPolicyAgent, Rollout } from '@zpin/contracts';
import type { TrainOptions } from '../algorithm/training-options.ts';
import { breathe } from './breathe.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { RolloutBuffer } from './rollout-buffer.ts';
import { Run } from './run.ts';

/**
 * Trains an agent on what its own policy collects: T steps in each of N environments, one update, and again.
 *
 * Ends after exactly `totalSteps` environment steps (rounded up to all copies), with the steps of an unfinished rollout in the
 * state, so that a run that goes on later is the run that never stopped.
 */
export async function* trainOnPolicy(options: TrainOptions<OnPolicyAgent>): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env, totalSteps, checkpointEverySteps } = options;
  const run = new Run(options);
  const { rolloutLength: numSteps, memorySize = 0 } = agent;
  const buffer = new RolloutBuffer(run.collector, { numSteps, memorySize });
  await run.begin(state => buffer.restore(state.rollout as Parameters<RolloutBuffer['restore']>[0]), ['rollout']);
  // What comes next does not follow the steps of a rollout in progress.
  if (run.beganAnew) buffer.clear();
  yield* run.warnings();
  yield* run.evaluations();
  const loopState = (): TrainState => ({ rollout: buffer.state() });
  const update = stoppableUpdate(run);

  while (!run.finished && !run.stopped) {
    // A run that was stopped in an update begins with it.
    if (!buffer.isFull) {
      const collected = await buffer.step(agent, buffer.length + 1 === numSteps);
      run.step += env.numEnvs;
      yield* run.episodeEvents(collected);
    }
    if (buffer.isFull) {
      const metrics = await update(buffer.rollout);
      if (!metrics) break;
      buffer.clear();
      run.updates++;
      await run.checkFinite(metrics);
      yield { type: 'update', step: run.step, updates: run.updates, metrics };
      yield { type: 'step', step: run.step, totalSteps };
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

/** Milliseconds from which an update is long: then a copy of the agent before it costs next to nothing. */
const LONG_UPDATE = 200;

/**
 * Updates that a stop interrupts where they are long: the agent is then what it was before, and there are no metrics. The first
 * update of a process counts as long. The last one of a run is always done.
 */
function stoppableUpdate(run: Run<OnPolicyAgent>): (rollout: Rollout) => Promise<Metrics | null> {
  const { agent, signal } = run.options;
  let lasted = Number.POSITIVE_INFINITY;
  return async rollout => {
    const { progress } = run;
    const before = signal && lasted > LONG_UPDATE && !run.finished ? await agent.state() : null;
    const begun = performance.now();
    try {
      const { metrics } = await agent.update(rollout, before && signal ? { ...progress, signal } : progress);
      lasted = performance.now() - begun;
      return metrics;
    } catch (error) {
      if (!before || !run.stopped) throw error;
      await agent.restore(before);
      return null;
    }
  };
}
