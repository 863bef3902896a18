import type { RunDescription } from '../run-description.ts';

/** Whether what a file holds describes a run: all that must be there, and the rest as a run can be told it. */
export function isWhole(found: RunDescription): boolean {
  const { algorithm, env, config, envOptions = {}, her = '', dataset = '', recordDataset = '' } = found;
  const { seed, steps, scheduledSteps, engine = 'auto', checkpointEverySteps, evaluation = {} } = found;
  if (![config, envOptions, evaluation].every(isObject)) return false;
  const { everySteps, episodes, maxEpisodeSteps, seed: ofEvaluation = 0 } = evaluation;
  return (
    [algorithm, env, her, dataset, recordDataset].every(text => typeof text === 'string') &&
    [seed, steps, ofEvaluation].every(Number.isSafeInteger) &&
    [scheduledSteps, checkpointEverySteps, everySteps, episodes, maxEpisodeSteps].every(isCountOrNone) &&
    ['auto', 'onnx', 'wasm', 'tensorflow'].includes(engine)
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCountOrNone(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && Number(value) >= 1);
}
