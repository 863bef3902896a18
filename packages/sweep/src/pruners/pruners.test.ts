import { expect, test } from 'vitest';
import type { Trial, TrialState } from '../trial.ts';
import { shouldPruneByMedian } from './median.ts';
import { shouldPruneByHalving } from './successive-halving.ts';

const trial = (number: number, values: Readonly<Record<number, number>>, state: TrialState = 'complete'): Trial => ({
  ...{ number, state, params: {}, value: null },
  intermediateValues: new Map(Object.entries(values).map(([step, value]) => [Number(step), value])),
});

const five = [1, 2, 3, 4, 5].map((value, number) => trial(number, { 10: value, 20: 10 * value }));

test('the median stops whoever is worse than half of the complete trials at the same step', () => {
  expect(shouldPruneByMedian(trial(5, { 10: 2.9 }, 'running'), five, 'maximize')).toBe(true);
  expect(shouldPruneByMedian(trial(5, { 10: 3 }, 'running'), five, 'maximize')).toBe(false);
  expect(shouldPruneByMedian(trial(5, { 10: 3.1 }, 'running'), five, 'minimize')).toBe(true);
  // Of an even number the middle is between two.
  const six = [...five, trial(6, { 10: 4 })];
  expect(shouldPruneByMedian(trial(7, { 10: 3.4 }, 'running'), six, 'maximize')).toBe(true);
  expect(shouldPruneByMedian(trial(7, { 10: 3.5 }, 'running'), six, 'maximize')).toBe(false);
});

test('the median counts the best so far, and waits', () => {
  expect(shouldPruneByMedian(trial(5, { 10: 31, 20: 5 }, 'running'), five, 'maximize')).toBe(false);
  expect(shouldPruneByMedian(trial(5, { 10: 0 }, 'running'), five.slice(1), 'maximize')).toBe(false);
  expect(shouldPruneByMedian(trial(5, { 10: 0 }, 'running'), five, 'maximize', { warmupSteps: 11 })).toBe(false);
  expect(shouldPruneByMedian(trial(5, { 15: 0 }, 'running'), five, 'maximize')).toBe(false);
  expect(shouldPruneByMedian(trial(5, {}, 'running'), five, 'maximize')).toBe(false);
  const running = five.map(each => ({ ...each, state: 'running' as const }));
  expect(shouldPruneByMedian(trial(5, { 10: 0 }, 'running'), running, 'maximize', { startupTrials: 0 })).toBe(false);
  expect(shouldPruneByMedian(trial(5, { 10: Number.NaN }, 'running'), five, 'maximize')).toBe(true);
});

test('halving lets one of η pass each rung, those that stopped there included', () => {
  const others = [1, 2, 3, 4, 5, 6, 7].map((value, number) => trial(number, { 1: value }, number % 2 ? 'pruned' : 'running'));
  const options = { minResource: 1, reductionFactor: 4 };
  // Of eight, two pass.
  expect(shouldPruneByHalving(trial(7, { 1: 6.5 }, 'running'), others, 'maximize', options)).toBe(false);
  expect(shouldPruneByHalving(trial(7, { 1: 5.5 }, 'running'), others, 'maximize', options)).toBe(true);
  expect(shouldPruneByHalving(trial(7, { 1: 1.5 }, 'running'), others, 'minimize', options)).toBe(false);
  expect(shouldPruneByHalving(trial(7, { 1: 2.5 }, 'running'), others, 'minimize', options)).toBe(true);
});

test('halving: the first one passes, and rungs lie at minResource · η^(s + k)', () => {
  const options = { minResource: 2, reductionFactor: 3, minEarlyStoppingRate: 1 };
  const low = trial(1, { 5: 0, 6: 0, 17: 0, 18: 0 }, 'running');
  expect(shouldPruneByHalving(low, [], 'maximize', options)).toBe(false);
  const good = trial(0, { 6: 1, 18: 1 });
  expect(shouldPruneByHalving(trial(1, { 5: 0 }, 'running'), [good], 'maximize', options)).toBe(false);
  expect(shouldPruneByHalving(trial(1, { 6: 0 }, 'running'), [good], 'maximize', options)).toBe(true);
  // Reports need not fall on rungs: the first one behind counts.
  expect(shouldPruneByHalving(trial(1, { 6: 2, 20: 0.5 }, 'running'), [good], 'maximize', options)).toBe(true);
  expect(shouldPruneByHalving(trial(1, { 6: 2, 20: 1.5 }, 'running'), [good], 'maximize', options)).toBe(false);
  expect(shouldPruneByHalving(trial(1, { 6: Number.NaN }, 'running'), [], 'maximize', options)).toBe(true);
});

test.each([
  [{ minResource: 0 }, 'minResource must be > 0, got 0'],
  [{ minResource: 1, reductionFactor: 1.5 }, 'reductionFactor must be an integer >= 2, got 1.5'],
  [{ minResource: 1, minEarlyStoppingRate: -1 }, 'minEarlyStoppingRate must be an integer >= 0, got -1'],
])('halving refuses %j', (options, text) => {
  expect(() => shouldPruneByHalving(five[0], [], 'maximize', options)).toThrow(`shouldPruneByHalving: ${text}`);
});
