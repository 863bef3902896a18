import { Rng } from '@zpin/contracts';
import { expect, test } from 'vitest';
import type { Params, SearchSpace } from '../space/parameter.ts';
import { bestTrial, type Trial } from '../trial.ts';
import { sampleRandom } from './random.ts';
import { sampleTpe } from './tpe.ts';

const none: ReadonlyMap<number, number> = new Map();
const line: SearchSpace = { x: { type: 'float', low: 0, high: 1 } };

const complete = (number: number, params: Params, value: number): Trial => ({
  ...{ number, state: 'complete', params, value, intermediateValues: none },
});

/** Where the next points lie, over many generators. */
function places(trials: readonly Trial[], direction: 'maximize' | 'minimize'): number {
  const points = Array.from({ length: 50 }, (_, seed) => Number(sampleTpe(line, trials, direction, new Rng(seed)).x));
  return points.reduce((sum, x) => sum + x, 0) / points.length;
}

const slope = Array.from({ length: 20 }, (_, i) => complete(i, { x: i / 19 }, i));

test('goes where values are best, in both directions', () => {
  expect(places(slope, 'maximize')).toBeGreaterThan(0.85);
  expect(places(slope, 'minimize')).toBeLessThan(0.15);
});

test('is random until there are enough finished trials', () => {
  const few = [...slope.slice(0, 9), { ...slope[9], state: 'failed' as const, value: null }];
  expect(sampleTpe(line, few, 'maximize', new Rng(3))).toEqual(sampleRandom(line, new Rng(3)));
  expect(sampleTpe(line, slope.slice(0, 10), 'maximize', new Rng(3))).not.toEqual(sampleRandom(line, new Rng(3)));
});

test('keeps away from what others try right now', () => {
  const space: SearchSpace = { kind: { type: 'categorical', choices: ['a', 'b'] } };
  const trials = Array.from({ length: 20 }, (_, i) => complete(i, { kind: i % 2 === 0 ? 'a' : 'b' }, i < 2 ? 1 : 0));
  const running = Array.from(
    { length: 10 },
    (_, i): Trial => ({
      ...{ number: 20 + i, state: 'running', params: { kind: 'b' }, value: null, intermediateValues: none },
    }),
  );
  const countOfA = (known: readonly Trial[]) =>
    Array.from({ length: 50 }, (_, seed) => sampleTpe(space, known, 'maximize', new Rng(seed))).filter(({ kind }) => kind === 'a')
      .length;
  expect(Math.abs(countOfA(trials) - 25)).toBeLessThan(15);
  expect(countOfA([...trials, ...running])).toBe(50);
});

test('a pruned trial is worse than every complete one, and the later one of two the better', () => {
  const pruned = (number: number, x: number, step: number): Trial => ({
    ...{ number, state: 'pruned', params: { x }, value: null, intermediateValues: new Map([[step, 1000]]) },
  });
  // All that is known of the left half are complete trials with the worst values.
  const trials = [
    ...Array.from({ length: 3 }, (_, i) => complete(i, { x: 0.1 + 0.01 * i }, 0)),
    ...Array.from({ length: 17 }, (_, i) => pruned(3 + i, 0.4 + i / 30, 1 + i)),
  ];
  expect(places(trials, 'maximize')).toBeLessThan(0.3);
  const onlyPruned = Array.from({ length: 20 }, (_, i) => pruned(i, i / 19, 1 + i));
  expect(places(onlyPruned, 'maximize')).toBeGreaterThan(0.85);
});

test('a trial that is no number is the worst', () => {
  const trials = slope.map(trial => (trial.number >= 18 ? { ...trial, value: Number.NaN } : trial));
  expect(places(trials, 'maximize')).toBeGreaterThan(0.6);
  expect(places(trials, 'maximize')).toBeLessThan(0.95);
  expect(bestTrial(trials, 'maximize')?.number).toBe(17);
  expect(bestTrial(trials, 'minimize')?.number).toBe(0);
});

test('learns a condition and what hangs on it', () => {
  const space: SearchSpace = {
    kind: { type: 'categorical', choices: ['a', 'b'] },
    x: { type: 'float', low: 0, high: 1, when: { parameter: 'kind', isOneOf: ['b'] } },
  };
  const trials = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0 ? complete(i, { kind: 'a' }, 0) : complete(i, { kind: 'b', x: i / 39 }, 1 + i),
  );
  const points = Array.from({ length: 40 }, (_, seed) => sampleTpe(space, trials, 'maximize', new Rng(seed)));
  const rich = points.filter(({ kind }) => kind === 'b');
  expect(rich.length).toBeGreaterThan(30);
  expect(rich.reduce((sum, { x }) => sum + Number(x), 0) / rich.length).toBeGreaterThan(0.8);
});

test('finds what hangs together: two parameters whose sum must be 1', () => {
  const space: SearchSpace = { x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } };
  const loss = ({ x, y }: Params) => (10 * (Number(x) + Number(y) - 1)) ** 2 + (Number(x) - 0.3) ** 2;
  const regret = (sample: (trials: readonly Trial[], rng: Rng) => Params) => {
    const best = Array.from({ length: 9 }, (_, seed) => {
      const trials: Trial[] = [];
      for (let i = 0; i < 60; i++) {
        const params = sample(trials, new Rng([seed, i]));
        trials.push(complete(i, params, loss(params)));
      }
      return bestTrial(trials, 'minimize')?.value ?? Number.NaN;
    });
    return best.sort((a, b) => a - b)[4];
  };
  const random = regret((_, rng) => sampleRandom(space, rng));
  expect(regret((trials, rng) => sampleTpe(space, trials, 'minimize', rng))).toBeLessThan(0.6 * random);
});
