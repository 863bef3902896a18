import { Rng } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { fuzzImage, fuzzInputs, noCount } from '../src/lib/atari-fuzz.ts';

it('random cartridges run or are refused, and go on from a state as they went on before', () => {
  const [rng, count] = [new Rng(7), noCount()];
  for (let i = 0; i < 150; i++) fuzzImage(rng, count);
  expect(count.faults).toEqual([]);
  // Sizes that no cartridge has, and schemes that do not go with one.
  expect(count.refused).toBeGreaterThan(20);
  expect(count.refused).toBeLessThan(100);
  // Some run 30 frames more beside an interpreter.
  const beside = (count.frames - 5 * (150 - count.refused)) / 30;
  expect(beside).toBeGreaterThan(0);
  expect(Number.isInteger(beside)).toBe(true);
});

it('random calls of environments are played or refused', () => {
  const [rng, count] = [new Rng(8), noCount()];
  for (let i = 0; i < 4; i++) fuzzInputs(rng, 250, count);
  expect(count.faults).toEqual([]);
  expect(count.tried).toBe(4 * 251);
  expect(count.refused).toBeGreaterThan(10);
});
