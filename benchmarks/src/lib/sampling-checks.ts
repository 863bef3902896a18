import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rng } from '@zpin/contracts';
import { bestTrial, type Params, sampleRandom, sampleTpe, type Trial } from '@zpin/sweep';
import { OBJECTIVES, type Objective } from './sampling-objectives.ts';

/** How far samplers stay from the optimum of one function. */
export interface SamplingComparison {
  readonly objective: string;
  /** Median over seeds, by sampler. */
  readonly regrets: Readonly<Record<string, number>>;
  /** Our TPE's, as a multiple of Optuna's. */
  readonly ratio: number;
  readonly isMet: boolean;
}

interface OptunaResults {
  readonly version: string;
  readonly regrets: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly points: Readonly<Record<string, readonly OptunaPoint[]>>;
}

interface OptunaPoint {
  readonly params: Params;
  readonly value: number;
  readonly seed: number;
  readonly trial: number;
  readonly observed: number;
}

/** Our regret is at most this many times Optuna's. */
const BAR = 1.2;
const TRIALS = 100;

/**
 * Searches beside Optuna: 100 trials per seed on functions of known optimum. What counts is the true value of the trial that looks
 * best. Optuna's own values are computed again, so that the functions are the same on both sides.
 * @param python that has Optuna
 */
export function samplingComparisons(python: string, firstSeed: number, seeds: number): SamplingComparison[] {
  const { regrets: theirs, points } = searchWithOptuna(python, firstSeed, seeds);
  return Object.entries(OBJECTIVES).map(([name, objective]) => {
    for (const point of points[name]) checkSame(name, objective, point);
    const { space, direction } = objective;
    const regrets: Record<string, number> = {
      random: median(regretsOf(objective, firstSeed, seeds, (_, rng) => sampleRandom(space, rng))),
      'zpin TPE': median(regretsOf(objective, firstSeed, seeds, (trials, rng) => sampleTpe(space, trials, direction, rng))),
    };
    for (const [sampler, values] of Object.entries(theirs[name])) regrets[sampler] = median(values);
    const ratio = regrets['zpin TPE'] / regrets['Optuna TPE'];
    return { objective: name, regrets, ratio, isMet: ratio <= BAR };
  });
}

function searchWithOptuna(python: string, firstSeed: number, seeds: number): OptunaResults {
  const folder = mkdtempSync(join(tmpdir(), 'zpin-optuna-'));
  try {
    const file = join(folder, 'regrets.json');
    const script = fileURLToPath(new URL('../python/optuna_sampling.py', import.meta.url));
    execFileSync(python, [script, file, String(TRIALS), String(firstSeed), String(seeds)], { stdio: 'ignore' });
    return JSON.parse(readFileSync(file, 'utf8')) as OptunaResults;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkSame(name: string, objective: Objective, { params, value, seed, trial, observed }: OptunaPoint): void {
  const sorted = Object.fromEntries(Object.keys(objective.space).map(key => [key, params[key]]));
  const here = objective.value(sorted);
  const far = Math.max(Math.abs(here - value), Math.abs(objective.observe(here, seed, trial) - observed));
  if (far > 1e-9 * Math.max(1, Math.abs(observed))) {
    throw new Error(`samplingComparisons: ${name} must be the same function on both sides, got a difference of ${far}.`);
  }
}

function regretsOf(
  { value, observe, direction, optimum }: Objective,
  firstSeed: number,
  seeds: number,
  sample: (trials: readonly Trial[], rng: Rng) => Params,
): number[] {
  return Array.from({ length: seeds }, (_, i) => {
    const seed = firstSeed + i;
    const trials: Trial[] = [];
    const values: number[] = [];
    for (let number = 0; number < TRIALS; number++) {
      const params = sample(trials, new Rng([seed, 1, number]));
      values.push(value(params));
      const observed = observe(values[number], seed, number);
      trials.push({ number, state: 'complete', params, value: observed, intermediateValues: new Map() });
    }
    const best = bestTrial(trials, direction);
    return best === null ? Number.NaN : Math.abs(values[best.number] - optimum);
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
