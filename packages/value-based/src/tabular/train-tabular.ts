import type { Metrics, NumericArray } from '@zpin/contracts';
import { breathe, Run, type TrainEvent, type TrainOptions, type TrainState, type TrainSummary } from '@zpin/core';
import type { TabularAgent } from './tabular-agent.ts';

/**
 * Trains a tabular agent: one step in each environment, and the agent learns from it.
 *
 * The action of the next step is chosen before learning, as SARSA needs it (Sutton & Barto 2018, section 6.4).
 */
export async function* trainTabular(options: TrainOptions<TabularAgent>): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent } = options;
  const run = new Run(options);
  const { collector } = run;
  const { env, totalSteps } = options;
  const obs = collector.obs.slice();
  const action = new Int32Array(env.numEnvs);
  let isChosen = false;
  await run.begin(state => {
    action.set(state.action as NumericArray);
    // It was chosen for an observation that new episodes do not begin with.
    isChosen = !run.beganAnew;
  });
  yield* run.warnings();
  yield* run.evaluations();
  const loopState = (): TrainState => ({ action: action.slice() });
  if (!isChosen) action.set(agent.act(collector.obs, 'explore', collector.actionMask, collector.start, run.progress));

  let isReported = true;
  function* updateEvents(metrics: Metrics): Generator<TrainEvent> {
    yield { type: 'update', step: run.step, updates: run.updates, metrics };
    yield { type: 'step', step: run.step, totalSteps };
  }
  /** Nothing is saved that a report would stop at. */
  async function checkpoint(): Promise<TrainEvent> {
    await run.checkFinite(agent.metrics());
    return run.checkpoint(loopState());
  }

  while (!run.finished && !run.stopped) {
    const { progress } = run;
    obs.set(collector.obs);
    const collected = collector.step(action);
    run.step += env.numEnvs;
    const nextAction = agent.act(collector.obs, 'explore', collector.actionMask, collector.start, progress);
    agent.learn({ obs, action, nextAction, ...collected }, progress);
    action.set(nextAction);
    run.updates += env.numEnvs;
    yield* run.episodeEvents(collected);
    isReported = run.due(agent.reportEverySteps, env.numEnvs);
    if (isReported) {
      const metrics = agent.report();
      await run.checkFinite(metrics);
      yield* updateEvents(metrics);
    }
    yield* run.evaluations(env.numEnvs);
    if (run.due(options.checkpointEverySteps, env.numEnvs) && !run.finished) yield await checkpoint();
    const pause = breathe();
    if (pause) await pause;
  }
  const last = await checkpoint();
  // Without a new beginning, so that a run with more steps goes on as if it had not ended here.
  if (run.finished && !isReported) yield* updateEvents(agent.metrics());
  else yield { type: 'step', step: run.step, totalSteps };
  yield last;
  return run.summary();
}
