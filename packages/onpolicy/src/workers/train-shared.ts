import { ConfigError, type EnvParameters, type MaybePromise, message, type OnPolicyAgent } from '@zpin/contracts';
import { type EpisodeEnd, MeanMetrics, type TrainEvent, type TrainOptions, type TrainSummary } from '@zpin/core';
import { shareOf, type TrainingWorker } from './training-worker.ts';
import { WorkerRun } from './worker-run.ts';

/** What the shared count of steps holds, with room for the rollouts that workers finish beyond it. */
const MAX_STEPS = 2 ** 31 - 2 ** 24;

/** What workers learn together. */
export interface LearnedVectors {
  /** `[P]` */
  readonly parameters: Float32Array;
  /** `[P]` */
  readonly meanSquare: Float32Array;
}

/** The same in memory that all threads see. */
export interface SharedVectors extends LearnedVectors {
  /** `[1]`: environment steps of all workers. */
  readonly steps: Int32Array;
}

/** Steps of all workers after which this one pauses. */
export interface SharedTask {
  readonly until: number;
  /** New settings of the environment, for its next episodes. */
  readonly parameters?: EnvParameters;
}

/** What happened, with the count of steps of all workers at which it did. */
export interface SharedResult {
  readonly episodes: readonly (EpisodeEnd & { readonly step: number })[];
  readonly updates: readonly { readonly step: number; readonly metrics: Readonly<Record<string, number>> }[];
}

/** An agent whose vectors workers change. */
interface SharingAgent extends OnPolicyAgent {
  /** Copies of its vectors. */
  read(): Promise<LearnedVectors>;
  /** Takes over what workers share. */
  write(shared: LearnedVectors): void;
}

export interface SharedTrainOptions extends TrainOptions<SharingAgent> {
  /** Steps of all workers after which all of them pause at the latest. */
  readonly pauseEverySteps: number;
  /** Starts the workers, which change the given vectors. */
  start(shared: SharedVectors): MaybePromise<readonly TrainingWorker<SharedTask, SharedResult>[]>;
}

/** Lets workers learn on shared vectors, each at its own pace, and tells what they did whenever they pause. */
export async function* trainShared(options: SharedTrainOptions): AsyncGenerator<TrainEvent, TrainSummary> {
  const { agent, env, totalSteps, pauseEverySteps } = options;
  if (totalSteps > MAX_STEPS) {
    const expectation = `totalSteps must be at most ${MAX_STEPS}`;
    throw new ConfigError(message(agent.algorithm, expectation, totalSteps, 'Train in several runs'));
  }
  const run = new WorkerRun<SharingAgent, SharedTask, SharedResult>(options);
  try {
    const shared = share(await agent.read());
    const workers = await options.start(shared);
    await run.start(workers, () => undefined);
    yield* run.warnings();
    // Only now is it known where the run begins.
    const { parameters, meanSquare } = await agent.read();
    shared.parameters.set(parameters);
    shared.meanSquare.set(meanSquare);
    shared.steps[0] = run.step;
    yield* run.evaluations();
    while (!run.finished && !run.stopped) {
      const begun = run.step;
      const until = begun + Math.min(run.stepsUntilDue, pauseEverySteps);
      const results = await run
        .work(workers.map(() => ({ until, ...run.newParameters })))
        .catch((error: unknown) => error as Error);
      if (results instanceof Error) {
        yield await run.checkpoint({});
        throw results;
      }
      for (const told of inOrder(results, env.numEnvs)) {
        run.step = told.step;
        if ('metrics' in told) {
          const metrics = new MeanMetrics();
          metrics.add(told.metrics);
          await run.checkFinite(metrics);
          run.updates++;
          yield { type: 'update', step: told.step, updates: run.updates, metrics };
        } else {
          run.episodes++;
          yield { type: 'episode', ...told };
        }
      }
      run.step = Atomics.load(shared.steps, 0);
      agent.write(shared);
      yield { type: 'step', step: run.step, totalSteps };
      const taken = run.step - begun;
      yield* run.evaluations(taken);
      if (run.due(options.checkpointEverySteps, taken) && !run.finished) yield await run.checkpoint({});
    }
    yield { type: 'step', step: run.step, totalSteps };
    yield await run.checkpoint({});
    return run.summary();
  } finally {
    await run.close();
  }
}

/** Room for vectors of these sizes. */
function share({ parameters, meanSquare }: LearnedVectors): SharedVectors {
  const memory = (size: number) =>
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(size) : new SharedArrayBuffer(size);
  return {
    parameters: new Float32Array(memory(parameters.byteLength)),
    meanSquare: new Float32Array(memory(meanSquare.byteLength)),
    steps: new Int32Array(memory(4)),
  };
}

/** What all workers tell, in the order in which it happened. */
function inOrder(results: readonly SharedResult[], numEnvs: number) {
  const told = results.flatMap(({ episodes, updates }, i) => {
    const { start } = shareOf(i, results.length, numEnvs);
    return [...episodes.map(end => ({ ...end, envIndex: end.envIndex + start })), ...updates];
  });
  return told.sort((a, b) => a.step - b.step);
}
