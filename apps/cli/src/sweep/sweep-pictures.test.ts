import type { SearchSpace, StoredTrial } from '@zpin/sweep';
import { describe, expect, it } from 'vitest';
import { sweepPictures } from './sweep-pictures.ts';

const SPACE: SearchSpace = {
  rate: { type: 'float', low: 0.001, high: 0.1, log: true },
  way: { type: 'categorical', choices: ['up', 'down'] },
};
const trial = (number: number, rate: number, way: string, value: number | null, report?: number): StoredTrial => ({
  ...{ id: number, number, state: value === null ? 'pruned' : 'complete', params: { rate, way }, distributions: SPACE, value },
  ...{ values: value === null ? null : [value], userAttributes: {}, systemAttributes: {}, startedAt: null, endedAt: null },
  intermediateValues: new Map(report === undefined ? [] : [[10, report]]),
});
const TRIALS = [
  ...[trial(0, 0.001, 'up', 10), trial(1, 0.1, 'down', 30), trial(2, 0.01, 'up', null, 20), trial(3, 0.01, 'down', 20)],
  ...Array.from({ length: 8 }, (_, i) => trial(4 + i, 0.001 * 1.5 ** i, i % 2 ? 'up' : 'down', i)),
];
const texts = (svg = '') => [...svg.matchAll(/>([^<]*)<\/text>/g)].map(([, text]) => text).filter(text => text !== '');
const dots = (svg = '') =>
  [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4" fill="([^"]+)"/g)].map(found => found.slice(1));
const lines = (svg = '') =>
  [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="([^"]+)" stroke-width="2"/g)].map(found => found.slice(1));
/** Numbers of a path. */
const coordinates = (path: string) => [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(found => found.slice(1).map(Number));

describe('pictures of a sweep', () => {
  const pictures = sweepPictures('ppo on CartPole-v1', TRIALS);

  it('are four', () => {
    expect([...pictures.keys()]).toEqual(['history.svg', 'slices.svg', 'parallel.svg', 'importance.svg']);
    for (const svg of pictures.values()) expect(texts(svg)).toContain('ppo on CartPole-v1');
  });

  it('of the history: each trial, pruned ones apart, and the best so far, which never falls', () => {
    const svg = pictures.get('history.svg');
    // Two of them stand in the legend.
    expect(dots(svg)).toHaveLength(TRIALS.length + 2);
    const [[best]] = lines(svg);
    const heights = coordinates(best).map(([, y]) => y);
    expect(heights).toHaveLength(TRIALS.length);
    expect(heights[0]).toBeGreaterThan(heights[1]);
    expect(new Set(heights.slice(1)).size).toBe(1);
  });

  it('of slices: complete trials over each parameter, by its logarithm where it is searched so', () => {
    const svg = pictures.get('slices.svg') ?? '';
    const [rate, way] = svg
      .split('<g transform')
      .slice(1)
      .map(panel => dots(panel));
    expect([rate.length, way.length]).toEqual([11, 11]);
    const [low, high, middle] = rate.map(([x]) => Number(x));
    expect(middle).toBeCloseTo((low + high) / 2, 0);
    expect(new Set(way.map(([x]) => x)).size).toBe(2);
    expect(texts(svg)).toEqual(expect.arrayContaining(['up', 'down', 'rate', 'way']));
  });

  it('of all parameters side by side: a line for each complete trial, in the colour of its quarter', () => {
    const svg = pictures.get('parallel.svg') ?? '';
    const drawn = lines(svg);
    expect(drawn).toHaveLength(11);
    expect(drawn.every(([path]) => coordinates(path).length === 3)).toBe(true);
    // The best one is drawn last, above the others: its rate and its return are at the top, its way is the second of two.
    const [best] = drawn.at(-1) ?? [];
    expect(new Set(coordinates(String(best)).map(([, y]) => y)).size).toBe(1);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['best quarter', 'last quarter', 'rate', '0.001 to 0.1', 'up, down', '0 to 30']),
    );
  });

  it('name the first and the last choice where all of them do not fit', () => {
    const choices = [0.9, 0.95, 0.98, 0.99, 0.995];
    const space: SearchSpace = { gamma: { type: 'categorical', choices } };
    const trials = choices.map((gamma, i) => ({ ...trial(i, 0.01, 'up', i), params: { gamma }, distributions: space }));
    expect(texts(sweepPictures('t', trials).get('parallel.svg'))).toContain('0.9 … 0.995');
  });

  it('of importance: a bar for each parameter, which are 100 % together', () => {
    const svg = pictures.get('importance.svg') ?? '';
    const heights = [...svg.matchAll(/width="28" height="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(heights).toHaveLength(2);
    expect(heights[0]).toBeGreaterThanOrEqual(heights[1]);
  });

  it('are none before a trial is complete', () => {
    expect(sweepPictures('t', [trial(0, 0.01, 'up', null, 3)]).size).toBe(0);
  });
});
