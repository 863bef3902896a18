import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@zpin/core';
import { openRun, openSavedRun, type TrainingRun } from 'zpin';
import { metricEvents, RunFolder } from 'zpin/node';
import { CURVE_POINTS, type LearningRun, type PresetSettings } from './results.ts';
import { mean } from './statistics.ts';

/** One preset and seed to train. */
export interface Job {
  readonly settings: PresetSettings;
  readonly seed: number;
}

/** Greedy episodes after training: more where they are cheap and chance decides much of each. */
const EPISODES = { others: 100, onIndices: 1000 };
/** The command line concludes its runs, and so does this: a run that is trained and not yet evaluated can be opened again. */
const INTERNALS = { concludes: true };

/**
 * Trains an agent and lets it play greedily, in episodes of its own seed in which nothing trains: what `zpin train` does.
 * What it did is kept in a folder until it is over, so that a run that was stopped goes on where it was.
 * @param runs folder in which the folder of the run lies
 */
export async function trainRun({ settings, seed }: Job, engine: Engine, runs: string): Promise<LearningRun> {
  const folder = join(runs, folderName(settings, seed));
  const run = await open(folder, settings, seed, engine);
  const begun = run.step;
  const before = process.cpuUsage();
  for await (const _ of run.events());
  const { user, system } = process.cpuUsage(before);
  const here = (user + system) / 1e6;
  // Of a run in parts, the last one stands for all; nothing but the clock knows of one that was only evaluated here.
  const seconds = run.step > begun ? (here * run.step) / (run.step - begun) : run.wallSeconds;
  const episodes = run.spec.observationSpace.type === 'discrete' ? EPISODES.onIndices : EPISODES.others;
  const { meanReturn, stdReturn, successRate } = await run.evaluate({ episodes });
  const found: LearningRun = {
    ...{ seed, episodes },
    greedy: rounded(meanReturn),
    deviation: rounded(stdReturn),
    ...(successRate !== undefined && { success: rounded(successRate) }),
    ...trainingOf(folder, settings.steps),
    seconds: rounded(seconds),
    measured: new Date().toISOString().slice(0, 10),
    engine: engine.name,
  };
  run.dispose();
  rmSync(folder, { recursive: true });
  return found;
}

function open(folder: string, settings: PresetSettings, seed: number, engine: Engine): Promise<TrainingRun> {
  if (new RunFolder(folder).has('checkpoint')) return openSavedRun(folder, { engine }, INTERNALS);
  rmSync(folder, { recursive: true, force: true });
  const { algo, env, envOptions, her, steps, config } = settings;
  const options = {
    seed,
    steps,
    config,
    engine,
    saveTo: folder,
    ...(envOptions && { envOptions }),
    ...(her !== undefined && { her }),
  };
  // The settings are complete: what is measured is what the file says.
  return openRun(algo as 'ppo', env, { ...options, preset: false }, INTERNALS);
}

/** Changes with the settings. */
export function folderName(settings: PresetSettings, seed: number): string {
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 8);
  return `${settings.algo}-${settings.env.replace('/', '-')}-${seed}-${digest}`;
}

/** The end of training and its curve, from all episodes of the run, whoever trained which part of it. */
function trainingOf(folder: string, steps: number): Pick<LearningRun, 'training' | 'curve'> {
  const sums = new Float64Array(CURVE_POINTS);
  const counts = new Float64Array(CURVE_POINTS);
  const last: number[] = [];
  for (const event of metricEvents(new RunFolder(folder))) {
    if (event.type !== 'episode') continue;
    const part = Math.min(CURVE_POINTS - 1, Math.floor(((event.step - 1) * CURVE_POINTS) / steps));
    sums[part] += event.episodeReturn;
    counts[part]++;
    last.push(event.episodeReturn);
    if (last.length > 100) last.shift();
  }
  const curve = Array.from(sums, (sum, i) => (counts[i] === 0 ? null : Number((sum / counts[i]).toPrecision(4))));
  return { training: last.length === 0 ? null : rounded(mean(last)), curve };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
