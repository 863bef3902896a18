import { type AgentState, type OfflineAgent, type ReplaySource, Rng, type RngState, seedStream } from '@zpin/contracts';
import type { TrainOptions } from '../algorithm/training-options.ts';
import { breathe } from './breathe.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { RunProgress } from './run-progress.ts';

export interface OfflineOptions extends TrainOptions<OfflineAgent> {
  /** What batches are drawn from. */
  readonly source: ReplaySource;
}

/**
 * Trains an agent on a fixed set of transitions. Steps are gradient steps, one batch each; the environment of the options is left
 * alone, only that of the evaluation plan is played in.
 *
 * With an off-policy agent it shows what happens without care for actions that the data do not have.
 */
export async function* trainOffline(options: OfflineOptions): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, source, totalSteps } = options;
  const run = new RunProgress(options);
  const rng = new Rng(seedStream(options.seed, 'sampling'));
  await run.begin(
    state => {
      source.restore(state.source as AgentState);
      rng.restore(state.sampling as RngState);
    },
    ['source', 'sampling'],
  );
  yield* run.warnings();
  yield* run.evaluations();
  const loopState = (): TrainState => ({ source: source.state(), sampling: rng.state() });

  while (!run.finished && !run.stopped) {
    const { metrics } = await agent.update(source.sample(agent.batchSize, rng), run.progress);
    run.step++;
    run.updates++;
    await run.checkFinite(metrics);
    yield { type: 'update', step: run.step, updates: run.updates, metrics };
    yield { type: 'step', step: run.step, totalSteps };
    yield* run.evaluations(1);
    if (run.due(options.checkpointEverySteps, 1) && !run.finished) yield await run.checkpoint(loopState());
    const pause = breathe();
    if (pause) await pause;
  }
  yield { type: 'step', step: run.step, totalSteps };
  yield await run.checkpoint(loopState());
  return run.summary();
}
