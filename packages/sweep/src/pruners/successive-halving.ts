/**
 * Asynchronous successive halving (ASHA): Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht & Talwalkar 2020, "A System for
 * Massively Parallel Hyperparameter Tuning", algorithm 2, in the form that stops trials: each goes on until it is not among the best
 * of those that came as far as it did. r, η and s of the paper are `minResource`, `reductionFactor` and `minEarlyStoppingRate`.
 */
import { ConfigError, message } from '@zpin/contracts';
import { type Direction, lossOf, type Trial } from '../trial.ts';
import { lastStep } from './median.ts';

export interface SuccessiveHalvingOptions {
  /** Steps of a trial before the first rung, in the unit of its reports. */
  readonly minResource: number;
  /** η: one of so many trials passes a rung, and the next one is so many times further; 4 when omitted. */
  readonly reductionFactor?: number;
  /** s: rungs at the beginning that nobody is stopped at; 0 when omitted. */
  readonly minEarlyStoppingRate?: number;
}

/**
 * Whether a trial should stop, asked after each of its reports. Rung k lies at `minResource · η^(s + k)` steps. A trial that reaches
 * one stops there unless its value is among the best 1/η of all trials that have reached it, those that were stopped there included.
 * @throws ConfigError when an option is out of range
 */
export function shouldPruneByHalving(
  trial: Trial,
  trials: readonly Trial[],
  direction: Direction,
  { minResource, reductionFactor = 4, minEarlyStoppingRate = 0 }: SuccessiveHalvingOptions,
): boolean {
  const where = 'shouldPruneByHalving';
  if (!(minResource > 0)) throw new ConfigError(message(where, 'minResource must be > 0', minResource, 'Give steps'));
  if (!(Number.isInteger(reductionFactor) && reductionFactor >= 2)) {
    throw new ConfigError(message(where, 'reductionFactor must be an integer >= 2', reductionFactor, '4 is usual'));
  }
  if (!(Number.isInteger(minEarlyStoppingRate) && minEarlyStoppingRate >= 0)) {
    throw new ConfigError(message(where, 'minEarlyStoppingRate must be an integer >= 0', minEarlyStoppingRate, '0 is usual'));
  }
  const step = lastStep(trial);
  if (step === null) return false;
  for (let rung = minResource * reductionFactor ** minEarlyStoppingRate; rung <= step; rung *= reductionFactor) {
    const own = lossAt(trial, rung, direction);
    if (own === null) continue;
    const others = trials.filter(({ number }) => number !== trial.number).map(other => lossAt(other, rung, direction));
    const known = others.filter(loss => loss !== null);
    // Among fewer than η, the best one goes on.
    const passing = Math.max(1, Math.floor((known.length + 1) / reductionFactor));
    if (known.filter(loss => loss < own).length >= passing || own === Number.POSITIVE_INFINITY) return true;
  }
  return false;
}

/** Loss at the first report at a rung or after it; null where the trial did not come so far. */
function lossAt({ intermediateValues }: Trial, rung: number, direction: Direction): number | null {
  let first = Number.POSITIVE_INFINITY;
  for (const step of intermediateValues.keys()) if (step >= rung && step < first) first = step;
  const value = intermediateValues.get(first);
  return value === undefined ? null : lossOf(value, direction);
}
