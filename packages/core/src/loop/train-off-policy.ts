import { type AgentState, type OffPolicyAgent, type ReplayBuffer, Rng, type RngState } from '@zpin/contracts';
import type { TrainOptions } from './algorithm.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { Run } from './run.ts';

export interface OffPolicyOptions extends TrainOptions<OffPolicyAgent> {
  /** Where transitions are stored and batches come from. */
  readonly replay: ReplayBuffer;
}

/**
 * Trains an agent on stored transitions: one step in each environment, store, and every `trainEverySteps` environment steps
 * `gradientSteps` updates on batches drawn from the replay. Where one step of all environments is longer than that, the updates that it is worth
 * follow at once.
 */
export async function* trainOffPolicy(options: OffPolicyOptions): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env, replay } = options;
  const run = new Run(options);
  const { collector } = run;
  const rng = new Rng([options.seed, 0x5a3b1e]);
  await run.begin(state => {
    replay.restore(state.replay as AgentState);
    rng.restore(state.sampling as RngState);
  });
  const loopState = (): TrainState => ({ replay: replay.state(), sampling: rng.state() });
  const obs = collector.obs.slice();
  const actionMask = collector.actionMask?.slice();

  while (!run.finished && !run.stopped) {
    agent.progress(run.step, options.totalSteps);
    const action = await agent.act(collector.obs, 'explore', collector.actionMask, collector.start);
    obs.set(collector.obs);
    if (collector.actionMask) actionMask?.set(collector.actionMask);
    const collected = collector.step(action);
    run.step += env.numEnvs;
    replay.add({ obs, action, ...(actionMask && { actionMask }), ...collected });
    yield* run.episodeEvents(collected);
    if (run.step > agent.learningStarts && run.due(agent.trainEverySteps, env.numEnvs)) {
      const updates = run.completed(agent.trainEverySteps, env.numEnvs) * agent.gradientSteps;
      let metrics = null;
      for (let k = 0; k < updates; k++) {
        const batch = replay.sample(agent.batchSize, rng);
        metrics = await agent.update(batch);
        if (batch.index && agent.priorities) replay.updatePriorities?.(batch.index, agent.priorities);
        run.updates++;
      }
      if (metrics) {
        await run.checkFinite(metrics);
        yield { type: 'update', step: run.step, updates: run.updates, metrics };
        yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
      }
    }
    if (run.due(options.evaluation?.everySteps, env.numEnvs)) yield await run.evaluation();
    if (run.due(options.checkpointEverySteps, env.numEnvs) && !run.finished) yield await run.checkpoint(loopState());
  }
  yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
  yield await run.checkpoint(loopState());
  return run.summary();
}
