import { publishedCell, sources } from '../published.ts';
import { table } from '../table.ts';
import type { PresetResult } from './results.ts';
import { mean } from './statistics.ts';

/** A preset that was measured on the seeds on which its settings were chosen, and not yet on others. */
export interface OldRow {
  readonly algo: string;
  readonly env: string;
  readonly seed: number;
  readonly steps: number;
  readonly evalReturnMean: number;
  readonly wallSeconds: number;
}

const ABOUT = `Presets as they are in the packages. Settings are chosen on seeds below 100; the seeds of this table, from 1001 on, were not looked at
before the settings were fixed, but for two: LunarLander by Dueling Double DQN was trained for fewer steps on 1001 to 1003 first, and Catch by
Double DQN on 1001. Twenty seeds of what trains within two minutes, five within twenty, three of what takes longer.
After training each agent plays 100 greedy episodes (1,000 where observations are indices, as of tables), other ones for each seed, in
which nothing trains: what \`zpin train ALGORITHM --env ENVIRONMENT --seed 1001\` ends with.

The mean is that over seeds; the interquartile mean is that of the middle half of the seeds, with its 95 % bootstrap interval (Agarwal et al.
2021). \`reached\` is the share of seeds whose mean return is at or above the threshold. \`training\` is the mean of the last 100 episodes of training,
exploration included. The best policy of Taxi comes to 7.93 on average, below its threshold. Seconds are processor time of one run on one core of a server beside other
work. Runs were trained with the engine \`auto\`; files say which that was, and say nothing where it was ONNX Runtime alone.

\`pnpm bench learning --write --jobs 2\` measures what is missing and goes on where it was stopped; \`--algo A --env E\` one preset,
\`--longest 120\` only what takes at most so many seconds. Curves and single seeds are in \`learning/ALGORITHM/ENVIRONMENT.json\`.`;

const HEAD = [
  'algorithm',
  'environment',
  'steps',
  'seeds',
  'mean',
  'interquartile mean',
  '95 %',
  'worst',
  'threshold',
  'reached',
];

/** @param isCurrent whether the settings of a result are those of the package today */
export function learningPage(
  results: readonly PresetResult[],
  old: readonly OldRow[],
  isCurrent: (result: PresetResult) => boolean,
): string {
  const rows = results.map(result => rowOf(result, isCurrent(result) ? '' : ' ‡'));
  const parts = ['# Learning', ABOUT, table([...HEAD, 'success', 'training', 'seconds', 'published (steps)'], rows)];
  if (rows.some(([name]) => name.endsWith('‡'))) parts.push('‡ Settings have changed since.');
  const missing = old.filter(row => !results.some(({ algo, env }) => algo === row.algo && env === row.env));
  if (missing.length > 0) parts.push(...oldPart(missing));
  const list = Object.entries(sources).map(([name, text]) => `- ${name}: ${text}.`);
  return `${[...parts, 'Published results:', list.join('\n')].join('\n\n')}\n`;
}

function rowOf({ algo, env, envOptions, steps, summary, runs }: PresetResult, mark: string): string[] {
  const { seeds, interval, threshold, reached } = summary;
  const success = runs.flatMap(run => run.success ?? []);
  const training = runs.flatMap(run => run.training ?? []);
  return [
    `${algo}${mark}`,
    envOptions ? `${env} ${JSON.stringify(envOptions)}` : env,
    steps.toLocaleString('en'),
    String(seeds),
    number(summary.mean),
    number(summary.interquartileMean),
    interval ? `${number(interval[0])} to ${number(interval[1])}` : '–',
    number(summary.worst),
    threshold === null ? '–' : number(threshold),
    reached === null ? '–' : `${Math.round(reached * seeds)} of ${seeds}`,
    success.length === 0 ? '–' : `${Math.round(100 * mean(success))} %`,
    training.length === 0 ? '–' : number(mean(training)),
    number(Math.round(mean(runs.map(({ seconds }) => seconds)))),
    publishedCell(algo, env),
  ];
}

function oldPart(rows: readonly OldRow[]): string[] {
  const groups = new Map<string, OldRow[]>();
  for (const row of rows) groups.set(`${row.algo} ${row.env}`, [...(groups.get(`${row.algo} ${row.env}`) ?? []), row]);
  const lines = [...groups.values()].map(group => [
    group[0].algo,
    group[0].env,
    group[0].steps.toLocaleString('en'),
    group.map(({ evalReturnMean }) => number(evalReturnMean)).join(', '),
    publishedCell(group[0].algo, group[0].env),
  ]);
  return [
    '## Not measured anew yet',
    `Before 29 November 2026, on the seeds on which the settings were chosen, with neighbouring seeds sharing episodes: better than what fresh seeds
come to, and no claim.`,
    table(['algorithm', 'environment', 'steps', 'mean return by seed', 'published (steps)'], lines),
  ];
}

function number(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits }).replace('-', '−');
}
