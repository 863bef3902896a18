import { checkSameSpaces, type EnvState, InputError, message, type StateValue, type VectorEnv } from '@zpin/contracts';
import {
  type AnyAlgorithm,
  type CheckpointHeader,
  EvaluationRecord,
  type EvaluationScores,
  envSpecFromJSON,
  parseConfig,
} from '@zpin/core';
import { files } from '#files';
import { loadAlgorithm } from './algorithms.ts';
import { curriculumOf } from './curriculum.ts';
import { type EnvFile, envFileText, type RegisteredEnv } from './env-file.ts';
import { type EnvPurpose, type OpenEnvOptions, openEnv } from './environment.ts';
import { hindsightOf } from './hindsight-of.ts';
import { checkInteger, keptOptions, stopRules } from './kept-options.ts';
import { libraryNames, type MessageNames } from './message-names.ts';
import { recordingOf } from './recording.ts';
import type { RunDescription } from './run-description.ts';
import type { OwnParts, ResumeOptions, RunInternals } from './run-options.ts';
import type { SavedRun } from './run-store.ts';
import { scheduledSteps } from './scheduled-steps.ts';
import { makeTrainee } from './start-training.ts';
import { datasetOf, engineOf, engineOfSaved, stoppingOf, trainingOptions } from './training-parts.ts';
import { TrainingRun } from './training-run.ts';

/**
 * Opens a saved run, to go on with it bit for bit: from its last checkpoint, to the steps that it planned or to more of them.
 * @param folder that `saveTo` or the command line made
 * @throws InputError when the folder is none of a run, another process has it, or there are no steps left; CheckpointError when it
 * is damaged
 */
export async function openSavedRun(
  folder: string,
  options: ResumeOptions = {},
  internals: RunInternals = {},
): Promise<TrainingRun> {
  const names = internals.names ?? libraryNames('resume');
  // First that it is one of a run: nothing is written into any other folder.
  files.readSaved(folder, names);
  const release = files.lock(folder, names);
  try {
    return await openLocked(folder, options, { ...internals, names }, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function openLocked(
  folder: string,
  options: ResumeOptions,
  internals: RunInternals,
  release: () => void,
): Promise<TrainingRun> {
  const { names = libraryNames('resume'), concludes = false, keepsBest = true, now = () => performance.now() } = internals;
  const saved = files.readSaved(folder, names);
  const algorithm = await savedAlgorithm(saved, options, names);
  const { from = 'last' } = options;
  const { header, state } = saved.checkpoint(from);
  const { curriculum: _, ...resumed }: Record<string, StateValue> = { ...state };
  const fromFile = await savedEnvFile(saved, options, names);
  const { description: told, note } = continuedDescription({ saved, algorithm, step: header.step, options }, names);
  const description = fromFile ? { ...told, envFile: fromFile.env.file } : told;
  const notes = [note, fromFile?.note].filter(text => text !== undefined);
  const { her, seed, steps } = description;
  const config = parseConfig(algorithm.config, description.config, saved.descriptionPath) as RunDescription['config'];
  const open = (copies: number, purpose?: EnvPurpose) => openSavedEnv(saved, { copies, purpose }, options, names);
  const env = await open(algorithm.copies(config));
  checkSavedSpaces(names.where, header, env);
  const curriculum = curriculumOf({ curriculum: description.curriculum, algorithm, env }, names);
  if (curriculum) {
    curriculum.restore(state.curriculum as EnvState);
    // Where the environment cannot take its episodes back, new ones begin, on the level that was reached.
    env.setParameters?.(curriculum.parameters);
  }
  const makeReplay = hindsightOf({ text: her, env, algorithm, config }, names);
  const dataset = await datasetOf(algorithm, env, description.dataset, names);
  const recording = await recordingOf({ file: description.recordDataset, algorithm, env, steps, isNew: false }, names);
  const played = recording?.env ?? env;
  const { threads } = typeof options.engine === 'object' ? options : description;
  const engine = await (options.engine === undefined
    ? engineOfSaved({ ...saved.description, ...(threads && { threads }) }, header, names)
    : engineOf(options.engine, { ...(threads && { threads }) }, names));
  const trainee = await makeTrainee(algorithm, { spec: env.spec, config, seed, engine });
  const { stopping, signal } = stoppingOf(options.signal);
  const training = await trainingOptions({ description, signal, open, env: played, makeReplay, dataset: dataset?.data });
  const scores = new EvaluationRecord();
  const counters = (state.counters ?? {}) as EvaluationScores & { readonly episodes?: number };
  scores.restore(counters);
  const endedBy = scores.endedBy(stopRules(description.evaluation));
  const store = saved.continued({ steps, step: header.step, goesBack: from !== 'last', endedBy, concludes });
  const wallSeconds = Number(header.extra?.wallSeconds ?? 0);
  const forget = () => {
    for (const name of Object.keys(resumed)) delete resumed[name];
  };
  const resume = { forget, step: header.step, wallSeconds, episodes: counters.episodes ?? 0, best: scores.best };
  return new TrainingRun({
    description: { ...description, engine: engine.name },
    ...{ algorithm, trainee, engine, openEnv: open, store, release, concludes, keepsBest, resume, now, notes, stopping },
    ...(recording && { recording }),
    ...(curriculum && { curriculum }),
    options: { ...training, resume: resumed },
  });
}

interface Continuation {
  readonly saved: SavedRun;
  readonly algorithm: AnyAlgorithm;
  /** Steps done. */
  readonly step: number;
  readonly options: ResumeOptions;
}

/** The description of a run that goes on, and a line about what its user should know. */
function continuedDescription(
  { saved: run, algorithm: { learnsFrom }, step, options }: Continuation,
  names: MessageNames,
): { readonly description: RunDescription; readonly note?: string } {
  const { scheduledSteps: before, ...saved } = run.description;
  const explores = learnsFrom === 'replay' || learnsFrom === 'steps';
  const { steps = saved.steps, schedules: choice = 'keep' } = options;
  checkInteger(names, names.option('steps'), steps, 1);
  const planned = { description: saved, before: before ?? saved.steps, step, steps, choice, explores };
  const { note, scheduledSteps: after } = scheduledSteps(planned, names);
  const description = {
    ...saved,
    ...keptOptions(options, saved, names),
    steps,
    ...(after !== steps && { scheduledSteps: after }),
  };
  return { description, ...(note !== undefined && { note }) };
}

/** The algorithm that a run folder names, or one's own of that name. @throws InputError when it is another one */
export async function savedAlgorithm(
  { description, path }: SavedRun,
  { algorithm }: OwnParts,
  { where }: MessageNames,
): Promise<AnyAlgorithm> {
  if (!algorithm) return loadAlgorithm(description.algorithm, where);
  checkSame(where, `the algorithm must be that of ${path}, ${description.algorithm}`, algorithm.id, description.algorithm);
  return algorithm;
}

/** Copies of the environment that a run folder names, or of one's own of that name. @throws InputError when it is another one */
export async function openSavedEnv(
  { description, path }: SavedRun,
  { copies, purpose }: Pick<OpenEnvOptions, 'copies' | 'purpose'>,
  { env }: OwnParts,
  names: MessageNames,
): Promise<VectorEnv> {
  const { env: id, envOptions: settings } = description;
  if (typeof env !== 'function') return openEnv({ id, copies, settings, purpose }, names);
  const made = env(copies);
  checkSame(names.where, `the environment must be that of ${path}, ${id}`, made.spec.id, id);
  return made;
}

/**
 * Makes the environment known that a run has from a file, and says where that file is another one by now; null where the run has
 * its environment from elsewhere.
 * @throws InputError when the file is gone, does not load, or exports another environment
 */
export async function savedEnvFile(
  { description, path }: SavedRun,
  { env }: OwnParts,
  names: MessageNames,
): Promise<{ readonly env: RegisteredEnv; readonly note?: string } | null> {
  const { env: id, envFile } = description;
  if (typeof env === 'function') return null;
  if (!envFile) {
    if (env === undefined) return null;
    const expectation = `${names.option('env')} goes with a run whose environment is a file`;
    throw new InputError(message(names.where, expectation, env, `Leave it out: ${path} is one of ${id}`));
  }
  const found = await files.registerEnvFile(env ?? savedFile(envFile, path, names), names);
  checkSame(names.where, `the environment must be that of ${path}, ${id}`, found.id, id);
  if (found.file.sha256 === envFile.sha256) return { env: found };
  const note = `${found.file.path} has changed since the run was trained: the environment may be another one than it learned in.`;
  return { env: found, note };
}

/**
 * The file of an environment that a run folder names.
 * @param folder absolute path
 * @throws InputError when it lies in that folder: whoever sends one sends no program
 */
export function savedFile(file: EnvFile, folder: string, { where, option }: Pick<MessageNames, 'where' | 'option'>): string {
  const text = envFileText(file);
  const isInside = text.startsWith(`${folder}/`) || text.startsWith(`${folder}\\`);
  if (!isInside) return text;
  const remedy = `Read it, and name it by ${option('env')} if it is to be run`;
  throw new InputError(message(where, 'the file of an environment must lie outside of the run folder', text, remedy));
}

/** @throws SpaceError when a checkpoint is of an agent for other spaces; one of before says nothing of its own */
export function checkSavedSpaces(where: string, { extra }: CheckpointHeader, env: VectorEnv): void {
  const spec = envSpecFromJSON(extra?.spec);
  if (spec) checkSameSpaces(where, spec, env.spec);
}

function checkSame(where: string, expectation: string, got: string, wanted: string): void {
  if (got !== wanted) throw new InputError(message(where, expectation, got, 'Pass what the run was begun with'));
}
