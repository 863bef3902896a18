import { expect, it } from 'vitest';
import { bestTrial, rankComplete, type Trial } from './trial.ts';

const trial = (number: number, value: number | null, ...reports: number[]): Trial => ({
  ...{ number, value, state: value === null ? 'pruned' : 'complete', params: {} },
  intermediateValues: new Map(reports.map((report, i) => [i, report])),
});

it('ranks complete trials by value, then by what they had come to on the way, then by number', () => {
  const trials = [
    trial(0, 5, 1, 2),
    trial(1, null, 9),
    trial(2, 5, 4, 4),
    trial(3, 7, 0),
    trial(4, 5, 4, 4),
    trial(5, Number.NaN),
  ];
  expect(rankComplete(trials, 'maximize').map(({ number }) => number)).toEqual([3, 2, 4, 0, 5]);
  expect(rankComplete(trials, 'minimize').map(({ number }) => number)).toEqual([0, 2, 4, 3, 5]);
  expect(bestTrial(trials, 'maximize')?.number).toBe(3);
  expect(bestTrial([trial(0, null, 1)], 'maximize')).toBeNull();
});

it('takes a trial without reports for one that was as good on the way', () => {
  expect(rankComplete([trial(0, 5), trial(1, 5, 6), trial(2, 5, 4)], 'maximize').map(({ number }) => number)).toEqual([1, 0, 2]);
});
