import { type EnvSpec, InputError, message } from '@zpin/contracts';
import { readCheckpoint, readLines, writeCheckpoint } from '@zpin/core/node';
import { datasetOf, datasetSnapshot } from './dataset-bytes.ts';
import { datasetFromJsonLines } from './dataset-json-lines.ts';
import type { OfflineDataset } from './offline-dataset.ts';

/** Writes a data set in one step; a file already at `path` stays whole until the new one is safe on the disk. */
export function saveDataset(path: string, dataset: OfflineDataset): void {
  writeCheckpoint(path, datasetSnapshot(dataset));
}

/**
 * Reads a data set that `saveDataset` wrote, or one in JSON lines (`.jsonl`).
 * @param spec of the environment, which JSON lines do not say
 * @throws CheckpointError when the file cannot be read, is torn or foreign; InputError when it holds transitions that cannot be
 */
export function loadDataset(path: string, spec?: EnvSpec): OfflineDataset {
  if (!path.toLowerCase().endsWith('.jsonl')) return datasetOf(readCheckpoint(path), path);
  if (!spec) {
    throw new InputError(
      message('loadDataset', 'the spec must be given with JSON lines', 'none', 'Pass that of the environment'),
    );
  }
  return datasetFromJsonLines({ [Symbol.iterator]: () => readLines(path, true) }, spec, path);
}
