import { InputError, message, type StateValue, type VectorEnv } from '@zpin/contracts';
import type { AnyAlgorithm } from '@zpin/core';
import { files } from '#files';
import type { MessageNames } from './message-names.ts';

/** All that training plays, on its way into a file. */
export interface Recording {
  /** The environment of training, which writes down what happens in it. */
  readonly env: VectorEnv;
  /** The file. */
  readonly path: string;
  /** Transitions so far. */
  readonly size: number;
  /** Writes the file, where there is something to write. @param about where the data come from */
  save(about: { readonly [key: string]: StateValue }): void;
}

export interface RecordingOptions {
  readonly file: string | undefined;
  readonly algorithm: AnyAlgorithm;
  readonly env: VectorEnv;
  /** Planned, over all copies. */
  readonly steps: number;
  /** Whether the run begins, so that the file must not be there: one that goes on writes its own anew. */
  readonly isNew: boolean;
}

/**
 * Records what is played in an environment, where a file is named that takes it.
 * @throws InputError when nothing of the run would be seen, a run that goes on would forget what it saw, or nothing can be written
 * there; ConfigError when no machine has memory for so many transitions
 */
export async function recordingOf(
  { file, algorithm, env, steps, isNew }: RecordingOptions,
  names: MessageNames,
): Promise<Recording | undefined> {
  if (file === undefined) return undefined;
  const refuse = (expectation: string, remedy: string) =>
    new InputError(message(names.where, `${names.option('recordDataset')} ${expectation}`, file, remedy));
  if (algorithm.learnsFrom === 'dataset') {
    throw refuse('goes with an algorithm that plays', `Leave it out: ${algorithm.id} learns from a data set, and plays nothing`);
  }
  if (algorithm.playsElsewhere) {
    throw refuse('must see what is played', `Leave it out: ${algorithm.id} plays in workers. Collect with its trained policy`);
  }
  if (env.isResumable === false) {
    throw refuse(`goes with an environment that can save its state`, `Write state() and restore() of ${env.spec.id}`);
  }
  const { datasetBytes, recordTransitions } = await import('@zpin/offline');
  const { path, write } = await files.datasetTarget(file, datasetBytes(env, steps, names.where), names, isNew);
  const recorded = recordTransitions(env);
  return {
    env: recorded,
    path,
    get size() {
      return recorded.size;
    },
    save(about) {
      if (recorded.size > 0) write(recorded.dataset(about));
    },
  };
}
