import { ConfigError, message, nearestName, SpaceError } from '@zpin/contracts';
import { type AnyAlgorithm, describeConfig, parseConfig, presetOf } from '@zpin/core';
import {
  checkSettings,
  type JsonObject,
  type JsonValue,
  type Pruning,
  SAMPLERS,
  type SamplerName,
  type SettingSpace,
  settingSpace,
} from '@zpin/sweep';
import { knownEnv, openRun } from 'zpin';
import { loadAlgorithm } from 'zpin/catalog';
import { ENGINES, type EngineChoice } from '../engine-flags.ts';
import { flagNames } from '../flag-names.ts';
import { defaultSpace } from './default-space.ts';

/** A sweep as its file says it, with what the file leaves out; it stays with the sweep. A `type`, so that it passes for plain JSON. */
export type SweepFile = {
  readonly algorithm: string;
  readonly env: string;
  /** Steps of one run. */
  readonly steps: number;
  /** Trials of the whole sweep. */
  readonly trials: number;
  /** Runs of one trial, each with a seed of its own. */
  readonly seeds: number;
  readonly sampler: SamplerName;
  readonly pruning: Pruning['type'];
  /** What of the seeds counts: their mean, or a quantile of them. */
  readonly judge: 'mean' | number;
  /** Evaluations of a run, the last one at its end. */
  readonly evaluations: number;
  readonly evalEpisodes: number;
  /** Of everything random. */
  readonly seed: number;
  /** What computes; `auto` where it is not said. */
  readonly engine?: EngineChoice;
  /** Settings of the algorithm, some of them ranges. */
  readonly settings: JsonObject;
};

/** A sweep that can be run. */
export interface SweepPlan {
  readonly file: SweepFile;
  readonly algorithm: AnyAlgorithm;
  readonly searched: SettingSpace;
  /** Settings of a run at a point of the space, those of the preset included. */
  settings: SettingSpace['settings'];
}

/** What a file may leave out. */
const STANDARD = {
  trials: 40,
  seeds: 2,
  sampler: 'tpe',
  pruning: 'median',
  judge: 'mean',
  evaluations: 5,
  evalEpisodes: 10,
  seed: 1,
} as const;
const KEYS = ['algorithm', 'env', 'steps', ...Object.keys(STANDARD), 'engine', 'settings'];
const PRUNING = ['none', 'median', 'halving'] as const;
/** Steps of a run where neither file nor preset says. */
const DEFAULT_STEPS = 20_000;

/**
 * Reads what a file says of a sweep, and tries every bound and choice of its settings with the algorithm before anything runs.
 * @param where named in errors @throws ConfigError that names what is wrong
 */
export async function readSweep(raw: Readonly<Record<string, unknown>>, where: string): Promise<SweepPlan> {
  for (const key of Object.keys(raw)) {
    if (KEYS.includes(key)) continue;
    const near = nearestName(key, KEYS);
    const remedy = `${near === undefined ? '' : `Did you mean ${near}? `}A sweep has ${KEYS.join(', ')}`;
    throw new ConfigError(message(where, 'what a sweep says must be known', key, remedy));
  }
  const algorithm = await loadAlgorithm(text(raw, 'algorithm', where, 'Write algorithm: and its name'), where);
  if (algorithm.learnsFrom === 'dataset') {
    const remedy = 'Choose one that plays; data sets are for zpin train';
    throw new ConfigError(message(where, 'the algorithm must learn in an environment', algorithm.id, remedy));
  }
  const env = await knownEnv(text(raw, 'env', where, 'Write env: and its name, or --env on the command line'), flagNames(where));
  const preset = presetOf(algorithm, env);
  const fields = new Map(describeConfig(algorithm.config).map(field => [field.name, field]));
  const given = raw.settings ?? defaultSpace(fields, preset?.config as JsonObject | undefined);
  if (!isJsonObject(given)) {
    throw new ConfigError(message(where, 'settings must map names to values and ranges', given, 'See zpin sweep --help'));
  }
  const whole = (key: keyof typeof STANDARD | 'steps', standard: number, min: number) => integer(raw, key, standard, min, where);
  const engine = oneOf(raw, 'engine', ENGINES, 'auto', where);
  const file: SweepFile = {
    ...{ algorithm: algorithm.id, env },
    steps: whole('steps', preset?.totalSteps ?? DEFAULT_STEPS, 1),
    trials: whole('trials', STANDARD.trials, 1),
    seeds: whole('seeds', STANDARD.seeds, 1),
    sampler: oneOf(raw, 'sampler', SAMPLERS, STANDARD.sampler, where),
    pruning: oneOf(raw, 'pruning', PRUNING, STANDARD.pruning, where),
    judge: judge(raw.judge ?? STANDARD.judge, where),
    evaluations: whole('evaluations', STANDARD.evaluations, 1),
    evalEpisodes: whole('evalEpisodes', STANDARD.evalEpisodes, 1),
    seed: whole('seed', STANDARD.seed, 0),
    ...(engine !== 'auto' && { engine }),
    settings: given,
  };
  const isInteger = (path: readonly string[]) => {
    const field = path.length === 1 ? fields.get(path[0]) : undefined;
    return field && /^integer/.test(field.type) ? true : field && /number/.test(field.type) ? false : undefined;
  };
  // Names first: where all of them are misspelt there is nothing to search either, which would help nobody.
  for (const name of Object.keys(given)) if (!fields.has(name)) parseConfig(algorithm.config, { [name]: given[name] }, where);
  const searched = settingSpace(given, where, isInteger);
  const settings: SettingSpace['settings'] = params => ({
    ...(preset?.config as JsonObject | undefined),
    ...searched.settings(params),
  });
  checkSettings({ ...searched, settings }, each => parseConfig(algorithm.config, each, where, undefined, preset?.config));
  return { file, algorithm, searched, settings };
}

/**
 * Opens a run of the sweep and trains nothing, before anything is kept: the algorithm must be able to play the environment.
 * @throws SpaceError that says why it cannot
 */
export async function checkPlayable({ file, algorithm, searched, settings }: SweepPlan, where: string): Promise<void> {
  const points: JsonObject[] = [];
  checkSettings({ ...searched, settings }, each => points.push(each));
  const { env, steps, seed, engine } = file;
  let refusal: SpaceError | null = null;
  // One that can is enough; settings that do not go together are no reason, as others may.
  for (const config of points.length === 0 ? [settings({})] : points) {
    try {
      const options = { steps, seed, config, ...(engine && { engine }) };
      (await openRun(algorithm, env, options, { names: flagNames(where) })).dispose();
      return;
    } catch (error) {
      if (!(error instanceof SpaceError)) return;
      refusal ??= error;
    }
  }
  if (refusal) throw refusal;
}

/** How trials of a sweep are stopped early; steps count as the reports do. */
export function pruningOf({ pruning, steps, evaluations }: SweepFile): Pruning {
  if (pruning !== 'halving') return { type: pruning };
  return { type: 'halving', minResource: Math.ceil(steps / evaluations), reductionFactor: 2 };
}

function text(raw: Readonly<Record<string, unknown>>, key: string, where: string, remedy: string): string {
  const value = raw[key];
  if (typeof value === 'string') return value;
  throw new ConfigError(message(where, `${key} must be named`, value ?? 'nothing', remedy));
}

function integer(raw: Readonly<Record<string, unknown>>, key: string, standard: number, min: number, where: string): number {
  const { [key]: value = standard } = raw;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value;
  throw new ConfigError(message(where, `${key} must be an integer >= ${min}`, value, `Leave it out for ${standard}`));
}

function oneOf<const Name extends string>(
  raw: Readonly<Record<string, unknown>>,
  key: string,
  names: readonly Name[],
  standard: Name,
  where: string,
): Name {
  const { [key]: value = standard } = raw;
  const found = names.find(name => name === value);
  if (found !== undefined) return found;
  throw new ConfigError(message(where, `${key} must be one of ${names.join(', ')}`, value, `Leave it out for ${standard}`));
}

function judge(value: unknown, where: string): 'mean' | number {
  if (value === 'mean' || (typeof value === 'number' && value >= 0 && value <= 1)) return value;
  throw new ConfigError(
    message(where, 'judge must be mean or a quantile in [0, 1]', value, '0.25 is the lower quarter of the seeds'),
  );
}

function isJsonObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
