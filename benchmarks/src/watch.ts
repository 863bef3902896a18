/**
 * `pnpm bench watch`: how soon the page of `zpin watch` shows its first picture of many long runs, what its server and its tab take of
 * memory, and what training pays for being followed, with TensorBoard's files and without.
 *
 * `--runs 20`, `--points 100000`, `--rounds 5` (0: no training), `--steps 30000`; `--write` stores the table in `benchmarks/results/watch.md`. The page
 * is opened in the Chromium of `ZPIN_CHROMIUM`, else of the machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { train } from 'zpin';
import { table } from './lib/table.ts';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    points: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '30000' },
    role: { type: 'string', default: 'all' },
    folder: { type: 'string' },
    tensorboard: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const [runs, points, rounds, steps] = [flags.runs, flags.points, flags.rounds, flags.steps].map(Number);
const root = join(import.meta.dirname, '..', '..');

if (flags.role === 'train') await trainHere(flags.folder as string);
else await measure();

/** Trains, and prints seconds of a processor that it took. */
async function trainHere(folder: string): Promise<void> {
  const before = process.cpuUsage();
  const run = await train('dqn', 'CartPole-v1', {
    ...{ steps, seed: 1, preset: false, saveTo: folder, tensorboard: flags.tensorboard },
  });
  const { user, system } = process.cpuUsage(before);
  run.dispose();
  console.log((user + system) / 1e6);
}

async function measure(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'zpin-watch-'));
  try {
    const pages = await openPage(join(scratch, 'long'));
    const paid = await trainWatched(scratch);
    const text = report(pages, paid);
    console.log(text);
    if (flags.write) writeFileSync(join(root, 'benchmarks', 'results', 'watch.md'), text);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs of an episode every ten steps, in groups of five seeds. */
function writeRuns(folder: string): number {
  let bytes = 0;
  for (let r = 0; r < runs; r++) {
    const [learningRate, seed] = [0.001 * (1 + Math.floor(r / 5)), 1 + (r % 5)];
    const path = join(folder, `ppo-Pendulum-v1-${learningRate}-seed${seed}`);
    mkdirSync(path, { recursive: true });
    const config = { learningRate, gamma: 0.9, hiddenSizes: [64, 64] };
    writeFileSync(
      join(path, 'config.json'),
      JSON.stringify({ algorithm: 'ppo', env: 'Pendulum-v1', seed, steps: 10 * points, config }),
    );
    const lines: string[] = [];
    for (let k = 1; k <= points; k++) {
      const episodeReturn = -1500 * Math.exp((-3 * k) / points) + 100 * Math.sin(k * seed) - r;
      const flagged = { terminated: false, truncated: true };
      lines.push(
        JSON.stringify({ type: 'episode', step: 10 * k, envIndex: k % 8, episodeReturn, episodeLength: 200, ...flagged }),
      );
      // As many updates as a long run leaves.
      if (k % Math.ceil(points / 2000) > 0) continue;
      const metrics = { policyLoss: -0.01 * Math.sin(k), valueLoss: 40 / (1 + k), entropy: 1.4 - k / points, approxKl: 0.01 };
      lines.push(JSON.stringify({ type: 'update', step: 10 * k, updates: k, metrics }));
    }
    const text = `${lines.join('\n')}\n`;
    bytes += text.length;
    writeFileSync(join(path, 'metrics.jsonl'), text);
  }
  return bytes;
}

interface PageFigures {
  readonly megabytes: number;
  readonly startSeconds: number;
  readonly pictureSeconds: readonly number[];
  /** Seconds of a processor that the server took until the first picture, and until all was read. */
  readonly serverSeconds: number;
  readonly readSeconds: number;
  readonly serverMegabytes: number;
  readonly tabMegabytes: number;
  /** Seconds of a processor that the tab took until the first picture. */
  readonly tabSeconds: number;
  readonly problems: readonly string[];
}

async function openPage(folder: string): Promise<PageFigures> {
  const megabytes = writeRuns(folder) / 1e6;
  const began = performance.now();
  const { server, address } = await serve(folder);
  const startSeconds = (performance.now() - began) / 1000;
  const executablePath = process.env.ZPIN_CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const problems: string[] = [];
  const pictureSeconds: number[] = [];
  let [serverSeconds, readSeconds, tabSeconds, tabMegabytes] = [0, 0, 0, 0];
  try {
    for (let k = 0; k < 5; k++) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.on('console', told => problems.push(told.text()));
      page.on('pageerror', error => problems.push(error.message));
      await page.goto(address, { waitUntil: 'commit' });
      await page.waitForSelector('[data-measure=return] canvas', { timeout: 300_000 });
      // By the clock of the page, from the begin of its navigation.
      pictureSeconds.push((await page.evaluate(() => performance.now())) / 1000);
      const session = await page.context().newCDPSession(page);
      if (k === 0) {
        await session.send('Performance.enable');
        const { metrics } = await session.send('Performance.getMetrics');
        tabSeconds = metrics.find(({ name }) => name === 'ProcessTime')?.value ?? Number.NaN;
        serverSeconds = secondsOf(server);
        await page.waitForFunction(() => document.querySelector('.summary')?.textContent?.includes('read') === false, null, {
          timeout: 300_000,
        });
        readSeconds = secondsOf(server);
      }
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      tabMegabytes = Math.max(tabMegabytes, usedSize / 1e6);
      await page.close();
    }
    const [, peak = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
    const serverMegabytes = (Number(peak) * 1024) / 1e6;
    return {
      megabytes,
      startSeconds,
      pictureSeconds,
      serverSeconds,
      readSeconds,
      serverMegabytes,
      tabSeconds,
      tabMegabytes,
      problems,
    };
  } finally {
    await browser.close();
    server.kill('SIGINT');
  }
}

async function serve(folder: string): Promise<{ readonly server: ChildProcess; readonly address: string }> {
  const server = spawn(process.execPath, [join(root, 'apps', 'cli', 'dist', 'main.js'), 'watch', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    server.once('exit', code => reject(new Error(`zpin watch ended with code ${code}`)));
    server.stdout?.on('data', data => {
      const [, found] = /(http:\S+)/.exec(String(data)) ?? [];
      if (found) resolve(found);
    });
  });
  return { server, address };
}

/** Seconds of a processor that a process took so far, in ticks of a hundredth. */
function secondsOf({ pid }: ChildProcess): number {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(words[11]) + Number(words[12])) / 100;
}

interface Paid {
  readonly without: readonly number[];
  readonly followed: readonly number[];
}

/** Training alone, and with TensorBoard's files while a page follows it, in turn. */
async function trainWatched(scratch: string): Promise<Paid> {
  const paid = { without: [] as number[], followed: [] as number[] };
  for (let k = 0; k < rounds; k++) {
    const folders = { without: join(scratch, `alone-${k}`), followed: join(scratch, `followed-${k}`, 'run') };
    const order = k % 2 === 0 ? (['without', 'followed'] as const) : (['followed', 'without'] as const);
    for (const how of order) {
      const isFollowed = how === 'followed';
      const training = trainApart(folders[how], isFollowed);
      const follower = isFollowed ? follow(join(scratch, `followed-${k}`)) : null;
      paid[how].push(await training);
      await follower?.stop();
    }
  }
  return paid;
}

async function trainApart(folder: string, tensorboard: boolean): Promise<number> {
  const args = [...process.execArgv, process.argv[1] as string, '--role', 'train', '--folder', folder, '--steps', String(steps)];
  const child = spawn(process.execPath, [...args, ...(tensorboard ? ['--tensorboard'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', data => {
    text += data;
  });
  await new Promise(resolve => child.once('close', resolve));
  return Number(text.trim());
}

/** Asks for everything that a page shows, once a second. */
function follow(folder: string): { stop(): Promise<void> } {
  let isOver = false;
  const following = (async () => {
    mkdirSync(folder, { recursive: true });
    // A folder must hold a run before it can be watched.
    while (!isOver && !hasRun(folder)) await pause(100);
    if (isOver) return;
    const { server, address } = await serve(folder);
    while (!isOver) {
      const { measures } = (await (await fetch(`${address}api/runs`)).json()) as { readonly measures: readonly string[] };
      for (const measure of measures) await (await fetch(`${address}api/series?measure=${encodeURIComponent(measure)}`)).text();
      await pause(1000);
    }
    server.kill('SIGINT');
  })();
  return {
    async stop() {
      isOver = true;
      await following;
    },
  };
}

function hasRun(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'run', 'config.json'), 'utf8').endsWith('}\n');
  } catch {
    return false;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report(page: PageFigures, paid: Paid): string {
  const rows = [
    ['command until its address is served', `${page.startSeconds.toFixed(2)} s`],
    ['first picture of the return, first visit', `${page.pictureSeconds[0].toFixed(2)} s`],
    ['first picture, median of five visits', `${median(page.pictureSeconds).toFixed(2)} s`],
    ['processor time of the server until the first picture', `${page.serverSeconds.toFixed(2)} s`],
    ['processor time of the tab until the first picture', `${page.tabSeconds.toFixed(2)} s`],
    ['processor time of the server until all is read', `${page.readSeconds.toFixed(2)} s`],
    ['most memory of the server', `${page.serverMegabytes.toFixed(0)} MB`],
    ['memory of the tab, heap', `${page.tabMegabytes.toFixed(0)} MB`],
    ['errors and warnings in the console', String(page.problems.length)],
  ];
  return [
    '# Following runs',
    '',
    'Written by `pnpm bench watch --write`.',
    '',
    `\`zpin watch\` on ${runs} runs with ${points.toLocaleString('en-US')} episodes each, ${page.megabytes.toFixed(0)} MB of metrics,`,
    `seen in Chromium. Node ${process.version}, ${cpus()[0]?.model.trim()}.`,
    '',
    table(['', 'measured'], rows),
    '',
    ...paidText(paid),
    ...page.problems.map(problem => `- ${problem}`),
  ].join('\n');
}

function paidText({ without, followed }: Paid): string[] {
  if (rounds === 0) return [];
  const share = median(without) / median(followed);
  return [
    `Training of DQN on CartPole for ${steps.toLocaleString('en-US')} steps, alone, and with \`--tensorboard\` while a page follows it, in turn:`,
    `median processor time ${median(without).toFixed(2)} s and ${median(followed).toFixed(2)} s over ${rounds} rounds,`,
    `so ${(100 * share).toFixed(1)} % of its speed.`,
    '',
  ];
}
