import { resolve } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import type { RunDescription, RunOptions } from 'zpin';
import { RunFolder } from 'zpin/node';

/** What a run was told, for another one that begins as it did. */
export interface ToldRun {
  /** The environment as a command line names it. */
  readonly env: string;
  readonly seed: number;
  /** Settings of the algorithm, those of a preset among them. */
  readonly config: RunDescription['config'];
  readonly envOptions: NonNullable<RunDescription['envOptions']>;
  readonly options: RunOptions;
}

/** The algorithm of the run that `--from` names. @throws InputError when the folder is none of a run */
export function algorithmOfRun(path: string): string {
  return described(path).algorithm;
}

/**
 * What the run in a folder was told; what it recorded for data sets is not among it, as files are written over nothing.
 * @throws InputError when the folder is none of a run, or of another algorithm
 */
export function toldRun(path: string, algorithm: string, where: string): ToldRun {
  const told = described(path);
  if (told.algorithm !== algorithm) {
    const remedy = `Write zpin train --from ${path}, or leave --from out`;
    throw new InputError(message(where, `the run of --from must be one of ${algorithm}`, told.algorithm, remedy));
  }
  const { env, envFile, envOptions = {}, seed, steps, config, curriculum, her, dataset } = told;
  const { engine, threads, evaluation, checkpointEverySteps, keepCheckpoints, tensorboard, films } = told;
  const file = envFile && (envFile.export === undefined ? envFile.path : `${envFile.path}#${envFile.export}`);
  return {
    ...{ env: file ?? env, seed, config, envOptions },
    options: {
      ...{ steps, preset: false },
      ...(her !== undefined && { her }),
      ...(curriculum && { curriculum }),
      ...(dataset !== undefined && { dataset }),
      ...(engine && { engine }),
      ...(threads !== undefined && { threads }),
      ...(evaluation && { evaluation }),
      ...(checkpointEverySteps !== undefined && { checkpointEverySteps }),
      ...(keepCheckpoints !== undefined && { keepCheckpoints }),
      ...(tensorboard !== undefined && { tensorboard }),
      ...(films && { films }),
    },
  };
}

function described(path: string): RunDescription {
  return new RunFolder(resolve(path)).describe('zpin train --from');
}
