import { createEngine } from '@zpin/core';
import { SyncVectorEnv } from '@zpin/envs';
import type { TabularAgent } from '@zpin/value-based';
import { openRun } from 'zpin';
import type { GridReport, GridSettings } from './grid-messages.ts';
import { gridPicture, makeGridWorld } from './grid-world.ts';
import { macrotask } from './macrotask.ts';
import { servePage } from './serve-page.ts';

/** Milliseconds between two reports. */
const REPORT_EVERY = 40;
/** The run ends here at the latest. */
const TOTAL_STEPS = 2_000_000;

let stepsPerSecond = 0;
const page = servePage<GridReport, GridSettings, number>(train, setSpeed);

function setSpeed(value: number): void {
  stepsPerSecond = value;
}

async function train({ algorithm, seed, learningRate, epsilon, ...wanted }: GridSettings): Promise<void> {
  setSpeed(wanted.stepsPerSecond);
  const grid = makeGridWorld(wanted);
  // Paths along the cliff have an end, so nothing need be discounted there.
  const gamma = wanted.world === 'CliffWalking-v1' ? 1 : 0.99;
  // One event per step, so that a slow run can be watched step by step.
  const config = { learningRate, epsilonStart: epsilon, epsilonEnd: epsilon, gamma, reportEverySteps: 1 };
  const engine = await createEngine('wasm');
  const openGrid = () => new SyncVectorEnv(() => grid.env, 1);
  const run = await openRun(algorithm, openGrid, { config, engine, seed, preset: false, steps: TOTAL_STEPS });
  const { table } = run.agent as TabularAgent;
  page.report({ type: 'ready', engine: run.engine, totalSteps: TOTAL_STEPS });

  let episodes: number[] = [];
  let reported = 0;
  let seconds = 0;
  let since = performance.now();
  /** Steps that may be made before the next report. */
  let allowed = 0;
  for await (const event of run.events()) {
    if (event.type === 'episode') episodes.push(event.step, event.episodeReturn);
    const isLast = event.type === 'checkpoint' && event.step >= TOTAL_STEPS;
    if (event.type !== 'step' && !isLast) continue;
    if (event.step < allowed && performance.now() - since < REPORT_EVERY && !isLast) continue;
    if (performance.now() - reported >= REPORT_EVERY || isLast) {
      const picture = gridPicture(grid, table.slice());
      const progress = { step: event.step, seconds, episodes: Float32Array.from(episodes) };
      page.report({ type: 'progress', ...progress, picture });
      episodes = [];
      reported = performance.now();
    }
    seconds += (performance.now() - since) / 1000;
    const ahead = event.step >= allowed ? Math.max(0, REPORT_EVERY - (performance.now() - since)) : 0;
    await (ahead > 0 ? new Promise(resolve => setTimeout(resolve, ahead)) : macrotask());
    await page.pause.passed();
    since = performance.now();
    allowed = event.step + Math.max(1, Math.round((stepsPerSecond * REPORT_EVERY) / 1000));
  }
  page.report({ type: 'done' });
}
