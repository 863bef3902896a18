import { ConfigError, InputError, message, type VectorEnv } from '@zpin/contracts';
import {
  type AnyAlgorithm,
  type CheckpointHeader,
  createEngine,
  type Engine,
  type EngineChoice,
  type ProgramChoices,
  type TransitionData,
} from '@zpin/core';
import { files } from '#files';
import type { EnvPurpose } from './environment.ts';
import { type KeptOptions, stopRules } from './kept-options.ts';
import type { MessageNames } from './message-names.ts';
import { DEFAULT_EVALUATION_EPISODES, EVALUATION_COPIES } from './run-defaults.ts';
import type { RunDescription } from './run-description.ts';
import type { TrainingOptions } from './start-training.ts';

/** What the options of training are made from. */
export interface TrainingParts extends Pick<TrainingOptions, 'makeReplay' | 'dataset'> {
  readonly description: RunDescription;
  readonly signal: AbortSignal | undefined;
  readonly env: VectorEnv;
  open(copies: number, purpose?: EnvPurpose): Promise<VectorEnv> | VectorEnv;
}

/** What the training loop is told. */
export async function trainingOptions(parts: TrainingParts): Promise<TrainingOptions> {
  const { description, signal, env, open, makeReplay, dataset } = parts;
  const { seed, steps, scheduledSteps = steps, evaluation = {}, checkpointEverySteps = Math.ceil(steps / 10) } = description;
  const { episodes = DEFAULT_EVALUATION_EPISODES, everySteps } = evaluation;
  return {
    ...{ env, totalSteps: steps, scheduledSteps, seed, checkpointEverySteps, makeReplay, dataset },
    ...(signal && { signal }),
    ...(everySteps !== undefined && {
      evaluation: {
        env: await open(Math.min(EVALUATION_COPIES, episodes), 'evaluation'),
        everySteps,
        episodes,
        seed: evaluation.seed ?? seed,
        ...(evaluation.maxEpisodeSteps !== undefined && { maxEpisodeSteps: evaluation.maxEpisodeSteps }),
        ...stopRules(evaluation),
      },
    }),
  };
}

/** What stops a run from outside its loop, and the signal by which it or its caller does. */
export function stoppingOf(given: AbortSignal | undefined): { readonly stopping: AbortController; readonly signal: AbortSignal } {
  const stopping = new AbortController();
  return { stopping, signal: given ? AbortSignal.any([given, stopping.signal]) : stopping.signal };
}

/** @throws InputError when the data do not go with the algorithm */
export async function datasetOf(
  { id, learnsFrom }: AnyAlgorithm,
  { spec }: VectorEnv,
  given: TransitionData | string | undefined,
  names: MessageNames,
): Promise<{ readonly path?: string; readonly data: TransitionData } | undefined> {
  const option = names.option('dataset');
  if (learnsFrom !== 'dataset') {
    if (given === undefined) return undefined;
    const remedy = `Leave it out: ${id} plays for itself; bc, bcq, cql, discrete-bcq, discrete-cql, iql, tabular-bcq and td3-bc learn from data`;
    const found = typeof given === 'string' ? given : `${given.size} transitions`;
    throw new InputError(message(names.where, `${option} goes with an offline algorithm`, found, remedy));
  }
  if (given === undefined) {
    throw new InputError(message(names.where, `${option} must be given`, 'nothing', names.makeDataset(spec.id)));
  }
  return typeof given === 'string' ? files.readDataset(given, spec, names) : { data: given };
}

/**
 * An engine, or the one of this name.
 * @param options of the one that is named: choices that it made before, and its threads
 * @throws ConfigError when threads are told to an engine that is there @throws InputError when it cannot be had
 */
export async function engineOf(
  engine: EngineChoice | Engine,
  options: { readonly choices?: ProgramChoices; readonly threads?: number },
  { where }: MessageNames,
): Promise<Engine> {
  if (typeof engine === 'string') return createEngine(engine, options);
  if (options.threads === undefined) return engine;
  const remedy = 'Give them to createEngine, or name the engine here';
  throw new ConfigError(message(where, 'threads go with an engine that is named', `${engine.name} that is made`, remedy));
}

/**
 * The engine that a saved run was made with. Those of before name none, or `auto`: they took ONNX Runtime for all programs where it
 * was, else TensorFlow.js.
 */
export async function engineOfSaved(
  { engine = 'auto', threads }: KeptOptions,
  { extra }: CheckpointHeader,
  names: MessageNames,
): Promise<Engine> {
  if (engine !== 'auto') return engineOf(engine, { choices: choicesOf(extra?.programs), ...(threads && { threads }) }, names);
  try {
    return await createEngine('onnx');
  } catch {
    return createEngine('tensorflow');
  }
}

/** What a checkpoint says of the choices of `onnx+wasm`. */
function choicesOf(programs: unknown): ProgramChoices {
  if (typeof programs !== 'object' || programs === null) return {};
  const choices: Record<string, 'onnx' | 'wasm'> = {};
  for (const [key, name] of Object.entries(programs)) if (name === 'onnx' || name === 'wasm') choices[key] = name;
  return choices;
}
