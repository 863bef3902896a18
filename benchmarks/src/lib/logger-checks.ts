import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import ts from 'typescript';
import { openRun } from 'zpin';

/** What a real MLflow and a real client of Weights & Biases were sent by the programs of the guide, and what they keep. */
export interface LoggerCheck {
  readonly name: string;
  readonly found: string;
  readonly isMet: boolean;
}

/** Built, this file is part of a program in `benchmarks/dist`. */
const ROOT = new URL('../../', import.meta.url);
const GUIDE = new URL('apps/docs/site/guide/watching.md', ROOT);
/** Seconds in which a server must answer for the first time. */
const START = 300;

/** Sends the runs of the guide to MLflow and to Weights & Biases, offline. @param python that has both */
export async function loggerChecks(python: string): Promise<LoggerCheck[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zpin-loggers-'));
  try {
    const expected = await ownNumbers();
    return [...(await mlflowChecks(python, folder, expected)), ...wandbChecks(python, folder, expected)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the run of the guide tells. */
interface Numbers {
  /** `[step, return]` of each episode. */
  readonly episodes: readonly (readonly [number, number])[];
  readonly evaluations: readonly (readonly [number, number])[];
  /** Events as `--json` prints them. */
  readonly lines: readonly string[];
}

async function ownNumbers(): Promise<Numbers> {
  const run = await openRun('dqn', 'CartPole-v1', { steps: 2000, evaluation: { everySteps: 500, episodes: 5 } });
  const episodes: [number, number][] = [];
  const evaluations: [number, number][] = [];
  const lines: string[] = [];
  for await (const event of run.events()) {
    if (event.type === 'checkpoint') continue;
    lines.push(JSON.stringify(event));
    if (event.type === 'episode') episodes.push([event.step, event.episodeReturn]);
    if (event.type === 'eval') evaluations.push([event.step, event.returns.reduce((sum, value) => sum + value) / 5]);
  }
  run.dispose();
  return { episodes, evaluations, lines };
}

/** The block of the guide in a language that holds some words. */
function guideBlock(language: string, words: string): string {
  const blocks = readFileSync(GUIDE, 'utf8').split('```');
  const block = blocks.find(text => text.startsWith(`${language}\n`) && text.includes(words));
  if (!block) throw new Error(`check:peers: the guide must have a block of ${language} with ${words}, got none.`);
  return block.slice(language.length + 1);
}

async function mlflowChecks(python: string, folder: string, { episodes, evaluations }: Numbers): Promise<LoggerCheck[]> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const store = `sqlite:///${join(folder, 'mlflow.sqlite')}`;
  const args = ['-m', 'mlflow', 'server', '--port', String(port), '--backend-store-uri', store, '--workers', '1'];
  const server = spawn(python, [...args, '--artifacts-destination', join(folder, 'artifacts')], {
    stdio: 'ignore',
    detached: true,
  });
  // Beside the packages that it imports.
  const program = fileURLToPath(new URL(`benchmarks/.mlflow-${process.pid}.mjs`, ROOT));
  try {
    await answering(`${address}/health`);
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    writeFileSync(program, ts.transpileModule(guideBlock('ts', 'MLFLOW_TRACKING_URI'), { compilerOptions }).outputText);
    const env = { ...process.env, MLFLOW_TRACKING_URI: address };
    execFileSync(process.execPath, [...process.execArgv, program], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const { runs } = (await post(`${address}/api/2.0/mlflow/runs/search`, { experiment_ids: ['0'] })) as { runs: MlflowRun[] };
    const [run] = runs;
    const history = (key: string) => historyOf(address, run.info.run_id, key);
    const check = (name: string, found: string, isMet: boolean) => ({ name: `MLflow: ${name}`, found, isMet });
    const [returns, evalReturns] = [await history('return'), await history('evalReturn')];
    return [
      check('runs', `${runs.length}, ${run.info.status}`, runs.length === 1 && run.info.status === 'FINISHED'),
      check('returns of episodes', `${returns.length} points`, isDeepStrictEqual(returns, episodes)),
      check('evaluations', `${evalReturns.length} points`, isDeepStrictEqual(evalReturns, evaluations)),
      check(
        'settings',
        `${run.data.params.length}`,
        run.data.params.some(({ key, value }) => key === 'env' && value === '"CartPole-v1"'),
      ),
    ];
  } finally {
    rmSync(program, { force: true });
    // Its workers are of its group.
    if (server.pid !== undefined && server.exitCode === null) {
      process.kill(-server.pid, 'SIGTERM');
      await once(server, 'exit');
    }
  }
}

interface MlflowRun {
  readonly info: { readonly run_id: string; readonly status: string };
  readonly data: { readonly params: readonly { readonly key: string; readonly value: string }[] };
}

async function historyOf(address: string, run: string, key: string): Promise<[number, number][]> {
  const query = `run_id=${run}&metric_key=${key}&max_results=10000`;
  const answer = await fetch(`${address}/api/2.0/mlflow/metrics/get-history?${query}`);
  const { metrics } = (await answer.json()) as { metrics: { step: number | string; value: number }[] };
  // Whole numbers of 64 bits are texts there.
  return metrics.map(({ step, value }): [number, number] => [Number(step), value]).sort(([a], [b]) => a - b);
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

async function answering(url: string): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 1000 * START; await pause(250)) {
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
  }
  throw new Error(`check:peers: MLflow must answer within ${START} s, got nothing. Look at its installation.`);
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The Python of the guide, fed what `--json` prints; its client keeps the run in a file that another program of its own reads. */
function wandbChecks(python: string, folder: string, { episodes, evaluations, lines }: Numbers): LoggerCheck[] {
  const script = join(folder, 'wandb_events.py');
  writeFileSync(script, guideBlock('python', 'wandb.init'));
  const env = { ...process.env, WANDB_MODE: 'offline', WANDB_DIR: folder, WANDB_SILENT: 'true' };
  const summary = JSON.stringify({ type: 'summary', steps: 2000 });
  execFileSync(python, [script], {
    cwd: folder,
    env,
    input: `${[...lines, summary].join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const reader = fileURLToPath(new URL('benchmarks/python/wandb_read.py', ROOT));
  const found = JSON.parse(execFileSync(python, [reader, folder], { env }).toString()) as WandbRun;
  const check = (name: string, text: string, isMet: boolean) => ({ name: `Weights & Biases: ${name}`, found: text, isMet });
  return [
    check('returns of episodes', `${found.episodes.length} points`, isDeepStrictEqual(found.episodes, episodes)),
    check('evaluations', `${found.evaluations.length} points`, isDeepStrictEqual(found.evaluations, evaluations)),
    check('summary', JSON.stringify(found.summary), found.summary === 2000),
  ];
}

interface WandbRun {
  readonly episodes: readonly (readonly [number, number])[];
  readonly evaluations: readonly (readonly [number, number])[];
  readonly summary: number | null;
}
