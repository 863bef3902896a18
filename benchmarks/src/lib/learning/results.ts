import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { StateValue } from '@zpin/contracts';
import { type AnyAlgorithm, parseConfig } from '@zpin/core';
import { type Summary, summarize } from './statistics.ts';

type Settings = { readonly [key: string]: StateValue };

/** What an algorithm is trained with on one environment, in full. */
export interface PresetSettings {
  readonly algo: string;
  readonly env: string;
  readonly envOptions?: Settings;
  readonly her?: string;
  /** Environment steps of training. */
  readonly steps: number;
  /** Every setting of the algorithm, its defaults too. */
  readonly config: Settings;
}

/** One trained and evaluated agent. */
export interface LearningRun {
  readonly seed: number;
  /** Greedy episodes after training. */
  readonly episodes: number;
  /** Their mean return, and its standard deviation over episodes. */
  readonly greedy: number;
  readonly deviation: number;
  /** Share of the greedy episodes that reached their goal; absent where there are no goals. */
  readonly success?: number;
  /** Mean return of the last 100 episodes of training, exploration included; null where none ended. */
  readonly training: number | null;
  /** Processor time of training, over all threads. */
  readonly seconds: number;
  /** Day, as in 2026-11-29. */
  readonly measured: string;
  /** What the programs ran on; absent where it was ONNX Runtime alone, before `onnx+wasm` became the choice of `auto`. */
  readonly engine?: string;
  /** Mean return of the episodes of training that ended in each of `CURVE_POINTS` equal parts of the steps; null where none did. */
  readonly curve: readonly (number | null)[];
}

/** What is kept of a preset: its settings, what the seeds came to, and every seed. */
export interface PresetResult extends PresetSettings {
  readonly summary: Summary & {
    /** Return from which the environment counts as solved, and the share of seeds that reach it; null where none is published. */
    readonly threshold: number | null;
    readonly reached: number | null;
  };
  readonly runs: readonly LearningRun[];
}

export const CURVE_POINTS = 100;

/** The settings of a preset as they are in the packages today. */
export function presetSettings(algorithm: AnyAlgorithm, env: string): PresetSettings {
  const { totalSteps, envOptions, her, config } = algorithm.presets[env];
  return {
    algo: algorithm.id,
    env,
    ...(envOptions && { envOptions }),
    ...(her !== undefined && { her }),
    steps: totalSteps,
    config: parseConfig(algorithm.config, config, 'learning') as Settings,
  };
}

/**
 * Whether what was measured then holds for the settings of now. Settings that did not exist then are no difference as long as the preset
 * says nothing about them: a new one keeps by its default what was before.
 */
export function sameSettings(measured: PresetSettings, today: PresetSettings, said: object): boolean {
  const rest = ({ algo, env, envOptions, her, steps }: PresetSettings) => [algo, env, envOptions, her, steps];
  if (!isDeepStrictEqual(rest(measured), rest(today))) return false;
  if (Object.keys(said).some(key => !Object.hasOwn(measured.config, key))) return false;
  return Object.entries(measured.config).every(([key, value]) => isDeepStrictEqual(value, today.config[key]));
}

/** Everything measured, by algorithm and environment. @param folder of the results */
export function readResults(folder: URL): PresetResult[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
}

/** The result of a preset with some runs more; runs of the same seed are replaced. */
export function withRuns(
  settings: PresetSettings,
  threshold: number | null,
  before: readonly LearningRun[],
  fresh: readonly LearningRun[],
): PresetResult {
  const runs = [...new Map([...before, ...fresh].map(run => [run.seed, run])).values()].sort((a, b) => a.seed - b.seed);
  const returns = runs.map(({ greedy }) => greedy);
  const reached = threshold === null ? null : returns.filter(value => value >= threshold).length / returns.length;
  return { ...settings, summary: { ...summarize(returns), threshold, reached }, runs };
}

/** Writes the file of a preset: one line per seed, so that a new seed is a new line. */
export function writeResult(result: PresetResult, folder: URL): void {
  const { runs, ...head } = result;
  const lines = runs.map(run => `    ${JSON.stringify(run)}`).join(',\n');
  const text = JSON.stringify({ ...head, runs: [] }, null, 2).replace('"runs": []', `"runs": [\n${lines}\n  ]`);
  const path = new URL(`${result.algo}/${result.env.replace('/', '-')}.json`, folder);
  mkdirSync(new URL('.', path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}
