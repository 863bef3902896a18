import { ConfigError, message } from '@zpin/contracts';
import type { Engine, EngineChoice, StopRules } from '@zpin/core';
import type { EvaluateOptions } from './evaluate-agent.ts';
import type { MessageNames } from './message-names.ts';
import type { FilmFormat } from './run-defaults.ts';

/** How the policy of a run is evaluated. */
export interface EvaluationOptions extends Pick<EvaluateOptions, 'episodes' | 'seed' | 'maxEpisodeSteps'> {
  /** Steps of training between two evaluations; none while it trains when omitted. */
  readonly everySteps?: number;
  /**
   * Ends the run when the mean return of one of these evaluations is at least this. Null, when a run goes on: no longer.
   */
  readonly stopAtReturn?: number | null;
  /**
   * Ends the run when so many of these evaluations in a row had no better mean return than the best one before them. Null, when a
   * run goes on: no longer.
   */
  readonly patience?: number | null;
}

/** Films of the greedy policy while a run trains. */
export interface FilmPlan {
  /** Steps of training between two films. */
  readonly everySteps: number;
  /** An animated GIF when omitted; `mp4` needs ffmpeg, `png` is a folder of pictures. */
  readonly format?: FilmFormat;
  /** Steps after which an episode is cut off; 500 when omitted. */
  readonly maxSteps?: number;
}

/** How a run is carried out, as it is told. */
export interface ToldOptions {
  /**
   * What computes: a name, or an engine of `createEngine`; the fastest that is there when omitted. What was taken is kept with the
   * run, so that it goes on with the same numbers elsewhere.
   */
  readonly engine?: EngineChoice | Engine;
  /**
   * Threads that share each large operation of ONNX Runtime; one when omitted. They change no bit, and pay where networks are wide.
   * Goes with an engine that is named. Kept with the run.
   */
  readonly threads?: number;
  /**
   * Greedy evaluation, in an environment of its own: an `eval` event after every `everySteps` steps of training, none when that is
   * omitted. The rest holds for `run.evaluate()` too. Kept with the run.
   */
  readonly evaluation?: EvaluationOptions;
  /** Steps between two `checkpoint` events; a tenth of the run when omitted. Kept with the run. */
  readonly checkpointEverySteps?: number;
  /**
   * How many of the last checkpoints stay in the folder of the run, each in `checkpoints/<step>`: what they have in common takes
   * room once. Omitted: only the last one stays. Kept with the run.
   */
  readonly keepCheckpoints?: number;
  /** Whether the folder of the run takes event files for TensorBoard. Kept with the run. */
  readonly tensorboard?: boolean;
  /**
   * Films of greedy episodes while it trains, as `films/<step>.gif` in the folder of the run, and as pictures in TensorBoard. Kept with
   * the run.
   */
  readonly films?: FilmPlan;
}

/** How a run was told to be carried out: kept with it, so that it goes on as it began. Plain data. */
export interface KeptOptions {
  /** What computes. Runs of before have none, or `auto`, where they took ONNX Runtime if it was there. */
  readonly engine?: EngineChoice;
  /** Threads that it computes with; one when omitted. */
  readonly threads?: number;
  readonly evaluation?: EvaluationOptions;
  /** Steps between two checkpoints; a tenth of the run when omitted. */
  readonly checkpointEverySteps?: number;
  /** Checkpoints that stay beside the last one; none when omitted. */
  readonly keepCheckpoints?: number;
  /** Whether there are event files for TensorBoard. */
  readonly tensorboard?: boolean;
  readonly films?: FilmPlan;
}

/**
 * What is kept: what a run is told now, and of what it was told before all that it is not told anew.
 * @throws ConfigError when a number is out of range
 */
export function keptOptions(options: ToldOptions, before: KeptOptions, names: MessageNames): KeptOptions {
  const { everySteps, episodes, seed, maxEpisodeSteps } = options.evaluation ?? {};
  const { checkpointEverySteps = before.checkpointEverySteps, keepCheckpoints = before.keepCheckpoints } = options;
  const { tensorboard = before.tensorboard, threads = before.threads } = options;
  const films = options.films && { ...before.films, ...options.films };
  const counts = {
    threads,
    'evaluation.everySteps': everySteps,
    'evaluation.episodes': episodes,
    'evaluation.maxEpisodeSteps': maxEpisodeSteps,
    checkpointEverySteps,
    keepCheckpoints,
    'films.everySteps': films?.everySteps,
    'films.maxSteps': films?.maxSteps,
  };
  for (const [name, value] of Object.entries(counts)) if (value !== undefined) checkInteger(names, name, value, 1);
  if (seed !== undefined) checkInteger(names, 'evaluation.seed', seed, 0);
  const evaluation = { ...before.evaluation, ...options.evaluation };
  checkRules(evaluation, names);
  return {
    ...(Object.keys(evaluation).length > 0 && { evaluation }),
    ...(checkpointEverySteps !== undefined && { checkpointEverySteps }),
    ...(keepCheckpoints !== undefined && { keepCheckpoints }),
    ...(threads !== undefined && { threads }),
    ...(tensorboard !== undefined && { tensorboard }),
    ...((films ?? before.films) && { films: films ?? before.films }),
  };
}

/** The rules by which evaluations end a run, as training takes them: without those that no longer hold. */
export function stopRules({ stopAtReturn, patience }: EvaluationOptions = {}): StopRules {
  return { ...(stopAtReturn != null && { stopAtReturn }), ...(patience != null && { patience }) };
}

/** @throws ConfigError when a rule is out of range, or nothing is evaluated that it could look at */
function checkRules(evaluation: EvaluationOptions, names: MessageNames): void {
  const { stopAtReturn, patience } = stopRules(evaluation);
  if (stopAtReturn !== undefined && !Number.isFinite(stopAtReturn)) {
    const expectation = `${names.option('stopAtReturn')} must be a finite number`;
    throw new ConfigError(message(names.where, expectation, stopAtReturn, 'Give the mean return that is good enough'));
  }
  if (patience !== undefined) checkInteger(names, names.option('patience'), patience, 1);
  if (evaluation.everySteps !== undefined || (stopAtReturn === undefined && patience === undefined)) return;
  const rule = stopAtReturn === undefined ? 'patience' : 'stopAtReturn';
  const remedy = `Give ${names.option('evalEvery')}: the steps between two evaluations`;
  throw new ConfigError(message(names.where, `${names.option(rule)} needs evaluations while the run trains`, 'none', remedy));
}

/** @throws ConfigError unless the value is an integer of at least `min` */
export function checkInteger({ where }: MessageNames, name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new ConfigError(message(where, `${name} must be an integer >= ${min}`, value, 'Give such a number'));
}
