import type { AnyAlgorithm } from '@zpin/core';
import { type AlgorithmId, type ConfigOfAlgorithm, loadAlgorithm } from './algorithms.ts';
import { libraryNames } from './message-names.ts';
import { openRun } from './open-run.ts';
import { openSavedRun } from './open-saved-run.ts';
import type { ContinueOptions, EnvChoice, ResumeOptions, RunOptions } from './run-options.ts';
import type { TrainingRun } from './training-run.ts';

/**
 * Trains an algorithm in an environment, as the command line does: the settings tuned for the environment hold where nothing else
 * is said.
 *
 * ```ts
 * const run = await train('ppo', 'CartPole-v1', { seed: 1 });
 * console.log(await run.evaluate({ episodes: 100 }));
 * ```
 * @param algorithm name, or an algorithm of one's own @param env name, or a function that makes copies of an environment of one's
 * own
 * @returns the run with its trained agent
 * @throws InputError (ConfigError, SpaceError, …) that names what does not fit; NumericsError when training breaks
 */
export function train<Id extends AlgorithmId>(
  algorithm: Id,
  env: EnvChoice,
  options?: RunOptions<ConfigOfAlgorithm<Id>>,
): Promise<TrainingRun>;
export function train<Config>(
  algorithm: AnyAlgorithm<Config>,
  env: EnvChoice,
  options?: RunOptions<NoInfer<Config>>,
): Promise<TrainingRun>;
export async function train(choice: string | AnyAlgorithm, env: EnvChoice, options: RunOptions = {}): Promise<TrainingRun> {
  const algorithm = typeof choice === 'string' ? await loadAlgorithm(choice, 'train') : choice;
  return finished(await openRun(algorithm, env, options), options);
}

/**
 * Goes on with a saved run, bit for bit as if it had never stopped.
 * @param folder that `saveTo` or the command line made
 * @throws InputError when the folder is none of a run, or no steps are left; CheckpointError when it is damaged
 */
export async function resume(folder: string, options: ResumeOptions = {}): Promise<TrainingRun> {
  return finished(await openSavedRun(folder, options, { names: libraryNames('resume') }), options);
}

/** Trains to the end, and tells of every event. */
async function finished(run: TrainingRun, { onEvent }: ContinueOptions): Promise<TrainingRun> {
  for await (const event of run.events()) onEvent?.(event);
  return run;
}
