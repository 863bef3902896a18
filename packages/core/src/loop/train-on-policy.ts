import type { OnPolicyAgent } from '@zpin/contracts';
import type { TrainOptions } from '../algorithm/training-options.ts';
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
  const { agent, env, totalSteps, evaluation, checkpointEverySteps } = options;
  const run = new Run(options);
  const { rolloutLength: numSteps, memorySize = 0 } = agent;
  const buffer = new RolloutBuffer(run.collector, { numSteps, memorySize });
  await run.begin(state => buffer.restore(state.rollout as Parameters<RolloutBuffer['restore']>[0]), ['rollout']);
  // What comes next does not follow the steps of a rollout in progress.
  if (run.beganAnew) buffer.clear();
  yield* run.warnings();
  const loopState = (): TrainState => ({ rollout: buffer.state() });

  while (!run.finished && !run.stopped) {
    const collected = await buffer.step(agent, buffer.length + 1 === numSteps);
    run.step += env.numEnvs;
    yield* run.episodeEvents(collected);
    if (buffer.isFull) {
      buffer.clear();
      const { metrics } = await agent.update(buffer.rollout, run.progress);
      run.updates++;
      await run.checkFinite(metrics);
      yield { type: 'update', step: run.step, updates: run.updates, metrics };
      yield { type: 'step', step: run.step, totalSteps };
    }
    if (run.due(evaluation?.everySteps, env.numEnvs)) yield await run.evaluation();
    if (run.due(checkpointEverySteps, env.numEnvs) && !run.finished) yield await run.checkpoint(loopState());
  }
  yield { type: 'step', step: run.step, totalSteps };
  yield await run.checkpoint(loopState());
  return run.summary();
}
