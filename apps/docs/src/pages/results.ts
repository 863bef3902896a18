import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { english, type Translate } from '../translation/translate.ts';
import { root } from './repository.ts';

export const resultsFolder = join(root, 'benchmarks', 'results');

/** What a preset came to, over its seeds. */
export interface LearningResult {
  readonly algo: string;
  readonly env: string;
  readonly steps: number;
  /** Mean greedy return after training, or one number per seed where the preset was not measured on fresh seeds yet. */
  readonly returns: string;
  /** Mean of the middle half of the seeds with its interval, where it was measured. */
  readonly interquartileMean: string;
  /** Seeds that came to the threshold, of all of them. */
  readonly reached: string;
  /** Absent where copies of environments were not yet given seeds spawned from that of the run. */
  readonly seeding?: string;
}

/** As `pnpm bench learning` writes it, as far as it is shown. */
interface MeasuredPreset {
  readonly algo: string;
  readonly env: string;
  readonly steps: number;
  readonly summary: {
    readonly seeds: number;
    readonly mean: number;
    readonly interquartileMean: number;
    readonly interval: readonly [number, number] | null;
    readonly reached: number | null;
  };
  readonly runs: readonly { readonly success?: number }[];
}

/** Results on fresh seeds; for presets that have none yet, those of before. */
export function learningResults(t: Translate = english): LearningResult[] {
  const folder = join(resultsFolder, 'learning');
  const fresh = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => shown(JSON.parse(readFileSync(join(folder, name), 'utf8')), t));
  const isFresh = ({ algo, env }: OldRow) => fresh.some(result => result.algo === algo && result.env === env);
  const old: OldRow[] = JSON.parse(readFileSync(join(resultsFolder, 'learning.json'), 'utf8'));
  return [...fresh, ...groupBySeed(old.filter(row => !isFresh(row)))];
}

function shown({ algo, env, steps, summary, runs }: MeasuredPreset, t: Translate): LearningResult {
  const { seeds, interval, reached } = summary;
  const successes = runs.flatMap(({ success }) => success ?? []);
  const share = successes.reduce((sum, value) => sum + value, 0) / successes.length;
  const range = interval ? t(' ({low} to {high})', { low: formatNumber(interval[0]), high: formatNumber(interval[1]) }) : '';
  return {
    ...{ algo, env, steps, seeding: 'spawned' },
    returns: `${formatNumber(summary.mean)}${successes.length === 0 ? '' : ` (${Math.round(100 * share)} %)`}`,
    interquartileMean: `${formatNumber(summary.interquartileMean)}${range}`,
    reached: reached === null ? t('{seeds} seeds', { seeds }) : t('{n} of {seeds}', { n: Math.round(reached * seeds), seeds }),
  };
}

/** A result of another library, to hold ours against. */
export interface Published {
  readonly algo: string;
  readonly env: string;
  /** With the environment steps of training, as its source gives it. */
  readonly result: string;
  readonly source: string;
}

/** Published results, and how each source measured. */
export function publishedResults(): {
  readonly sources: Readonly<Record<string, string>>;
  readonly results: readonly Published[];
} {
  return JSON.parse(readFileSync(join(resultsFolder, 'published.json'), 'utf8'));
}

/** One trained and evaluated run of `benchmarks/results/learning.json`. */
interface OldRow {
  readonly algo: string;
  readonly env: string;
  readonly seed: number;
  readonly steps: number;
  /** Mean return of 100 greedy episodes. */
  readonly evalReturnMean: number;
  /** Share of them that reached their goal, where there are goals. */
  readonly evalSuccessRate?: number;
}

/** Seeds in order, results in the order in which they first occur. */
function groupBySeed(rows: readonly OldRow[]): LearningResult[] {
  const groups = new Map<string, OldRow[]>();
  for (const row of rows) {
    const key = `${row.algo} ${row.env} ${row.steps}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(group => {
    const [{ algo, env, steps }] = group;
    const returns = group.toSorted((a, b) => a.seed - b.seed).map(returnText);
    return { algo, env, steps, returns: returns.join(', '), interquartileMean: '–', reached: '–' };
  });
}

function returnText({ evalReturnMean, evalSuccessRate }: OldRow): string {
  const value = formatNumber(evalReturnMean);
  return evalSuccessRate === undefined ? value : `${value} (${Math.round(100 * evalSuccessRate)} %)`;
}

/** What an algorithm that learns from fixed data came to on one data set. */
export interface OfflineResult {
  readonly algo: string;
  readonly data: string;
  /** In which the data were collected, and the agent was judged. */
  readonly env: string;
  /** Where the data come from. */
  readonly about: string;
  /** Mean return of what collected them. */
  readonly behaviour: number;
  readonly steps: number;
  /** Mean greedy return by seed. */
  readonly returns: readonly number[];
  readonly seeding?: string;
}

/** As `pnpm bench offline` writes them. */
export function offlineResults(): OfflineResult[] {
  const { behaviours, rows } = JSON.parse(readFileSync(join(resultsFolder, 'offline.json'), 'utf8')) as {
    behaviours: Readonly<Record<string, number>>;
    rows: readonly { data: string; algo: string; steps: number; evalReturnMean: number; seeding?: string; naive?: boolean }[];
  };
  const text = readFileSync(join(resultsFolder, 'offline.md'), 'utf8');
  const about = (data: string) =>
    text
      .split(`## ${data}\n\n`)[1]
      ?.split('\n\n')[0]
      ?.replace(/ Score .*/s, '') ?? data;
  const keys = [...new Set(rows.map(({ algo, data }) => `${algo} ${data}`))];
  return keys.flatMap(key => {
    const group = rows.filter(({ algo, data }) => `${algo} ${data}` === key);
    const [first] = group;
    if (!first) return [];
    const { algo, data, steps, seeding } = first;
    const returns = group.map(({ evalReturnMean }) => evalReturnMean);
    const told = about(data);
    const [env = ''] = told.split(':', 1);
    return [{ algo, data, env, about: told, behaviour: behaviours[data] ?? 0, steps, returns, ...(seeding && { seeding }) }];
  });
}

/** Results of `offlineResults` as those of presets, each mean with the name of its data. */
export function presetsOnData(t: Translate = english): LearningResult[] {
  const groups = new Map<string, OfflineResult[]>();
  for (const result of offlineResults()) {
    const key = `${result.algo} ${result.env} ${result.steps}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].map(group => {
    const [first] = group;
    const returns = group.map(({ returns, data }) =>
      t('{mean} on {data}', { mean: formatNumber(returns.reduce((sum, value) => sum + value, 0) / returns.length), data }),
    );
    return {
      ...{ algo: first.algo, env: first.env, steps: first.steps, returns: returns.join(', '), interquartileMean: '–' },
      reached: t('{seeds} seeds', { seeds: first.returns.length }),
      ...(first.seeding !== undefined && { seeding: first.seeding }),
    };
  });
}

/** One picture of an experiment. */
export interface ExperimentPanel {
  readonly yLabel: string;
  readonly logY?: boolean;
  readonly reference?: { readonly name: string; readonly value: number };
}

/** Several arms trained side by side. */
export interface ExperimentResult {
  /** Of its file in `benchmarks/results/experiments`. */
  readonly name: string;
  readonly title: string;
  readonly algorithms: readonly string[];
  readonly env: string;
  readonly seeds: number;
  readonly xLabel: string;
  readonly x: readonly number[];
  readonly panels: readonly ExperimentPanel[];
  /** Curves by seed and panel. */
  readonly arms: readonly {
    readonly name: string;
    readonly algo: string;
    readonly curves: readonly (readonly (readonly (number | null)[])[])[];
  }[];
  /** As `LearningResult.seeding`. */
  readonly seeding?: string;
  readonly command: string;
}

/** All experiments whose curves are stored. */
export function experimentResults(): ExperimentResult[] {
  const folder = join(resultsFolder, 'experiments');
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(file => {
      type Stored = Omit<ExperimentResult, 'name' | 'algorithms' | 'seeds'> & { seeds: readonly number[] };
      const stored = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Stored;
      const algorithms = [...new Set(stored.arms.map(({ algo }) => algo))];
      return { ...stored, name: file.replace('.json', ''), algorithms, seeds: stored.seeds.length };
    });
}

/** What is said of results that were measured before seeds were spawned, when neighbouring seeds shared episodes; else nothing. */
export function oldSeedsText(results: readonly { readonly seeding?: string | undefined }[], t: Translate = english): string {
  return results.every(({ seeding }) => seeding) ? '' : t(' Measured before 29 November 2026, when copy i got seed + i.');
}

/** With thousands separators and a true minus. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 }).replace('-', '−');
}

/** Return from which an environment counts as solved, or a dash where none is published. */
export function formatThreshold(value: number | null): string {
  return value === null ? '–' : formatNumber(value);
}
