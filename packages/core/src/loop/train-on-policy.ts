import type { NumericArray, OnPolicyAgent, Recurrence, Rollout } from '@zpin/contracts';
import type { TrainOptions } from './algorithm.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { Run } from './run.ts';

/**
 * Trains an agent on what its own policy collects: T steps in each of N environments, one update, and again.
 *
 * Ends after exactly `totalSteps` environment steps (rounded up to all copies), with the steps of an unfinished rollout in the
 * state, so that a run that goes on later is the run that never stopped.
 */
export async function* trainOnPolicy(options: TrainOptions<OnPolicyAgent>): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env } = options;
  const run = new Run(options);
  const { collector } = run;
  const { rolloutLength, memorySize = 0 } = agent;
  let rollout: RolloutArrays | null = null;
  let t = 0;
  await run.begin(state => {
    const saved = state.rollout as { length: number; arrays: RolloutArrays | null };
    t = saved.length;
    rollout = saved.arrays && copyArrays(saved.arrays);
  });
  const loopState = (): TrainState => ({ rollout: { length: t, arrays: rollout && copyArrays(rollout) } });
  const bootstrap = new Float32Array(env.numEnvs);

  while (!run.finished && !run.stopped) {
    if (t === 0 || !rollout)
      rollout ??= createArrays(rolloutLength, env.numEnvs, collector.obs, collector.actionMask, memorySize);
    const row = t * env.numEnvs;
    const span = <A extends NumericArray>(array: A): A => array.subarray(row, row + env.numEnvs) as A;
    rollout.obs.set(collector.obs, t * collector.obs.length);
    if (collector.actionMask) rollout.actionMask?.set(collector.actionMask, t * collector.actionMask.length);
    const recurrence = memorySize > 0 ? stepRecurrence(rollout, row, collector.start, memorySize) : undefined;
    const [logProb, value] = [span(rollout.logProb), span(rollout.value)];
    const action = await agent.explore(collector.obs, logProb, value, collector.actionMask, recurrence);
    if (rollout.action.length === 0) rollout.action = emptyLike(action, rolloutLength * action.length);
    rollout.action.set(action, t * action.length);
    const collected = collector.step(action);
    run.step += env.numEnvs;
    rollout.reward.set(collected.reward, row);
    rollout.terminated.set(collected.terminated, row);
    rollout.truncated.set(collected.truncated, row);
    // What follows an end is known now or never; what follows any other step is the value of the next row.
    const last = t + 1 === rolloutLength;
    if (last || collected.episodes.some(end => end.truncated)) await agent.value(collected.nextObs, bootstrap);
    for (let i = 0; i < env.numEnvs; i++) {
      if (t > 0 && !rollout.terminated[row - env.numEnvs + i] && !rollout.truncated[row - env.numEnvs + i]) {
        rollout.nextValue[row - env.numEnvs + i] = rollout.value[row + i];
      }
      rollout.nextValue[row + i] = collected.terminated[i] ? 0 : last || collected.truncated[i] ? bootstrap[i] : 0;
    }
    yield* run.episodeEvents(collected);
    t++;
    if (t === rolloutLength) {
      t = 0;
      const complete: Rollout = { numSteps: rolloutLength, numEnvs: env.numEnvs, ...withoutEmptyArrays(rollout) };
      const metrics = await agent.update(complete, run.progress);
      run.updates++;
      await run.checkFinite(metrics);
      yield { type: 'update', step: run.step, updates: run.updates, metrics };
      yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
    }
    if (run.due(options.evaluation?.everySteps, env.numEnvs)) yield await run.evaluation();
    if (run.due(options.checkpointEverySteps, env.numEnvs) && !run.finished) yield await run.checkpoint(loopState());
  }
  yield { type: 'step', step: run.step, totalSteps: options.totalSteps };
  yield await run.checkpoint(loopState());
  return run.summary();
}

/** The arrays of a `Rollout`; empty are the mask where actions are not masked, the recurrence without a memory, the action before the first step. */
type RolloutArrays = {
  readonly obs: NumericArray;
  action: NumericArray;
  readonly reward: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly logProb: Float32Array;
  readonly value: Float32Array;
  readonly nextValue: Float32Array;
  readonly actionMask: Uint8Array;
  readonly start: Uint8Array;
  readonly memory: Float32Array;
};

function createArrays(T: number, N: number, obs: NumericArray, mask: Uint8Array | undefined, M: number): RolloutArrays {
  return {
    obs: emptyLike(obs, T * obs.length),
    action: new Float32Array(0),
    reward: new Float32Array(T * N),
    terminated: new Uint8Array(T * N),
    truncated: new Uint8Array(T * N),
    logProb: new Float32Array(T * N),
    value: new Float32Array(T * N),
    nextValue: new Float32Array(T * N),
    actionMask: new Uint8Array(T * (mask?.length ?? 0)),
    start: new Uint8Array(M > 0 ? T * N : 0),
    memory: new Float32Array(T * N * M),
  };
}

/** The rows of one step, with the starts filled in. */
function stepRecurrence({ start, memory }: RolloutArrays, row: number, starts: Uint8Array, memorySize: number): Recurrence {
  start.set(starts, row);
  const end = row + starts.length;
  return { start: start.subarray(row, end), memory: memory.subarray(row * memorySize, end * memorySize) };
}

function withoutEmptyArrays({ actionMask, start, memory, ...arrays }: RolloutArrays): Omit<Rollout, 'numSteps' | 'numEnvs'> {
  return {
    ...arrays,
    ...(actionMask.length > 0 && { actionMask }),
    ...(memory.length > 0 && { recurrence: { start, memory } }),
  };
}

function copyArrays(arrays: RolloutArrays): RolloutArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]: [string, NumericArray]) => [name, array.slice()]),
  ) as RolloutArrays;
}

function emptyLike(array: NumericArray, length: number): NumericArray {
  return new (array.constructor as new (length: number) => NumericArray)(length);
}
