import { Rng } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { cosine, sine } from './trigonometry.ts';

/** The place value of the last bit of a number. */
function lastPlace(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x))) - 52);
}

it.each([
  ['sine', sine, Math.sin],
  ['cosine', cosine, Math.cos],
] as const)('%s is at most one bit away from that of Math', (_, own, known) => {
  const rng = new Rng(5);
  for (const range of [0.3, Math.PI, 30, 1000]) {
    for (let i = 0; i < 20_000; i++) {
      const x = rng.uniform(-range, range);
      const [value, expected] = [own(x), known(x)];
      expect(Math.abs(value - expected), `${x}`).toBeLessThanOrEqual(lastPlace(expected));
    }
  }
});

it('are exact where the true value is a number, and odd and even', () => {
  expect([sine(0), cosine(0)]).toEqual([0, 1]);
  for (const x of [1e-9, 0.1, 2, 5, 77.7]) {
    expect(sine(-x)).toBe(-sine(x));
    expect(cosine(-x)).toBe(cosine(x));
  }
  for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) expect([sine(x), cosine(x)]).toEqual([Number.NaN, Number.NaN]);
});

it('have these bits on every machine', () => {
  const rng = new Rng(7);
  const words = new Uint32Array(new Float64Array(2000).map((_, i) => (i % 2 ? sine : cosine)(rng.uniform(-50, 50))).buffer);
  let hash = 0;
  for (const word of words) hash = (Math.imul(hash, 31) + word) >>> 0;
  expect(hash).toBe(3023924667);
});
