import { totalmem } from 'node:os';
import { extname, resolve } from 'node:path';
import { InputError, message, type StateValue } from '@zpin/contracts';
import { envSpecToJSON } from '@zpin/core';
import { checkWritable, savePolicy, writeCheckpointAsync } from '@zpin/core/node';
import { type MetricFiles, metricFiles, rewindMetricFiles } from '../files/metric-files.ts';
import { createRunFolder, RunFolder } from '../files/run-folder.ts';
import { lockRunFolder } from '../files/run-lock.ts';
import type { CheckpointParts, RunFiles, RunStore } from '../run-store.ts';

/** Files of runs, in Node. */
export const files: RunFiles = {
  memory() {
    const limit = process.constrainedMemory();
    return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  },

  createStore: (path, steps, names) => folderStore(createRunFolder(resolve(path), names), steps),

  lock: (path, { where }) => lockRunFolder(resolve(path), where),

  readSaved(path, { where, option }) {
    const folder = new RunFolder(resolve(path));
    const description = folder.describe(where);
    return {
      path: folder.path,
      descriptionPath: folder.file('description'),
      description,
      checkpoint: only => folder.readCheckpoint(where, description, only),
      continued(steps, step, concludes) {
        // A run that was stopped while it was evaluated at its end has that left to do.
        const hasEvaluationLeft = concludes && steps === description.steps && !folder.isConcluded(step);
        if (step >= steps && !hasEvaluationLeft) {
          const remedy = `Give more by ${option('steps')}`;
          throw new InputError(message(where, 'there must be steps left', `${step} of ${steps} done`, remedy));
        }
        return folderStore(folder, steps);
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

  async datasetTarget(file, bytes, { where, option }) {
    const { saveDataset } = await import('@zpin/offline/node');
    const path = resolve(file);
    checkWritable(where, option('recordDataset'), path, bytes);
    return { path, write: dataset => saveDataset(path, dataset) };
  },
};

function folderStore(folder: RunFolder, steps: number): RunStore {
  let metrics: MetricFiles | null = null;
  return {
    path: folder.path,
    get checkpointPath() {
      return folder.has('checkpoint') ? folder.file('checkpoint') : null;
    },
    begin(description, step) {
      folder.writeJson('description', description);
      rewindMetricFiles(folder, step);
      metrics = metricFiles(folder, steps);
    },
    event: event => metrics?.event(event),
    async saveCheckpoint({ description, state, step, spec, wallSeconds, policy }: CheckpointParts) {
      metrics?.flush();
      const { algorithm, env, seed, envOptions = {}, her = null } = description;
      const config = description.config as Record<string, StateValue>;
      const path = folder.file('checkpoint');
      const extra = { wallSeconds, spec: envSpecToJSON(spec) as StateValue, envOptions, her };
      await writeCheckpointAsync(path, { header: { algorithm, env, seed, step, config, extra }, state });
      if (policy) savePolicy(folder.file('policy'), policy);
      return path;
    },
    saveOnnx: model => folder.write('onnx', model),
    close: () => metrics?.flush(),
  };
}
