import { ConfigError, InputError, message, type StateValue, type VectorEnv } from '@zpin/contracts';
import { type AnyAlgorithm, parseConfig, presetOf } from '@zpin/core';
import { files } from '#files';
import { type AlgorithmId, type ConfigOfAlgorithm, loadAlgorithm } from './algorithms.ts';
import { curriculumOf } from './curriculum.ts';
import { isEnvFile } from './env-file.ts';
import { type EnvPurpose, type EnvSettings, openEnv } from './environment.ts';
import { hindsightOf } from './hindsight-of.ts';
import { checkInteger, type FilmPlan, keptOptions } from './kept-options.ts';
import { libraryNames, type MessageNames } from './message-names.ts';
import { recordingOf } from './recording.ts';
import { DEFAULT_STEPS } from './run-defaults.ts';
import type { RunDescription } from './run-description.ts';
import { checkRunMemory, estimateMemory, fitting, stateBytes } from './run-memory.ts';
import { idleNotes } from './run-notes.ts';
import type { EnvChoice, RunInternals, RunOptions } from './run-options.ts';
import { makeTrainee } from './start-training.ts';
import { datasetOf, engineOf, stoppingOf, trainingOptions } from './training-parts.ts';
import { TrainingRun } from './training-run.ts';

/**
 * Puts a run together, to be trained by `events()`. Nothing is written before every setting, the environment and the algorithm
 * fit together.
 * @throws InputError (ConfigError, SpaceError, …) that names what does not fit
 */
export async function openRun<Id extends AlgorithmId>(
  algorithm: Id,
  env: EnvChoice,
  options?: RunOptions<ConfigOfAlgorithm<Id>>,
  internals?: RunInternals,
): Promise<TrainingRun>;
export async function openRun<Config>(
  algorithm: AnyAlgorithm<Config>,
  env: EnvChoice,
  options?: RunOptions<NoInfer<Config>>,
  internals?: RunInternals,
): Promise<TrainingRun>;
export async function openRun(
  choice: string | AnyAlgorithm,
  env: EnvChoice,
  options: RunOptions = {},
  internals: RunInternals = {},
): Promise<TrainingRun> {
  const { names = libraryNames('train'), concludes = false, keepsBest = true, now = () => performance.now() } = internals;
  const algorithm = typeof choice === 'string' ? await loadAlgorithm(choice, names.where) : choice;
  const own = typeof env === 'string' ? null : firstCopy(env, options);
  const fromFile = typeof env === 'string' && isEnvFile(env) ? await files.registerEnvFile(env, names) : null;
  const plan = planned(own?.spec.id ?? fromFile?.id ?? (env as string), algorithm, options, names, () => own?.close());
  const { envId, seed, steps, preset, config, kept } = plan;
  const wrappers = options.wrappers && options.wrappers.length > 0 ? { wrappers: options.wrappers } : {};
  const envOptions: EnvSettings = own ? {} : { ...preset?.envOptions, ...options.envOptions, ...wrappers };
  const open = (copies: number, purpose?: EnvPurpose) =>
    typeof env === 'string' ? openEnv({ id: envId, copies, settings: envOptions, purpose }, names) : env(copies);
  const copies = algorithm.copies(config);
  if (copies !== 1) own?.close();
  const vectorEnv = own && copies === 1 ? own : await fitting(names.where, () => open(copies));
  try {
    const her = options.her ?? preset?.her;
    const makeReplay = hindsightOf({ text: her, env: vectorEnv, algorithm, config }, names);
    const { engine: named = 'auto', threads } = options;
    const engine = await engineOf(named, { ...(threads && { threads }) }, names);
    // First the agent, which says what to use where its kind of actions does not fit; then the data.
    const trainee = await fitting(names.where, () => makeTrainee(algorithm, { spec: vectorEnv.spec, config, seed, engine }));
    const dataset = await datasetOf(algorithm, vectorEnv, options.dataset, names);
    const curriculum = curriculumOf({ curriculum: options.curriculum, algorithm, env: vectorEnv }, names);
    const recording = await recordingOf({ file: options.recordDataset, algorithm, env: vectorEnv, steps, isNew: true }, names);
    const played = recording?.env ?? vectorEnv;
    const description: RunDescription = {
      algorithm: algorithm.id,
      env: envId,
      ...(fromFile && { envFile: fromFile.file }),
      ...(Object.keys(envOptions).length > 0 && { envOptions }),
      ...(options.curriculum && { curriculum: options.curriculum }),
      ...(her !== undefined && { her }),
      ...(dataset?.path !== undefined && { dataset: dataset.path }),
      ...(recording && { recordDataset: recording.path }),
      seed,
      steps,
      config,
      engine: engine.name,
      ...kept,
    };
    const notes = idleNotes(description, copies, names);
    const agentBytes = stateBytes((await trainee.agent.state()) as StateValue);
    const hasActionMask = vectorEnv.createStep().actionMask !== undefined;
    const memory = estimateMemory({ algorithm, config, spec: vectorEnv.spec, numEnvs: copies, hasActionMask, agentBytes });
    checkRunMemory(memory, files.memory(), names);
    const { saveTo } = options;
    const { stopping, signal } = stoppingOf(options.signal);
    if (description.films) checkFilms(description.films, saveTo, names);
    const training = await trainingOptions({ description, signal, open, env: played, makeReplay, dataset: dataset?.data });
    const store = saveTo === undefined ? null : files.createStore(saveTo, names);
    const release = store && files.lock(store.path, names);
    store?.begin(description, 0, engine.description);
    return new TrainingRun({
      ...{ description, algorithm, trainee, engine, openEnv: open, store, release, concludes, keepsBest },
      ...{ resume: null, now, stopping, notes },
      ...(recording && { recording }),
      ...(curriculum && { curriculum }),
      options: training,
    });
  } catch (error) {
    // An environment may have a process of its own.
    vectorEnv.close();
    throw error;
  }
}

/** @throws InputError when films have no place to go to, or cannot be made */
function checkFilms(plan: FilmPlan, saveTo: string | undefined, names: MessageNames): void {
  if (saveTo === undefined) {
    const remedy = `Give ${names.option('runDir')}, or leave it out`;
    throw new InputError(message(names.where, `${names.option('films')} need a folder`, 'none', remedy));
  }
  files.checkFilms(plan, names);
}

/** What a run is told before anything is made. @param refused called when a setting does not fit */
function planned(
  envId: string,
  algorithm: AnyAlgorithm,
  { seed = 1, preset: wantsPreset = true, ...options }: RunOptions,
  names: MessageNames,
  refused: () => void,
) {
  try {
    checkInteger(names, 'seed', seed, 0);
    const preset = wantsPreset ? presetOf(algorithm, envId) : undefined;
    const steps = options.steps ?? preset?.totalSteps ?? DEFAULT_STEPS;
    checkInteger(names, names.option('steps'), steps, 1);
    const raw = { ...preset?.config, ...options.config };
    const config = parseConfig(algorithm.config, raw, names.where, names.setting, preset?.config) as RunDescription['config'];
    return { envId, seed, steps, preset, config, kept: keptOptions(options, {}, names) };
  } catch (error) {
    refused();
    throw error;
  }
}

/** One copy of an environment of one's own. @throws ConfigError when options are given that only named environments take */
function firstCopy(env: (copies: number) => VectorEnv, { envOptions, wrappers }: RunOptions): VectorEnv {
  if (envOptions || wrappers) {
    const given = envOptions ? 'envOptions' : 'wrappers';
    const remedy = 'Put options and wrappers into the function that makes copies';
    throw new ConfigError(message('train', `${given} must go with an environment by its name`, 'a function', remedy));
  }
  return env(1);
}
