import { InputError } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { FakeIo } from '../../test/fake-io.ts';
import { RunProgress } from '../processes/run-progress.ts';
import { confidenceInterval, interquartileMean } from './aggregate.ts';
import { SeedLines } from './seed-lines.ts';
import { readSeeds, seedsText } from './seed-list.ts';
import { argumentsOfSeed } from './train-seeds.ts';

describe('a list of seeds', () => {
  it.each([
    ['1-5', [1, 2, 3, 4, 5], '1-5'],
    ['3', [3], '3'],
    ['1, 3,8-10', [1, 3, 8, 9, 10], '1,3,8-10'],
    ['5,4,0-1', [5, 4, 0, 1], '5,4,0-1'],
  ])('%s', (text, seeds, written) => {
    expect(readSeeds('t', text)).toEqual(seeds);
    expect(seedsText(seeds)).toBe(written);
  });

  it.each(['', '5-1', '1-', '-1', '1.5', '1,1', '1-3,2', 'a', '1,,2', '0-1000', '1e3'])('%j is none', text => {
    expect(() => readSeeds('t', text)).toThrow(InputError);
  });
});

describe('what several runs come to', () => {
  it('by the mean of the middle half', () => {
    expect(interquartileMean([8, 1, 2, 3, 4, 5, 6, 100])).toBe(4.5);
    expect(interquartileMean([1, 100, 3, 5, 4])).toBe(4);
    expect(interquartileMean([2, 4, 9])).toBe(5);
  });

  it('with an interval that holds for runs of one distribution', () => {
    expect(confidenceInterval([1, 2])).toBeNull();
    expect(confidenceInterval([7, 7, 7])).toEqual([7, 7]);
    // Of three runs every mean of three draws with replacement is as likely as its draws: 1/27 all are 0, so more than 2.5 %.
    expect(confidenceInterval([0, 3, 6])).toEqual([0, 6]);
    const [low, high] = confidenceInterval(Array.from({ length: 40 }, (_, i) => i)) as [number, number];
    expect(low).toBeGreaterThan(10);
    expect(low).toBeLessThan(16);
    expect(Math.abs(low + high - 39)).toBeLessThan(0.5);
  });
});

it('gives the process of a seed what is not for all of them', () => {
  const argv = [
    'train',
    'ppo',
    '--seeds',
    '1-2',
    '--env',
    'CartPole-v1',
    '--json',
    '--run-dir=x',
    '--processes',
    '2',
    '--gamma',
    '0.9',
  ];
  expect(argumentsOfSeed(argv)).toEqual(['train', 'ppo', '--env', 'CartPole-v1', '--gamma', '0.9']);
});

it('sums up the lines of a run a few times a second', () => {
  let now = 0;
  const progress = new RunProgress(() => now);
  const line = (event: object) => progress.hear(JSON.stringify(event));
  expect(line({ type: 'step', step: 10, totalSteps: 100 })).toEqual({
    step: 10,
    totalSteps: 100,
    meanReturn: null,
    evaluation: null,
  });
  for (let i = 0; i < 101; i++) expect(line({ type: 'episode', step: 20, episodeReturn: i === 0 ? 1000 : 2 })).toBeNull();
  now = 300;
  expect(line({ type: 'eval', step: 30, returns: [1, 2] })).toEqual({
    step: 30,
    totalSteps: 100,
    meanReturn: 2,
    evaluation: 1.5,
  });
});

describe('lines of seeds', () => {
  const progress = { step: 50, totalSteps: 200, meanReturn: 3, evaluation: null };

  it('are rewritten in a terminal, cut to its width', () => {
    const io = new FakeIo({ isTTY: true, columns: 24, tick: 300 });
    const lines = new SeedLines(io, false);
    lines.begin(1, 'begins');
    lines.begin(2, 'begins');
    lines.progress(2, progress);
    const clear = '\r\u001b[K';
    const first = `${clear}seed 1  begins\n`;
    expect(io.out).toBe(`${first}\u001b[1A${first}${clear}seed 2  begins\n\u001b[2A${first}${clear}seed 2  50/200 steps 25\n`);
  });

  it('are plain ones elsewhere: now and then, and at the end', () => {
    const io = new FakeIo({ tick: 4000 });
    const lines = new SeedLines(io, false);
    lines.begin(7, 'begins');
    for (let i = 0; i < 4; i++) lines.progress(7, progress);
    lines.end(7, 'return 9');
    expect(io.out).toBe('seed 7  50/200 steps 25%  return 3  0:12\nseed 7  return 9\n');
  });

  it('tell how fast a seed is of late, and how long it will take', () => {
    const io = new FakeIo({ tick: 4000 });
    const lines = new SeedLines(io, false);
    lines.begin(7, 'begins');
    // 10 steps a second.
    for (let step = 40; step <= 160; step += 40) lines.progress(7, { ...progress, step });
    expect(io.out).toBe('seed 7  120/200 steps 60%  return 3  0:12  10 steps/s  eta 0:08\n');
  });
});
