import { formatCount, formatNumber, linePlot } from '@zpin/plot';
import { metricEvents } from 'zpin/node';
import { columnsOf, type Io } from '../io.ts';
import { FEW_EPISODES, formatDuration, mean, standardDeviation } from '../numbers.ts';
import { type ComparedRun, groupLines, groupRuns, MEASURES, reachOf } from '../run-curves.ts';
import { table } from '../wrapped-text.ts';
import { confidenceInterval, interquartileMean } from './aggregate.ts';
import type { SeedsFolder } from './seeds-folder.ts';

/** What became of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly state: 'finished' | 'failed' | 'stopped';
  /** Of a finished one. */
  readonly summary: RunSummary | null;
  /** Of a failed one. */
  readonly error: string | null;
}

/** What is told of the summary of a run. */
export interface RunSummary {
  readonly steps: number;
  readonly wallSeconds: number;
  readonly evalReturnMean: number;
  readonly evalReturnStd: number;
  readonly evalEpisodes: number;
}

/** What several seeds come to together. */
export interface SeedsSummary {
  readonly seeds: number;
  readonly mean: number;
  readonly std: number;
  readonly interquartileMean: number;
  /** In which the interquartile mean lies in 95 % of all cases; null for fewer than three seeds. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** Mean return of each seed that finished, put together; null where none did. */
export function summaryOf(results: readonly SeedResult[]): SeedsSummary | null {
  const returns = results.flatMap(({ summary }) => (summary ? [summary.evalReturnMean] : []));
  if (returns.length === 0) return null;
  return {
    ...{ seeds: returns.length, mean: mean(returns), std: standardDeviation(returns) },
    ...{ interquartileMean: interquartileMean(returns), interval: confidenceInterval(returns) },
  };
}

/** Rows of `table.csv`. */
export function seedsCsv(results: readonly SeedResult[]): string {
  const rows = results.map(({ seed, state, summary }) =>
    [
      ...[seed, state, summary?.evalReturnMean ?? '', summary?.evalReturnStd ?? '', summary?.evalEpisodes ?? ''],
      ...[summary?.steps ?? '', summary?.wallSeconds ?? ''],
    ].join(),
  );
  return `${['seed,state,returnMean,returnStd,episodes,steps,seconds', ...rows].join('\n')}\n`;
}

/** The table that a person reads: a row for each seed, and what they come to together. */
export function seedsTable(results: readonly SeedResult[], threshold: number | null, io: Io): string {
  const head = ['seed', 'return', '±', 'steps', 'time', ''];
  const rows = results.map(({ seed, state, summary, error }) =>
    summary
      ? [
          ...[String(seed), formatNumber(summary.evalReturnMean), formatNumber(summary.evalReturnStd)],
          ...[formatCount(summary.steps), formatDuration(summary.wallSeconds), ''],
        ]
      : [String(seed), '–', '–', '–', '–', error === null ? state : `${state}: ${error}`],
  );
  const all = summaryOf(results);
  const lines = [table([head, ...rows], columnsOf(io.stdout))];
  if (all) {
    const spread =
      all.seeds === 1 ? '' : ` ± ${formatNumber(all.std)}, interquartile mean ${formatNumber(all.interquartileMean)}`;
    const interval = all.interval && `, 95 % interval ${formatNumber(all.interval[0])} to ${formatNumber(all.interval[1])}`;
    lines.push('', `${all.seeds} of ${results.length} seeds: mean return ${formatNumber(all.mean)}${spread}${interval ?? ''}`);
    if (threshold !== null) {
      const solved = results.filter(({ summary }) => summary !== null && summary.evalReturnMean >= threshold).length;
      const few = results.some(({ summary }) => summary !== null && summary.evalEpisodes < FEW_EPISODES);
      const what = few ? `threshold ${threshold} reached by ${solved} of ${results.length}` : null;
      lines.push(what ?? `solved by ${solved} of ${results.length} (threshold ${threshold})`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Points along the axis of steps. */
const POINTS = 50;

/** The picture of all seeds that have begun: their mean with a band of one standard deviation; null where nothing is known yet. */
export function seedsCurve(folder: SeedsFolder, seeds: readonly number[], threshold: number | null): string | null {
  const runs: ComparedRun[] = seeds
    .map(seed => folder.run(seed))
    .filter(run => run.has('description') && run.has('metrics'))
    .map(run => ({ description: run.describe('zpin train'), events: metricEvents(run) }));
  const measure = (['evaluation', 'return'] as const).find(
    name => runs.length > 0 && runs.every(run => reachOf(run, name).isMeasured),
  );
  if (measure === undefined) return null;
  const steps = Math.max(...runs.map(run => reachOf(run, measure).lastStep));
  const ends = Array.from({ length: POINTS }, (_, k) => ((k + 1) * steps) / POINTS);
  const groups = groupRuns(runs);
  const caption = runs.length > 1 ? 'Mean over seeds; band: one standard deviation.' : '';
  const xLabel = runs.every(({ description }) => description.dataset) ? 'gradient steps' : 'environment steps';
  const plot = { xLabel, yLabel: MEASURES[measure], x: ends, lines: groupLines(groups, measure, ends) };
  const reference = threshold === null ? {} : { reference: { name: 'threshold', value: threshold } };
  return linePlot(runs[0].description.env, caption, [{ ...plot, ...reference }]);
}
