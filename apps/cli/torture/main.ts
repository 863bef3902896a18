/**
 * Attacks the command line: kills and stops runs, and gives it command lines and files in which something is wrong. Prints a table,
 * and ends with 1 where anything was found. `pnpm torture --help` shows the options.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printable, Rng } from '@zpin/contracts';
import type { Job } from './child.ts';
import { runJobs, runProcess } from './crew.ts';
import { makeFixtures } from './fixtures.ts';
import { type InterruptedRuns, type Interruption, interrupt, PLAIN_RUNS } from './interruptions.ts';
import { spoiledFile } from './mutated-files.ts';
import { RandomLines, SETTINGS_FILES } from './random-lines.ts';
import { steeredRuns } from './steered-runs.ts';
import { faultOf, type Outcome } from './verdict.ts';

/** A line of the table. */
interface Row {
  readonly part: string;
  readonly tried: string;
  readonly ends: string;
  readonly longest: string;
  readonly faults: number;
}

const PARTS = ['kills', 'stops', 'steered', 'lines', 'files', 'processes'] as const;
const TABLE = fileURLToPath(new URL('results.md', import.meta.url));
/** Milliseconds after which a command that can be stopped is. */
const PATIENCE = 500;

/** Seconds from which a command is shown, though nothing is wrong with it. */
const SLOW = 8;

const HELP = `pnpm torture [options]

  --parts <names>     of ${PARTS.join(', ')}, with commas between (default: all)
  --lines <n>         random command lines, many in a process (default: 5000)
  --files <n>         files in which something is wrong (default: 2000)
  --processes <n>     random command lines, each a process of its own (default: 100)
  --kills <n>         kill -9 at random moments (default: 40)
  --stops <n>         Ctrl-C and its like at random moments (default: 40)
  --steered <n>       kill -9 and Ctrl-C of runs with levels, films, kept checkpoints and early ends (default: 40)
  --seed <n>          of everything random (default: 1)
  --crew <n>          processes at a time (default: half of the cores)
  --write             write the table to apps/cli/torture/results.md too
`;

const { values: options } = parseArgs({
  options: {
    parts: { type: 'string', default: PARTS.join(',') },
    lines: { type: 'string', default: '5000' },
    files: { type: 'string', default: '2000' },
    processes: { type: 'string', default: '100' },
    kills: { type: 'string', default: '40' },
    stops: { type: 'string', default: '40' },
    steered: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    crew: { type: 'string', default: String(Math.max(1, Math.floor(cpus().length / 2))) },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const faults: string[] = [];
/** Runs that nobody interrupted, by what they took. */
const whole = new Map<string, number>();

/** Counts how commands end, and notes what is wrong with it. */
class Tally {
  readonly #part: string;
  readonly #ends = new Map<string, number>();
  #tried = 0;
  #longest = 0;
  #faults = 0;

  constructor(part: string) {
    this.#part = part;
  }

  add(told: string, outcome: Outcome): void {
    const end = outcome.hung ? 'hung' : String(outcome.exitCode);
    this.#tried++;
    this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
    this.#longest = Math.max(this.#longest, outcome.seconds);
    if (outcome.seconds > SLOW) process.stdout.write(`slow, ${outcome.seconds.toFixed(1)} s: ${shown(told)}\n`);
    const fault = faultOf(outcome);
    if (fault) {
      this.#faults++;
      faults.push(`${this.#part}: ${fault}: ${shown(told)}\n    ${shown(outcome.err.trim(), 600)}`);
      process.stdout.write(`${faults.at(-1)}\n`);
    }
    if (this.#tried % 250 === 0) process.stdout.write(`${this.#part}: ${this.#tried}\n`);
  }

  get row(): Row {
    const ends = [...this.#ends].sort(([a], [b]) => Number(a) - Number(b)).map(([end, count]) => `${count} × ${end}`);
    const longest = `${this.#longest.toFixed(1)} s`;
    return { part: this.#part, tried: this.#tried.toLocaleString('en'), ends: ends.join(', '), longest, faults: this.#faults };
  }
}

function shown(text: string, longest = 300): string {
  const whole = text.split('\n').map(printable).join('\n    ');
  return whole.length > longest ? `${whole.slice(0, longest)}…` : whole;
}

const lineOf = (argv: readonly string[]) =>
  `zpin ${argv.map(part => (/^[\w./:=,-]+$/.test(part) ? part : JSON.stringify(part))).join(' ')}`;

async function randomLines(fixtures: string, count: number, seed: number, crew: number): Promise<Row> {
  const lines = await RandomLines.from(new Rng([seed, 1]));
  const jobs: Job[] = Array.from({ length: count }, () => ({ folder: fixtures, argv: lines.next(), patience: PATIENCE }));
  const tally = new Tally('random command lines');
  await runJobs(jobs, crew, (job, outcome) => tally.add(lineOf(job.argv), outcome));
  return tally.row;
}

async function processes(fixtures: string, count: number, seed: number): Promise<Row> {
  const lines = await RandomLines.from(new Rng([seed, 3]));
  const tally = new Tally('command lines as processes');
  for (let k = 0; k < count; k++) {
    // The system hands no NUL and no half characters over.
    const argv = lines.next().map(part => part.toWellFormed().replaceAll('\0', ''));
    const outcome = await runProcess(argv, { cwd: fixtures, after: 8000, signal: 'SIGINT', longestSeconds: 20 });
    // Ctrl-C ends a command by itself that has nothing to save.
    tally.add(lineOf(argv), outcome.exitCode === null && !outcome.hung ? { ...outcome, exitCode: 130 } : outcome);
  }
  return tally.row;
}

async function files(fixtures: string, folder: string, count: number, seed: number, crew: number): Promise<Row> {
  const rng = new Rng([seed, 2]);
  const tally = new Tally('files in which something is wrong');
  // In portions, so that the copies do not fill the disk.
  for (let done = 0; done < count; done += 200) {
    const portion = join(folder, `files-${done}`);
    const jobs = Array.from({ length: Math.min(200, count - done) }, (_, k) =>
      spoiledFile(fixtures, portion, done + k, rng, PATIENCE),
    );
    await runJobs(jobs, crew, (job, outcome) => tally.add(`${job.told}: ${lineOf(job.argv)}`, outcome));
    rmSync(portion, { recursive: true, force: true });
  }
  return tally.row;
}

async function interruptions(
  part: string,
  folder: string,
  signals: readonly Interruption['signal'][],
  wanted: number,
  rng: Rng,
  tried: InterruptedRuns = PLAIN_RUNS,
): Promise<Row> {
  const begun = performance.now();
  let [runs, met, found] = [0, 0, 0];
  for (const signal of signals) {
    const result = await interrupt({ folder, signal, wanted: Math.ceil(wanted / signals.length), tried }, rng, whole);
    runs += result.runs;
    met += result.signals;
    found += result.faults.length;
    faults.push(...result.faults.map(fault => `${part}: ${fault}`));
    for (const fault of result.faults) process.stdout.write(`${part}: ${fault}\n`);
  }
  const ends = `${runs} runs went on to the end, ${runs - found} equal bit for bit`;
  return {
    part,
    tried: String(met),
    ends,
    longest: `${((performance.now() - begun) / 1000).toFixed(0)} s in all`,
    faults: found,
  };
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ part, tried, ends, longest, faults: count }) => `| ${part} | ${tried} | ${ends} | ${longest} | ${count} |`,
  );
  return [
    '| part | tried | ends (count × exit code) | longest | faults |',
    '| --- | ---: | --- | ---: | ---: |',
    ...lines,
    '',
  ].join('\n');
}

/** Puts lines of the table in place of those that the file has of the same parts. */
function writeTable(rows: readonly Row[]): void {
  const old = existsSync(TABLE)
    ? readFileSync(TABLE, 'utf8')
        .split('\n')
        .filter(line => line.startsWith('| '))
    : [];
  const [head, ...lines] = table(rows).trimEnd().split('\n');
  const [rule, ...fresh] = lines;
  const partOf = (line: string) => line.split(' | ')[0];
  const kept = old.slice(2).filter(line => !fresh.some(own => partOf(own) === partOf(line)));
  const all = [...kept, ...fresh].sort();
  writeFileSync(TABLE, ['# What `pnpm torture` found last', '', head, rule, ...all, ''].join('\n'));
}

async function torture(): Promise<number> {
  const seed = Number(options.seed);
  const crew = Number(options.crew);
  const wanted = new Set(options.parts.split(','));
  const folder = mkdtempSync(join(tmpdir(), 'zpin-torture-'));
  const fixtures = join(folder, 'fixtures');
  mkdirSync(join(fixtures, 'made'), { recursive: true });
  for (const [name, text] of Object.entries(SETTINGS_FILES)) writeFileSync(join(fixtures, name), text);
  await makeFixtures(fixtures);
  const rows: Row[] = [];
  const add = async (part: (typeof PARTS)[number], run: () => Promise<Row>) => {
    if (!wanted.has(part)) return;
    rows.push(await run());
    process.stdout.write(`\n${table(rows)}\n`);
  };
  await add('kills', () => interruptions('kill -9', folder, ['SIGKILL'], Number(options.kills), new Rng([seed, 4])));
  const polite = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  await add('stops', () => interruptions('Ctrl-C, SIGTERM, SIGHUP', folder, polite, Number(options.stops), new Rng([seed, 5])));
  await add('steered', () =>
    interruptions(
      'runs that are steered',
      folder,
      ['SIGKILL', 'SIGINT'],
      Number(options.steered),
      new Rng([seed, 6]),
      steeredRuns(folder),
    ),
  );
  // Before command lines that change the runs of the fixtures.
  await add('files', () => files(fixtures, folder, Number(options.files), seed, crew));
  await add('lines', () => randomLines(fixtures, Number(options.lines), seed, crew));
  await add('processes', () => processes(fixtures, Number(options.processes), seed));
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true, force: true });
  if (options.write) writeTable(rows);
  return faults.length === 0 ? 0 : 1;
}

if (options.help) process.stdout.write(HELP);
else process.exitCode = await torture();
