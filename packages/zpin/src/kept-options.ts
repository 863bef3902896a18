import { ConfigError, message } from '@zpin/contracts';
import type { Engine, EngineChoice } from '@zpin/core';
import type { EvaluateOptions } from './evaluate-agent.ts';
import type { MessageNames } from './message-names.ts';

/** How the policy of a run is evaluated. */
export interface EvaluationOptions extends Pick<EvaluateOptions, 'episodes' | 'seed' | 'maxEpisodeSteps'> {
  /** Steps of training between two evaluations; none while it trains when omitted. */
  readonly everySteps?: number;
}

/** How a run is carried out, as it is told. */
export interface ToldOptions {
  /**
   * What computes: a name, or an engine of `createEngine`; the fastest that is there when omitted. A name is kept with the run.
   */
  readonly engine?: EngineChoice | Engine;
  /**
   * Greedy evaluation, in an environment of its own: an `eval` event after every `everySteps` steps of training, none when that is
   * omitted. The rest holds for `run.evaluate()` too. Kept with the run.
   */
  readonly evaluation?: EvaluationOptions;
  /** Steps between two `checkpoint` events; a tenth of the run when omitted. Kept with the run. */
  readonly checkpointEverySteps?: number;
}

/** How a run was told to be carried out: kept with it, so that it goes on as it began. Plain data. */
export interface KeptOptions {
  /** What computes; the fastest that is there when omitted. */
  readonly engine?: EngineChoice;
  readonly evaluation?: EvaluationOptions;
  /** Steps between two checkpoints; a tenth of the run when omitted. */
  readonly checkpointEverySteps?: number;
}

/**
 * What is kept: what a run is told now, and of what it was told before all that it is not told anew.
 * @throws ConfigError when a number is out of range
 */
export function keptOptions(options: ToldOptions, before: KeptOptions, names: MessageNames): KeptOptions {
  const { everySteps, episodes, seed, maxEpisodeSteps } = options.evaluation ?? {};
  const { checkpointEverySteps = before.checkpointEverySteps } = options;
  // An engine of one's own is no plain data; its name would not say all.
  const engine = typeof options.engine === 'string' ? options.engine : before.engine;
  const counts = {
    'evaluation.everySteps': everySteps,
    'evaluation.episodes': episodes,
    'evaluation.maxEpisodeSteps': maxEpisodeSteps,
    checkpointEverySteps,
  };
  for (const [name, value] of Object.entries(counts)) if (value !== undefined) checkInteger(names, name, value, 1);
  if (seed !== undefined) checkInteger(names, 'evaluation.seed', seed, 0);
  const evaluation = { ...before.evaluation, ...options.evaluation };
  return {
    ...(engine !== undefined && { engine }),
    ...(Object.keys(evaluation).length > 0 && { evaluation }),
    ...(checkpointEverySteps !== undefined && { checkpointEverySteps }),
  };
}

/** @throws ConfigError unless the value is an integer of at least `min` */
export function checkInteger({ where }: MessageNames, name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new ConfigError(message(where, `${name} must be an integer >= ${min}`, value, 'Give such a number'));
}
