import { box, discrete, type EnvSpec, isFrozenArray, type NumericArray } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { RecordedColumn } from './recorded-column.ts';

/** Two bytes of every row, in rows so long that a block holds two steps of two copies. */
const WIDTH = 2 ** 20;
const spec: EnvSpec = {
  id: 'Wide-v0',
  observationSpace: box({ low: 0, high: 255, shape: [WIDTH], dtype: 'uint8' }),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const column = () => new RecordedColumn(spec, 'obs', 2);
const step = (first: number, second: number): NumericArray => {
  const rows = new Uint8Array(2 * WIDTH);
  rows[0] = first;
  rows[WIDTH] = second;
  return rows;
};
const firstNumbers = (rows: NumericArray) => Array.from({ length: rows.length / WIDTH }, (_, row) => rows[row * WIDTH]);

it('holds rows copy by copy, over several blocks', () => {
  const recorded = column();
  for (let t = 0; t < 5; t++) recorded.add(step(t, 10 + t));
  recorded.rewrite(1, [99]);
  expect(firstNumbers(recorded.rows())).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 99]);
});

it('is saved in blocks that later steps leave alone, and taken back from them', () => {
  const recorded = column();
  for (let t = 0; t < 4; t++) recorded.add(step(t, 10 + t));
  const saved = recorded.state();
  expect(saved.map(block => [block.length / WIDTH, isFrozenArray(block)])).toEqual([
    [4, true],
    [4, true],
  ]);
  recorded.rewrite(0, [77]);
  recorded.add(step(4, 14));
  const later = recorded.state();
  expect(later.map(block => block.length / WIDTH)).toEqual([4, 4, 2]);
  expect(later[0]).toBe(saved[0]);

  const [first, second] = [column(), column()];
  expect(first.restore(saved, 4)).toBe(true);
  first.add(step(5, 15));
  expect(firstNumbers(first.rows())).toEqual([0, 1, 2, 3, 5, 10, 11, 12, 13, 15]);
  expect(second.restore(later, 5)).toBe(true);
  expect(firstNumbers(second.rows())).toEqual([0, 1, 2, 77, 4, 10, 11, 12, 13, 14]);
});

it('refuses blocks of other rows, and keeps its own', () => {
  const recorded = column();
  recorded.add(step(1, 2));
  const saved = recorded.state();
  for (const [blocks, steps] of [
    [saved, 2],
    [[], 1],
    [[new Float32Array(2 * WIDTH)], 1],
    [[null], 1],
  ] as const) {
    expect(recorded.restore(blocks, steps)).toBe(false);
  }
  expect(firstNumbers(recorded.rows())).toEqual([1, 2]);
});
