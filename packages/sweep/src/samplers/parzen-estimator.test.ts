import { Rng } from '@zpin/contracts';
import { expect, test } from 'vitest';
import type { ParameterGroup } from '../space/parameter-groups.ts';
import { normalCdf, normalMass } from './normal-mass.ts';
import { ParzenEstimator } from './parzen-estimator.ts';

test('the normal distribution is that of the tables, far to the left too', () => {
  expect(normalCdf(0)).toBeCloseTo(0.5, 15);
  expect(normalCdf(1)).toBeCloseTo(0.841344746068543, 14);
  expect(normalCdf(-5) / 2.866515718791939e-7).toBeCloseTo(1, 10);
  expect(normalCdf(-10) / 7.61985302416047e-24).toBeCloseTo(1, 8);
  expect(normalCdf(-40)).toBe(0);
  expect(normalMass(-1, 1)).toBeCloseTo(0.682689492137086, 14);
  expect(normalMass(5, 6) / normalMass(-6, -5)).toBeCloseTo(1, 12);
});

test('one continuous parameter by hand', () => {
  const group: ParameterGroup = [['x', { type: 'float', low: 0, high: 10 }]];
  const density = new ParzenEstimator(group, [{ x: 2 }, { x: 7 }], 0.1);
  const normal = (x: number, centre: number, width: number) =>
    Math.exp(-0.5 * ((x - centre) / width) ** 2) /
    (width * Math.sqrt(2 * Math.PI) * normalMass(-centre / width, (10 - centre) / width));
  const expected = (normal(3, 2, 1) + normal(3, 7, 1) + normal(3, 5, 10)) / 3;
  expect(density.logDensity({ x: 3 })).toBeCloseTo(Math.log(expected), 12);
});

test('densities of numbers on a logarithmic line integrate to 1', () => {
  const group: ParameterGroup = [['x', { type: 'float', low: 1e-3, high: 1, log: true }]];
  const density = new ParzenEstimator(group, [{ x: 0.002 }, { x: 1 }], 0.1);
  const points = 4000;
  const width = Math.log(1000) / points;
  let sum = 0;
  for (let i = 0; i < points; i++) sum += width * Math.exp(density.logDensity({ x: 1e-3 * Math.exp((i + 0.5) * width) }));
  expect(sum).toBeCloseTo(1, 5);
});

test('probabilities of separate values sum to 1, over two parameters together', () => {
  const group: ParameterGroup = [
    ['n', { type: 'int', low: 1, high: 9, log: true }],
    ['kind', { type: 'categorical', choices: ['a', 'b', null] }],
    ['fixed', { type: 'float', low: 2, high: 2 }],
  ];
  const density = new ParzenEstimator(
    group,
    [
      { n: 1, kind: 'b', fixed: 2 },
      { n: 9, kind: null, fixed: 2 },
    ],
    0.1,
  );
  let sum = 0;
  for (let n = 1; n <= 9; n++) for (const kind of ['a', 'b', null]) sum += Math.exp(density.logDensity({ n, kind, fixed: 2 }));
  expect(sum).toBeCloseTo(1, 12);
});

test('a kernel of a choice keeps its share for the others', () => {
  const group: ParameterGroup = [['kind', { type: 'categorical', choices: ['a', 'b'] }]];
  const density = new ParzenEstimator(group, [{ kind: 'a' }, { kind: 'a' }], 1);
  // Three kernels: 1/3 more for each choice, of 1 + 2/3 in all; the prior is even.
  expect(Math.exp(density.logDensity({ kind: 'a' }))).toBeCloseTo((2 / 3) * (4 / 5) + 1 / 6, 12);
  expect(Math.exp(density.logDensity({ kind: 'b' }))).toBeCloseTo((2 / 3) * (1 / 5) + 1 / 6, 12);
});

test('draws come as often as their density says, and keep what goes together', () => {
  const group: ParameterGroup = [
    ['x', { type: 'int', low: 0, high: 9 }],
    ['y', { type: 'int', low: 0, high: 9 }],
  ];
  const observations = [
    { x: 1, y: 8 },
    { x: 8, y: 1 },
  ];
  const density = new ParzenEstimator(group, observations, 0.1);
  const rng = new Rng(2);
  const count = 20_000;
  const seen = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const { x, y } = density.sample(rng);
    seen.set(`${x},${y}`, (seen.get(`${x},${y}`) ?? 0) + 1);
  }
  for (const point of [
    { x: 1, y: 8 },
    { x: 8, y: 1 },
    { x: 2, y: 8 },
    { x: 1, y: 1 },
  ]) {
    const expected = Math.exp(density.logDensity(point));
    const deviation = Math.sqrt((expected * (1 - expected)) / count);
    expect(Math.abs((seen.get(`${point.x},${point.y}`) ?? 0) / count - expected)).toBeLessThan(4 * deviation);
  }
  expect(density.logDensity({ x: 1, y: 8 })).toBeGreaterThan(density.logDensity({ x: 1, y: 1 }) + 2);
});
