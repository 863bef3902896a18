import { ConfigError, checkSameSpaces, InputError, message, type StateValue, type VectorEnv } from '@zpin/contracts';
import {
  type AnyAlgorithm,
  type CheckpointHeader,
  createEngine,
  type Engine,
  type EngineChoice,
  envSpecFromJSON,
  parseConfig,
  type TransitionData,
} from '@zpin/core';
import { files } from '#files';
import { type AlgorithmId, type ConfigOfAlgorithm, loadAlgorithm } from './algorithms.ts';
import { type EnvSettings, openEnv } from './environment.ts';
import type { EvaluateOptions } from './evaluate-agent.ts';
import { hindsightOf } from './hindsight-of.ts';
import { libraryNames, type MessageNames } from './message-names.ts';
import { DEFAULT_EVALUATION_EPISODES, DEFAULT_STEPS, EVALUATION_COPIES } from './run-defaults.ts';
import type { RunDescription } from './run-description.ts';
import type { RunEvent } from './run-event.ts';
import { checkRunMemory, estimateMemory, fitting, stateBytes } from './run-memory.ts';
import type { SavedRun } from './run-store.ts';
import { makeTrainee, type TrainingOptions } from './start-training.ts';
import { TrainingRun } from './training-run.ts';

/** What may be told to a run whether it begins or goes on. */
export interface ContinueOptions {
  /**
   * Steps of the whole run: environment steps over all copies, gradient steps on a data set. Omitted: the preset's, else 100,000.
   */
  readonly steps?: number;
  /** What computes: a name, or an engine of `createEngine`; the fastest that is there when omitted. */
  readonly engine?: EngineChoice | Engine;
  /** Greedy evaluation during training, in an environment of its own: an `eval` event after every so many steps. */
  readonly evaluation?: Pick<EvaluateOptions, 'episodes' | 'seed' | 'maxEpisodeSteps'> & { readonly everySteps: number };
  /** Steps between two `checkpoint` events; a tenth of the run when omitted. */
  readonly checkpointEverySteps?: number;
  /** Stops after the step in progress; a `checkpoint` event still comes. */
  readonly signal?: AbortSignal;
  /** Called at every event of training. */
  readonly onEvent?: (event: RunEvent) => void;
}

export interface RunOptions<Config = object> extends ContinueOptions {
  /** Of everything random; 1 when omitted. */
  readonly seed?: number;
  /** Settings of the algorithm, before those of the preset. */
  readonly config?: Partial<Config>;
  /** Whether to start from the settings tuned for the environment, where there are some; true when omitted. */
  readonly preset?: boolean;
  /** Options of the environment, before those of the preset. */
  readonly envOptions?: EnvSettings;
  /** Wrappers around the environment by name, the innermost first: `['discretize-action:11']`. */
  readonly wrappers?: readonly string[];
  /** Goals in hindsight, for environments with goals: `future:4`, `final:1`, `episode:4` or `none`. Omitted: the preset's. */
  readonly her?: string;
  /** What an offline algorithm learns from: the data, or a file. */
  readonly dataset?: TransitionData | string;
  /**
   * Folder for everything that the run leaves, from which `resume` and the command line go on; nothing is written when omitted.
   */
  readonly saveTo?: string;
}

/** What may be told to a run that goes on. */
export interface ResumeOptions extends ContinueOptions, OwnParts {}

/** What a run folder names but cannot hold: parts of one's own, as they were given to `train`. */
export interface OwnParts {
  /** Makes copies of the environment. */
  readonly env?: (copies: number) => VectorEnv;
  readonly algorithm?: AnyAlgorithm;
}

/** What the command line adds: how errors call things, its clock, and what it does at the end. */
export interface RunInternals {
  readonly names?: MessageNames;
  /**
   * Whether the caller concludes its runs by a summary in the folder, and disposes of them then: one that lacks it is opened even
   * when no steps are left.
   */
  readonly concludes?: boolean;
  now?(): number;
}

/** An environment by its name, or a function that makes copies of one's own, new ones each time. */
export type EnvChoice = string | ((copies: number) => VectorEnv);

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
  const { names = libraryNames('train'), concludes = false, now = () => performance.now() } = internals;
  const algorithm = typeof choice === 'string' ? await loadAlgorithm(choice, names.where) : choice;
  const own = typeof env === 'string' ? null : firstCopy(env, options);
  const plan = planned(own?.spec.id ?? (env as string), algorithm, options, names, () => own?.close());
  const { envId, seed, steps, preset, config } = plan;
  const wrappers = options.wrappers && options.wrappers.length > 0 ? { wrappers: options.wrappers } : {};
  const envOptions: EnvSettings = own ? {} : { ...preset?.envOptions, ...options.envOptions, ...wrappers };
  const open = (copies: number) =>
    typeof env === 'string' ? openEnv({ id: env, copies, settings: envOptions }, names) : env(copies);
  const copies = algorithm.copies(config);
  if (copies !== 1) own?.close();
  const vectorEnv = own && copies === 1 ? own : await fitting(names.where, () => open(copies));
  const her = options.her ?? preset?.her;
  const makeReplay = hindsightOf({ text: her, env: vectorEnv, algorithm, config }, names);
  const engine = await engineOf(options.engine);
  // First the agent, which says what to use where its kind of actions does not fit; then the data.
  const trainee = await fitting(names.where, () => makeTrainee(algorithm, { spec: vectorEnv.spec, config, seed, engine }));
  const dataset = await datasetOf(algorithm, vectorEnv, options.dataset, names);
  const description: RunDescription = {
    algorithm: algorithm.id,
    env: envId,
    ...(Object.keys(envOptions).length > 0 && { envOptions }),
    ...(her !== undefined && { her }),
    ...(dataset?.path !== undefined && { dataset: dataset.path }),
    seed,
    steps,
    config,
  };
  const agentBytes = stateBytes((await trainee.agent.state()) as StateValue);
  const hasActionMask = vectorEnv.createStep().actionMask !== undefined;
  const memory = estimateMemory({ algorithm, config, spec: vectorEnv.spec, numEnvs: copies, hasActionMask, agentBytes });
  checkRunMemory(memory, files.memory(), names);
  const training = await trainingOptions({ description, options, open, env: vectorEnv, makeReplay, dataset: dataset?.data });
  const store = options.saveTo === undefined ? null : files.createStore(options.saveTo, steps, names);
  const release = store && files.lock(store.path, names);
  store?.writeDescription(description);
  return new TrainingRun({
    ...{ description, algorithm, trainee, engine, openEnv: open, store, release, concludes, resume: null, now },
    options: training,
  });
}

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
  const { names = libraryNames('resume'), concludes = false, now = () => performance.now() } = internals;
  const saved = files.readSaved(folder, names);
  const algorithm = await savedAlgorithm(saved, options, names);
  const { header, state } = saved.checkpoint();
  const resumed = { ...state };
  const steps = options.steps ?? saved.description.steps;
  checkInteger(names, names.option('steps'), steps, 1);
  const config = parseConfig(algorithm.config, saved.description.config, saved.descriptionPath) as RunDescription['config'];
  const description = { ...saved.description, steps };
  const { her, seed } = description;
  const open = (copies: number) => openSavedEnv(saved, copies, options, names);
  const env = await open(algorithm.copies(config));
  checkSavedSpaces(names.where, header, env);
  const makeReplay = hindsightOf({ text: her, env, algorithm, config }, names);
  const dataset = await datasetOf(algorithm, env, description.dataset, names);
  const engine = await engineOf(options.engine);
  const trainee = await makeTrainee(algorithm, { spec: env.spec, config, seed, engine });
  const store = saved.continued(steps, header.step, concludes);
  store.writeDescription(description);
  const training = await trainingOptions({ description, options, open, env, makeReplay, dataset: dataset?.data });
  const wallSeconds = Number(header.extra?.wallSeconds ?? 0);
  const forget = () => {
    for (const name of Object.keys(resumed)) delete resumed[name];
  };
  const resume = { forget, step: header.step, wallSeconds };
  return new TrainingRun({
    ...{ description, algorithm, trainee, engine, openEnv: open, store, release, concludes, resume, now },
    options: { ...training, resume: resumed },
  });
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
  copies: number,
  { env }: OwnParts,
  names: MessageNames,
): Promise<VectorEnv> {
  const { env: id, envOptions: settings } = description;
  if (!env) return openEnv({ id, copies, settings }, names);
  const made = env(copies);
  checkSame(names.where, `the environment must be that of ${path}, ${id}`, made.spec.id, id);
  return made;
}

/** @throws SpaceError when a checkpoint is of an agent for other spaces; one of before says nothing of its own */
export function checkSavedSpaces(where: string, { extra }: CheckpointHeader, env: VectorEnv): void {
  const spec = envSpecFromJSON(extra?.spec);
  if (spec) checkSameSpaces(where, spec, env.spec);
}

function checkSame(where: string, expectation: string, got: string, wanted: string): void {
  if (got !== wanted) throw new InputError(message(where, expectation, got, 'Pass what the run was begun with'));
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
    const preset = wantsPreset && Object.hasOwn(algorithm.presets, envId) ? algorithm.presets[envId] : undefined;
    const steps = options.steps ?? preset?.totalSteps ?? DEFAULT_STEPS;
    checkInteger(names, names.option('steps'), steps, 1);
    const raw = { ...preset?.config, ...options.config };
    const config = parseConfig(algorithm.config, raw, names.where, names.setting) as RunDescription['config'];
    return { envId, seed, steps, preset, config };
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

interface TrainingParts extends Pick<TrainingOptions, 'makeReplay' | 'dataset'> {
  readonly description: RunDescription;
  readonly options: ContinueOptions;
  readonly env: VectorEnv;
  open(copies: number): Promise<VectorEnv> | VectorEnv;
}

async function trainingOptions(parts: TrainingParts): Promise<TrainingOptions> {
  const { description, options, env, open, makeReplay, dataset } = parts;
  const { seed, steps } = description;
  const { evaluation, signal, checkpointEverySteps = Math.ceil(steps / 10) } = options;
  const episodes = evaluation?.episodes ?? DEFAULT_EVALUATION_EPISODES;
  return {
    ...{ env, totalSteps: steps, seed, checkpointEverySteps, makeReplay, dataset },
    ...(signal && { signal }),
    ...(evaluation && {
      evaluation: {
        env: await open(Math.min(EVALUATION_COPIES, episodes)),
        everySteps: evaluation.everySteps,
        episodes,
        seed: evaluation.seed ?? seed,
        ...(evaluation.maxEpisodeSteps !== undefined && { maxEpisodeSteps: evaluation.maxEpisodeSteps }),
      },
    }),
  };
}

/** @throws InputError when the data do not go with the algorithm */
async function datasetOf(
  { id, learnsFrom }: AnyAlgorithm,
  { spec }: VectorEnv,
  given: TransitionData | string | undefined,
  names: MessageNames,
): Promise<{ readonly path?: string; readonly data: TransitionData } | undefined> {
  const option = names.option('dataset');
  if (learnsFrom !== 'dataset') {
    if (given === undefined) return undefined;
    const remedy = `Leave it out: ${id} plays for itself; bc, bcq, cql, discrete-bcq and discrete-cql learn from data`;
    const found = typeof given === 'string' ? given : `${given.size} transitions`;
    throw new InputError(message(names.where, `${option} goes with an offline algorithm`, found, remedy));
  }
  if (given === undefined) {
    throw new InputError(message(names.where, `${option} must be given`, 'nothing', names.makeDataset(spec.id)));
  }
  return typeof given === 'string' ? files.readDataset(given, spec, names) : { data: given };
}

async function engineOf(engine: EngineChoice | Engine | undefined): Promise<Engine> {
  return typeof engine === 'object' ? engine : createEngine(engine ?? 'auto');
}

function checkInteger({ where }: MessageNames, name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new ConfigError(message(where, `${name} must be an integer >= ${min}`, value, 'Give such a number'));
}
