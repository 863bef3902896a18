import { resolve } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { knownEnv, type RunDescription, type RunOptions } from 'zpin';
import { RunFolder, savedFile } from 'zpin/node';
import { flagNames } from './flag-names.ts';

/** What a run was told, for another one that begins as it did. */
export interface ToldRun {
  /** The environment as a command line names it. */
  readonly env: string;
  readonly seed: number;
  /** Settings of the algorithm, those of a preset among them. */
  readonly config: RunDescription['config'];
  readonly envOptions: NonNullable<RunDescription['envOptions']>;
  readonly options: RunOptions;
  /** Of the file that its environment is from: tells a changed one; absent where it is from none. */
  readonly sha256?: string;
}

/** The algorithm of the run that `--from` names. @throws InputError when the folder is none of a run */
export function algorithmOfRun(path: string): string {
  return described(path).algorithm;
}

/**
 * What the run in a folder was told; what it recorded for data sets is not among it, as files are written over nothing.
 * @param env the environment that the line names; that of the run when omitted
 * @throws InputError when the folder is none of a run, or of another algorithm, or its environment is a file that came with it
 */
export async function toldRun(path: string, { algorithm, env: named, where }: AgainOptions): Promise<ToldRun> {
  const told = described(path);
  if (told.algorithm !== algorithm) {
    const remedy = `Write zpin train --from ${path}, or leave --from out`;
    throw new InputError(message(where, `the run of --from must be one of ${algorithm}`, told.algorithm, remedy));
  }
  const { env, envFile, envOptions = {}, seed, steps, config, curriculum, her, dataset } = told;
  const { engine, threads, evaluation, checkpointEverySteps, keepCheckpoints, tensorboard, films } = told;
  const names = flagNames(where);
  const ownEnv = named ?? (envFile ? savedFile(envFile, resolve(path), names) : env);
  // Options and levels of one environment say nothing about another.
  const isSame = named === undefined || (await knownEnv(named, names)) === env;
  return {
    ...{ env: ownEnv, seed, config, envOptions: isSame ? envOptions : {} },
    ...(isSame && envFile && { sha256: envFile.sha256 }),
    options: {
      ...{ steps, preset: false },
      ...(her !== undefined && { her }),
      ...(isSame && curriculum && { curriculum }),
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

export interface AgainOptions {
  /** Named by the line, or by the run. */
  readonly algorithm: string;
  readonly env: string | undefined;
  readonly where: string;
}

function described(path: string): RunDescription {
  return new RunFolder(resolve(path)).describe('zpin train --from');
}
