import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { extname, resolve } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { checkWritable } from '@zpin/core/node';
import { bestFolder } from '../files/best-files.ts';
import { requireFfmpeg } from '../files/film.ts';
import { folderStore } from '../files/folder-store.ts';
import { keptFolder, keptSteps } from '../files/kept-checkpoints.ts';
import { createRunFolder, RunFolder } from '../files/run-folder.ts';
import { lockRunFolder } from '../files/run-lock.ts';
import type { MessageNames } from '../message-names.ts';
import type { RunFiles, SavedMoment } from '../run-store.ts';

/** Files of runs, in Node. */
export const files: RunFiles = {
  memory() {
    const limit = process.constrainedMemory();
    return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  },

  createStore: (path, names) => folderStore(createRunFolder(resolve(path), names)),

  checkFilms({ format }, { where }) {
    if (format === 'mp4') requireFfmpeg(where);
  },

  lock: (path, { where }) => lockRunFolder(resolve(path), where),

  readSaved(path, { where, option }) {
    const folder = new RunFolder(resolve(path));
    const description = folder.describe(where);
    return {
      path: folder.path,
      descriptionPath: folder.file('description'),
      description,
      checkpoint: (moment, only) => momentFolder(folder, moment, { where, option }).readCheckpoint(where, description, only),
      continued({ steps, step, goesBack, endedBy, concludes }) {
        // A run that was stopped while it was evaluated at its end has that left to do.
        const hasEvaluationLeft = concludes && steps === description.steps && !folder.isConcluded(step);
        if (step >= steps && !hasEvaluationLeft) {
          const remedy = `Give more by ${option('steps')}`;
          throw new InputError(message(where, 'there must be steps left', `${step} of ${steps} done`, remedy));
        }
        if (endedBy !== null && !hasEvaluationLeft) {
          const rule = option(endedBy === 'return' ? 'stopAtReturn' : 'patience');
          const expectation = `${rule} must not have ended the run`;
          const remedy = `Give another ${rule}, or none, to go on`;
          throw new InputError(message(where, expectation, `its end at ${step} of ${steps} steps`, remedy));
        }
        return folderStore(folder, goesBack);
      },
    };
  },

  async registerEnvFile(choice, names) {
    const { registerEnvFile } = await import('../files/own-env.ts');
    return registerEnvFile(choice, names);
  },

  async readDataset(file, spec, { where, option }) {
    const [{ checkSameSpec }, { loadDataset }] = await Promise.all([import('@zpin/offline'), import('@zpin/offline/node')]);
    const path = resolve(file);
    const data = loadDataset(path, extname(path).toLowerCase() === '.jsonl' ? spec : undefined);
    checkSameSpec(`${where}: ${option('dataset')} ${file}`, spec, data.spec);
    return { path, data };
  },

  async datasetTarget(file, bytes, { where, option }, isNew) {
    const { saveDataset } = await import('@zpin/offline/node');
    const path = resolve(file);
    checkWritable(where, option('recordDataset'), path, bytes);
    if (isNew && existsSync(path)) {
      const expectation = `${option('recordDataset')} must be a file that is not there yet`;
      throw new InputError(message(where, expectation, path, 'Name another one, or delete it'));
    }
    return { path, write: dataset => saveDataset(path, dataset) };
  },
};

/** The folder that holds a moment of a run. @throws InputError when it does not, or not any more */
function momentFolder(folder: RunFolder, moment: SavedMoment, { where, option }: Pick<MessageNames, 'where' | 'option'>) {
  if (moment === 'last') return folder;
  if (moment === 'best') {
    const best = bestFolder(folder);
    if (best.has('checkpoint')) return best;
    const remedy = `Train with ${option('evalEvery')}, or leave it out: the last policy is there`;
    throw new InputError(
      message(where, `${option('best')} needs a run that was evaluated while it trained`, folder.path, remedy),
    );
  }
  const kept = keptFolder(folder, moment);
  if (kept.has('checkpoint')) return kept;
  const steps = keptSteps(folder);
  const remedy =
    steps.length === 0 ? `Train with ${option('keepCheckpoints')} to have some` : `There are those of ${steps.join(', ')}`;
  throw new InputError(message(where, `${option('fromStep')} must be the step of a checkpoint that was kept`, moment, remedy));
}
