import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { openRun, resume } from 'zpin';
import { RunFolder, readMetrics } from 'zpin/node';

/** What the real TensorBoard was asked, and what it found. */
export interface TensorboardCheck {
  readonly name: string;
  readonly found: string;
  readonly isMet: boolean;
}

type Points = readonly (readonly [step: number, value: number])[];

interface Served {
  readonly runs: readonly string[];
  readonly scalarTags: readonly string[];
  readonly imageTags: readonly string[];
  readonly hyperparameters: readonly string[];
}

interface Reading {
  readonly accumulated: {
    readonly scalars: Readonly<Record<string, Points>>;
    readonly texts: Readonly<Record<string, string>>;
    readonly pictures: Readonly<Record<string, readonly (readonly [step: number, width: number, height: number])[]>>;
    readonly hyperparameters: Readonly<Record<string, unknown>>;
    /** 1 is success. */
    readonly status: number | null;
  };
  readonly served: Served;
  readonly fast: Served;
}

/** Lets TensorBoard read a run that was stopped behind its last checkpoint and went on. @param python that has TensorBoard */
export async function tensorboardChecks(python: string): Promise<TensorboardCheck[]> {
  const logs = mkdtempSync(join(tmpdir(), 'zpin-tensorboard-'));
  try {
    const folder = join(logs, 'run');
    await trainWithStop(folder);
    const reader = fileURLToPath(new URL('../python/tensorboard_read.py', import.meta.url));
    const answer = execFileSync(python, [reader, logs, 'run'], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });
    return compared(JSON.parse(answer.toString()) as Reading, new RunFolder(folder));
  } finally {
    rmSync(logs, { recursive: true });
  }
}

async function trainWithStop(folder: string): Promise<void> {
  const config = { learningStarts: 200, hiddenSizes: [16] };
  const evaluation = { everySteps: 250, episodes: 3 };
  const films = { everySteps: 500, maxSteps: 20 };
  const told = { steps: 1500, config, evaluation, checkpointEverySteps: 400, saveTo: folder, tensorboard: true, films };
  const run = await openRun('dqn', 'CartPole-v1', told);
  for await (const event of run.events()) if (event.step >= 1100) break;
  run.dispose();
  (await resume(folder)).dispose();
}

function compared({ accumulated, served, fast }: Reading, folder: RunFolder): TensorboardCheck[] {
  const { scalars, texts, pictures, hyperparameters, status } = accumulated;
  const events = readMetrics(folder);
  const updates = events.flatMap(event => (event.type === 'update' ? [[event.step, Math.fround(event.metrics.loss)]] : []));
  const evaluations = events.flatMap(event =>
    event.type === 'eval' ? [[event.step, Math.fround(event.returns.reduce((sum, value) => sum + value, 0) / 3)]] : [],
  );
  const tags = Object.keys(scalars).sort();
  const description = folder.describe('check:peers');
  const check = (name: string, found: string, isMet: boolean) => ({ name, found, isMet });
  const isSame = (tag: string, points: readonly (readonly number[])[]) =>
    check(`${tag}, against metrics.jsonl`, `${points.length} points`, isDeepStrictEqual(scalars[tag], points));
  const pages = Object.entries({ 'its Python reader': served, 'its fast reader': fast }).flatMap(([reader, page]) => [
    check(`runs on its page, by ${reader}`, page.runs.join(', '), isDeepStrictEqual(page.runs, ['run'])),
    check(`curves on its page, by ${reader}`, `${page.scalarTags.length}`, isDeepStrictEqual(page.scalarTags, tags)),
    check(`films on its page, by ${reader}`, page.imageTags.join(', '), isDeepStrictEqual(page.imageTags, ['film'])),
    check(
      `hyperparameters on its page, by ${reader}`,
      `${page.hyperparameters.length}`,
      Object.keys(description.config).every(name => page.hyperparameters.includes(name)),
    ),
  ]);
  return [
    isSame('update/loss', updates),
    isSame('eval/return', evaluations),
    check('settings as a text', `${texts.settings?.length} characters`, texts.settings?.includes('| algorithm | dqn |') ?? false),
    check(
      'batchSize as a hyperparameter',
      String(hyperparameters.batchSize),
      hyperparameters.batchSize === description.config.batchSize,
    ),
    check(
      'films',
      JSON.stringify(pictures.film),
      isDeepStrictEqual(
        pictures.film,
        [500, 1000, 1500].map(step => [step, 600, 400]),
      ),
    ),
    check('status', String(status), status === 1),
    ...pages,
  ];
}
