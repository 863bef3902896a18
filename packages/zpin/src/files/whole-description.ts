import { isAbsolute } from 'node:path';
import { isEnvFile } from '../env-file.ts';
import { FILM_FORMATS } from '../run-defaults.ts';
import type { RunDescription } from '../run-description.ts';

/** Whether what a file holds describes a run: all that must be there, and the rest as a run can be told it. */
export function isWhole(found: RunDescription): boolean {
  const { algorithm, env, envFile, config, envOptions = {}, her = '', dataset = '', recordDataset = '' } = found;
  const {
    seed,
    steps,
    scheduledSteps,
    engine = 'auto',
    checkpointEverySteps,
    keepCheckpoints,
    threads,
    tensorboard = false,
    films,
    curriculum,
    evaluation = {},
  } = found;
  if (![config, envOptions, evaluation].every(isObject)) return false;
  if (envFile !== undefined && !(isObject(envFile) && isFile(envFile))) return false;
  const { everySteps, episodes, maxEpisodeSteps, seed: ofEvaluation = 0, stopAtReturn, patience } = evaluation;
  return (
    [algorithm, env, her, dataset, recordDataset].every(text => typeof text === 'string') &&
    // A file stands in `envFile`, with what guards it: by its name alone anything could be run.
    !isEnvFile(env) &&
    [seed, steps, ofEvaluation].every(Number.isSafeInteger) &&
    [scheduledSteps, checkpointEverySteps, keepCheckpoints, threads, everySteps, episodes, maxEpisodeSteps].every(
      isCountOrNone,
    ) &&
    typeof tensorboard === 'boolean' &&
    (films === undefined || isFilmPlan(films)) &&
    (curriculum === undefined || (isObject(curriculum) && Array.isArray(curriculum.levels) && isObject(curriculum.advance))) &&
    (patience === null || isCountOrNone(patience)) &&
    (stopAtReturn == null || Number.isFinite(stopAtReturn)) &&
    ['auto', 'onnx', 'wasm', 'onnx+wasm', 'webgpu', 'tensorflow'].includes(engine)
  );
}

/** Never a path that depends on where the user stands: what lies there is run. */
function isFile({ path, sha256, export: name = '' }: Readonly<Record<string, unknown>>): boolean {
  return typeof path === 'string' && isAbsolute(path) && typeof sha256 === 'string' && typeof name === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFilmPlan(films: unknown): boolean {
  if (!isObject(films)) return false;
  const { everySteps, format = 'gif', maxSteps } = films;
  return everySteps !== undefined && [everySteps, maxSteps].every(isCountOrNone) && FILM_FORMATS.some(name => name === format);
}

function isCountOrNone(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && Number(value) >= 1);
}
