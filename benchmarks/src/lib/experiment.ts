import type { Engine } from '@zpin/core';
import { type AlgorithmId, type EnvSettings, loadAlgorithm, openRun, type RunEvent, type RunOptions } from 'zpin';

/** What is drawn: something of training episodes, a metric of updates by its name, or the mean return of greedy episodes. */
export type Measure =
  | 'episodeReturn'
  | 'episodeLength'
  /** Sum of the rewards of all episodes that have ended so far. */
  | 'accumulatedReward'
  | { readonly metric: string }
  | { readonly greedyEpisodes: number };

/** One of the things compared. */
export interface Arm {
  /** In the legend. */
  readonly name: string;
  readonly algo: AlgorithmId;
  /** Whether the algorithm's preset for the environment holds where `config` says nothing. */
  readonly preset?: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Instead of the experiment's. */
  readonly envOptions?: EnvSettings;
}

export interface Panel {
  readonly yLabel: string;
  readonly measure: Measure;
  /** Values are > 0 and drawn on a logarithmic axis. */
  readonly logY?: boolean;
  /** A horizontal line, for example the true value. */
  readonly reference?: { readonly name: string; readonly value: number };
}

/** Several arms, trained with the same seeds and drawn side by side. */
export interface Experiment {
  readonly title: string;
  readonly env: string;
  readonly envOptions?: EnvSettings;
  /** Environment steps of a run, or how many episodes of training it takes. */
  readonly length: { readonly steps: number } | { readonly episodes: number };
  /** Intervals over which values are averaged; 50 when omitted. */
  readonly points?: number;
  /** How many seeds, from 1001 on; 5 when omitted. */
  readonly seeds?: number;
  readonly arms: readonly Arm[];
  readonly panels: readonly Panel[];
}

/** Values of one run, one list per panel; `null` before the first one is known. */
export type Curves = readonly (readonly (number | null)[])[];

/** All agents play the same episodes, in which none was trained. */
const EVALUATION_SEED = 1_000_000;
/** Where only episodes limit a run. */
const MANY_STEPS = 1e9;

export const pointsOf = ({ points = 50 }: Experiment): number => points;

/** Right ends of the intervals: environment steps or episodes. */
export function grid(experiment: Experiment): number[] {
  const { length } = experiment;
  const total = 'steps' in length ? length.steps : length.episodes;
  const points = pointsOf(experiment);
  return Array.from({ length: points }, (_, k) => Math.round(((k + 1) * total) / points));
}

/** Settings of an arm, the preset's among them. */
export async function configOf({ env }: Experiment, { algo, preset, config }: Arm): Promise<Readonly<Record<string, unknown>>> {
  const known = preset ? ((await loadAlgorithm(algo)).presets[env]?.config as object | undefined) : undefined;
  return { ...known, ...config };
}

/** Trains one arm with one seed. */
export async function runArm(experiment: Experiment, arm: Arm, seed: number, engine: Engine): Promise<Curves> {
  const { length, panels } = experiment;
  const steps = 'steps' in length ? length.steps : MANY_STEPS;
  const envOptions = arm.envOptions ?? experiment.envOptions;
  const run = await openRun(await loadAlgorithm(arm.algo), experiment.env, {
    ...{ config: await configOf(experiment, arm), preset: false, seed, steps, engine, checkpointEverySteps: steps },
    ...(envOptions && { envOptions }),
    ...evaluationOf(experiment, steps),
  });
  const ends = grid(experiment);
  const curves = panels.map(({ measure }) => new Curve(measure, ends));
  let episodes = 0;
  for await (const event of run.events()) {
    if (event.type === 'episode') episodes++;
    const at = 'steps' in length ? event.step : episodes;
    for (const curve of curves) curve.add(at, event);
    if ('episodes' in length && episodes >= length.episodes) break;
  }
  run.dispose();
  return curves.map(curve => curve.values());
}

/** Collects what one panel shows of one run: means over intervals, or the running total. */
class Curve {
  readonly #measure: Measure;
  readonly #ends: readonly number[];
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(measure: Measure, ends: readonly number[]) {
    this.#measure = measure;
    this.#ends = ends;
    this.#sums = new Float64Array(ends.length);
    this.#counts = new Float64Array(ends.length);
  }

  add(at: number, event: RunEvent): void {
    const value = read(this.#measure, event);
    if (value === undefined) return;
    const total = this.#ends[this.#ends.length - 1];
    const k = Math.min(this.#ends.length - 1, Math.max(0, Math.ceil((at / total) * this.#ends.length) - 1));
    this.#sums[k] += value;
    this.#counts[k]++;
  }

  /** An interval in which nothing was seen keeps the value before it. */
  values(): (number | null)[] {
    let last: number | null = this.#measure === 'accumulatedReward' ? 0 : null;
    return this.#ends.map((_, k) => {
      if (this.#measure === 'accumulatedReward') last = (last ?? 0) + this.#sums[k];
      else if (this.#counts[k] > 0) last = this.#sums[k] / this.#counts[k];
      return last;
    });
  }
}

function read(measure: Measure, event: RunEvent): number | undefined {
  if (event.type === 'episode') {
    if (measure === 'episodeReturn' || measure === 'accumulatedReward') return event.episodeReturn;
    return measure === 'episodeLength' ? event.episodeLength : undefined;
  }
  if (typeof measure === 'string') return undefined;
  if (event.type === 'update' && 'metric' in measure) return event.metrics[measure.metric];
  if (event.type === 'eval' && 'greedyEpisodes' in measure) {
    return event.returns.reduce((sum, value) => sum + value, 0) / event.returns.length;
  }
  return undefined;
}

function evaluationOf(experiment: Experiment, totalSteps: number): Pick<RunOptions, 'evaluation'> {
  for (const { measure } of experiment.panels) {
    if (typeof measure === 'string' || !('greedyEpisodes' in measure)) continue;
    const everySteps = Math.round(totalSteps / pointsOf(experiment));
    return { evaluation: { everySteps, episodes: measure.greedyEpisodes, seed: EVALUATION_SEED } };
  }
  return {};
}
