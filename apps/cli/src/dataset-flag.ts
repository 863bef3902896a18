import { extname, resolve } from 'node:path';
import { type EnvSpec, InputError, message } from '@zpin/contracts';
import type { Algorithm, TransitionData } from '@zpin/core';

/** A data set, and where it lies. */
export interface LoadedDataset {
  /** Absolute. */
  readonly path: string;
  readonly data: TransitionData;
}

/**
 * The data that `--dataset` names.
 * @param file as it was given; nothing for an algorithm that plays
 * @param spec of the environment, whose data they must be
 * @throws InputError when the algorithm does not fit, the file is wrong, or its data are of another environment
 */
export async function readDataset(
  where: string,
  file: string | undefined,
  { isOffline = false, id }: Algorithm,
  spec: EnvSpec,
): Promise<LoadedDataset | undefined> {
  if (!isOffline) {
    if (file === undefined) return undefined;
    const remedy = `Leave it out: ${id} plays for itself; bc, bcq, cql, discrete-bcq and discrete-cql learn from data`;
    throw new InputError(message(where, '--dataset goes with an offline algorithm', file, remedy));
  }
  if (file === undefined) {
    const remedy = `Make one, for example by zpin collect --env ${spec.id} --out data.zpin`;
    throw new InputError(message(where, '--dataset must be given', 'nothing', remedy));
  }
  const [{ checkSameSpec }, { loadDataset }] = await Promise.all([import('@zpin/offline'), import('@zpin/offline/node')]);
  const path = resolve(file);
  const data = loadDataset(path, extname(path).toLowerCase() === '.jsonl' ? spec : undefined);
  checkSameSpec(`${where}: --dataset ${file}`, spec, data.spec);
  return { path, data };
}
