import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './repository.ts';

/** One trained and evaluated run of `benchmarks/results/learning.json`. */
export interface LearningRow {
  readonly algo: string;
  readonly env: string;
  readonly seed: number;
  readonly steps: number;
  /** Mean return of 100 greedy episodes. */
  readonly evalReturnMean: number;
  /** Share of them that reached their goal, where there are goals. */
  readonly evalSuccessRate?: number;
  /** Absent where copies of environments were not yet given seeds spawned from that of the run. */
  readonly seeding?: string;
}

export const resultsFolder = join(root, 'benchmarks', 'results');

export function learningRows(): LearningRow[] {
  return JSON.parse(readFileSync(join(resultsFolder, 'learning.json'), 'utf8'));
}

/** Runs that differ only by their seed. */
export interface LearningResult {
  readonly algo: string;
  readonly env: string;
  readonly steps: number;
  readonly rows: readonly LearningRow[];
}

/** Results with their seeds in order, in the order in which they first occur. */
export function groupBySeed(rows: readonly LearningRow[]): LearningResult[] {
  const groups = new Map<string, LearningRow[]>();
  for (const row of rows) {
    const key = `${row.algo} ${row.env} ${row.steps}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(group => {
    const [{ algo, env, steps }] = group;
    return { algo, env, steps, rows: group.toSorted((a, b) => a.seed - b.seed) };
  });
}

/** Returns by seed, with the share of goals reached where there are goals: `500, 500, 487.2`. */
export function returnsText({ rows }: LearningResult): string {
  return rows
    .map(({ evalReturnMean, evalSuccessRate }) => {
      const value = formatNumber(evalReturnMean);
      return evalSuccessRate === undefined ? value : `${value} (${Math.round(100 * evalSuccessRate)} %)`;
    })
    .join(', ');
}

/** A picture of several arms trained side by side. */
export interface ExperimentPicture {
  readonly title: string;
  /** File name in `benchmarks/results/experiments`. */
  readonly file: string;
  readonly algorithms: readonly string[];
  readonly env: string;
  readonly seeds: number;
  /** As `LearningRow.seeding`. */
  readonly seeding?: string;
  readonly command: string;
}

export function experimentPictures(): ExperimentPicture[] {
  const folder = join(resultsFolder, 'experiments');
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => {
      const { title, env, seeds, seeding, command, arms } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        title: string;
        env: string;
        seeds: readonly number[];
        seeding?: string;
        command: string;
        arms: readonly { algo: string }[];
      };
      const algorithms = [...new Set(arms.map(({ algo }) => algo))];
      const file = name.replace('.json', '.svg');
      return { title, file, algorithms, env, seeds: seeds.length, ...(seeding && { seeding }), command };
    });
}

/** What is said of results that were measured before seeds were spawned, when neighbouring seeds shared episodes; else nothing. */
export function oldSeedsText(results: readonly { readonly seeding?: string | undefined }[]): string {
  return results.every(({ seeding }) => seeding) ? '' : ' Measured before 29 November 2026, when copy i got seed + i.';
}

/** With thousands separators and a true minus. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 }).replace('-', '−');
}

/** Return from which an environment counts as solved, or a dash where none is published. */
export function formatThreshold(value: number | null): string {
  return value === null ? '–' : formatNumber(value);
}
