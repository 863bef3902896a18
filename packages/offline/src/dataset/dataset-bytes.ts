import { CheckpointError, message, type NumericArray, type StateValue } from '@zpin/contracts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, envSpecFromJSON, envSpecToJSON } from '@zpin/core';
import { OfflineDataset } from './offline-dataset.ts';
import { namedColumns, REQUIRED_COLUMNS } from './transitions.ts';

/** What tells a data set from the snapshot of a run, which lies in the same container. */
const KIND = 'dataset';
const OPTIONAL = ['rawReward', 'actionMask', 'nextActionMask'] as const;

/** Writes a data set as bytes: the container of checkpoints, with the columns in place of a run's state. */
export function encodeDataset(dataset: OfflineDataset): Uint8Array<ArrayBuffer> {
  return encodeCheckpoint(datasetSnapshot(dataset));
}

/** A data set in the form of a checkpoint. */
export function datasetSnapshot({ spec, about, transitions }: OfflineDataset): Checkpoint {
  const extra = { kind: KIND, spec: envSpecToJSON(spec) as StateValue, about };
  // Algorithm, settings, seed and steps are those of a run; data have none.
  const header = { algorithm: KIND, env: spec.id, config: {}, seed: 0, step: 0, extra };
  return { header, state: { ...transitions } };
}

/**
 * Reads what `encodeDataset` wrote, and checks every number. Nothing of it is evaluated.
 * @param where file or function named in errors
 * @throws CheckpointError when the bytes are cut short, damaged, foreign, of another version, or those of a run or a policy;
 * InputError when they hold transitions that cannot be
 */
export function decodeDataset(bytes: Uint8Array, where = 'decodeDataset'): OfflineDataset {
  return datasetOf(decodeCheckpoint(bytes, { where }), where);
}

/** The data set in a checkpoint. @throws as `decodeDataset` */
export function datasetOf({ header, state }: Checkpoint, where: string): OfflineDataset {
  const { extra = {} } = header;
  if (extra.kind !== KIND) {
    const found = extra.kind === 'policy' ? 'a policy' : 'a checkpoint';
    const remedy = 'Make one with zpin collect';
    throw new CheckpointError(message(where, 'the file must hold a data set', `${found} of ${header.algorithm}`, remedy));
  }
  const spec = envSpecFromJSON(extra.spec);
  const names = Object.keys(state);
  const isComplete = REQUIRED_COLUMNS.every(name => names.includes(name));
  if (!spec || !isComplete || names.some(name => ![...REQUIRED_COLUMNS, ...OPTIONAL].some(known => known === name))) {
    const expectation = `a data set must have a spec and the columns ${REQUIRED_COLUMNS.join(', ')}`;
    throw new CheckpointError(message(where, expectation, names.join(', '), 'Use a copy of the file'));
  }
  // Not trusted: the data set checks type, length and numbers of every column.
  const transitions = namedColumns(state as Readonly<Record<string, NumericArray>>);
  return new OfflineDataset({ spec, transitions, about: (extra.about ?? {}) as { readonly [key: string]: StateValue } });
}
