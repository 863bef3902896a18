import { type AgentState, type Metrics, type NumericArray, Rng, type RngState } from '@zpin/contracts';
import { Run, type TrainEvent, type TrainOptions, type TrainState, type TrainSummary } from '@zpin/core';
import { UniformReplay } from '@zpin/replay';
import type { HDqnAgent, Level } from './h-dqn.ts';
import { intrinsicReward } from './intrinsic-reward.ts';
import { SmdpReplay } from './smdp-replay.ts';
import { SmdpSteps } from './smdp-steps.ts';

/**
 * Trains both levels: one step in each environment, which is a transition of the controller with its intrinsic reward; where a goal is reached
 * or the episode ends, all steps since it was chosen are a transition of the meta-controller.
 */
export async function* trainHDqn(options: TrainOptions<HDqnAgent>): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env, totalSteps } = options;
  const { config, inputs, subgoals } = agent;
  const { observationSpace, actionSpace } = env.spec;
  const { numEnvs } = env;
  const run = new Run(options);
  const { collector } = run;
  const hasActionMask = collector.actionMask !== undefined;
  const { gamma, pretrainSteps, batchSize, trainEverySteps, gradientSteps } = config;
  const goalSpace = { type: 'discrete', n: subgoals.names.length, start: 0 } as const;
  const steps = new SmdpSteps({ observationSpace, numEnvs, gamma, isDiscounted: config.discountWithinGoals });
  const memories = {
    controller: new UniformReplay({
      capacity: config.bufferSize,
      observationSpace: inputs.space,
      actionSpace,
      gamma,
      hasActionMask,
    }),
    meta: new SmdpReplay({ capacity: config.metaBufferSize, observationSpace, actionSpace: goalSpace }),
  };
  const rng = new Rng([options.seed, 0x5a3b1e]);
  await run.begin(state => {
    for (const level of levels) memories[level].restore((state.memories as AgentState)[level] as AgentState);
    steps.restore(state.steps as AgentState);
    rng.restore(state.sampling as RngState);
  });
  const loopState = (): TrainState => ({
    memories: { controller: memories.controller.state(), meta: memories.meta.state() },
    steps: steps.state(),
    sampling: rng.state(),
  });
  const width = collector.obs.length / numEnvs;
  const seen = new Float32Array(numEnvs * inputs.space.shape[0]);
  const nextSeen = seen.slice();
  const reward = new Float32Array(numEnvs);
  const isOver = new Uint8Array(numEnvs);
  const actionMask = collector.actionMask?.slice();

  /** One round of updates of a level that has something to learn from. */
  async function learn(level: Level, updates: number): Promise<Metrics | null> {
    let metrics = null;
    for (let k = 0; k < updates && memories[level].size > 0; k++) {
      metrics = await agent.update(level, memories[level].sample(batchSize, rng));
      run.updates++;
    }
    if (metrics) await run.checkFinite(metrics);
    return metrics;
  }

  while (!run.finished && !run.stopped) {
    agent.progress(run.step, totalSteps);
    const action = await agent.act(collector.obs, 'explore', collector.actionMask, collector.start);
    const { goals } = agent;
    for (let i = 0; i < numEnvs; i++) if (steps.length[i] === 0) steps.begin(i, collector.obs, goals[i]);
    inputs.write(collector.obs, goals, seen);
    if (collector.actionMask) actionMask?.set(collector.actionMask);
    const collected = collector.step(action);
    const { terminated, truncated, nextObs, nextActionMask } = collected;
    run.step += numEnvs;
    intrinsicReward(subgoals, goals, nextObs, reward);
    for (let i = 0; i < numEnvs; i++) {
      steps.add(i, collected.reward[i]);
      // A goal that is reached is the end of the controller's task: nothing follows it.
      isOver[i] = Number(reward[i] > 0 || terminated[i] === 1);
      if (!isOver[i] && !truncated[i]) continue;
      agent.count(goals[i], reward[i] > 0);
      if (run.step > pretrainSteps) {
        memories.meta.add({
          obs: row(steps.obs, i, width),
          action: steps.action[i],
          reward: steps.reward(i),
          nextObs: row(nextObs, i, width),
          discount: steps.discount(i, terminated[i] === 1),
        });
      }
      steps.end(i);
    }
    memories.controller.add({
      obs: seen,
      action,
      reward,
      nextObs: inputs.write(nextObs, goals, nextSeen),
      terminated: isOver,
      truncated,
      ...(actionMask && { actionMask }),
      ...(nextActionMask && { nextActionMask }),
    });
    yield* run.episodeEvents(collected);
    if (run.step > config.learningStarts && run.due(trainEverySteps, numEnvs)) {
      const updates = run.completed(trainEverySteps, numEnvs) * gradientSteps;
      const controller = await learn('controller', updates);
      const meta = run.step > pretrainSteps ? await learn('meta', updates) : null;
      if (controller) {
        yield { type: 'update', step: run.step, updates: run.updates, metrics: together(controller, meta) };
        yield { type: 'step', step: run.step, totalSteps };
      }
    }
    if (run.due(options.evaluation?.everySteps, numEnvs)) yield await run.evaluation();
    if (run.due(options.checkpointEverySteps, numEnvs) && !run.finished) yield await run.checkpoint(loopState());
  }
  yield { type: 'step', step: run.step, totalSteps };
  yield await run.checkpoint(loopState());
  return run.summary();
}

const levels = ['controller', 'meta'] as const;

function row(rows: NumericArray, i: number, width: number): NumericArray {
  return rows.subarray(i * width, (i + 1) * width);
}

/** The metrics of both levels, those of the meta-controller with `meta` before their names: 0 before it learns. */
function together(controller: Metrics, meta: Metrics | null): Metrics {
  const metaName = (name: string) => `meta${name[0].toUpperCase()}${name.slice(1)}`;
  return {
    names: [...controller.names, ...controller.names.map(metaName)],
    async read() {
      const own = await controller.read();
      const upper = (await meta?.read()) ?? {};
      return { ...own, ...Object.fromEntries(controller.names.map(name => [metaName(name), upper[name] ?? 0])) };
    },
  };
}
