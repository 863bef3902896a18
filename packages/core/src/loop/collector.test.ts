import { box, type NumericArray } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { ScriptedEnv } from '../../test/scripted-env.ts';
import { Collector } from './collector.ts';

const scripts = [
  [
    { length: 2, end: 'terminated' },
    { length: 1, end: 'truncated' },
  ],
  [{ length: 3, end: 'both' }],
] as const;

const rows = (array: NumericArray) =>
  Array.from({ length: array.length / 3 }, (_, i) => Array.from(array.slice(3 * i, 3 * i + 3)));
const zeros = Int32Array.of(0, 0);

it('hands over true successors, and acts next on the first observation of the next episode', () => {
  const collector = new Collector(new ScriptedEnv({ scripts }));
  collector.reset(0);
  expect(rows(collector.obs)).toEqual([
    [0, 0, 0],
    [1, 0, 0],
  ]);
  const seen = Array.from({ length: 4 }, () => {
    const { nextObs, terminated, truncated } = collector.step(zeros);
    return { next: rows(nextObs), now: rows(collector.obs), ends: [...terminated, ...truncated] };
  });
  expect(seen).toEqual([
    {
      next: [
        [0, 0, 1],
        [1, 0, 1],
      ],
      now: [
        [0, 0, 1],
        [1, 0, 1],
      ],
      ends: [0, 0, 0, 0],
    },
    {
      next: [
        [0, 0, 2],
        [1, 0, 2],
      ],
      now: [
        [0, 1, 0],
        [1, 0, 2],
      ],
      ends: [1, 0, 0, 0],
    },
    {
      next: [
        [0, 1, 1],
        [1, 0, 3],
      ],
      now: [
        [0, 2, 0],
        [1, 1, 0],
      ],
      ends: [0, 1, 1, 1],
    },
    {
      next: [
        [0, 2, 1],
        [1, 1, 1],
      ],
      now: [
        [0, 2, 1],
        [1, 1, 1],
      ],
      ends: [0, 0, 0, 0],
    },
  ]);
});

it('reports each episode with its own return, length and kind of end', () => {
  const collector = new Collector(new ScriptedEnv({ scripts }));
  collector.reset(0);
  const ends = Array.from({ length: 5 }, () => collector.step(zeros).episodes);
  // Rewards are copy + episode + t / 8.
  expect(ends).toEqual([
    [],
    [{ envIndex: 0, episodeReturn: 0.125 + 0.25, episodeLength: 2, terminated: true, truncated: false }],
    [
      { envIndex: 0, episodeReturn: 1.125, episodeLength: 1, terminated: false, truncated: true },
      { envIndex: 1, episodeReturn: 3 + 0.125 + 0.25 + 0.375, episodeLength: 3, terminated: true, truncated: true },
    ],
    [],
    [{ envIndex: 0, episodeReturn: 4 + 0.125 + 0.25, episodeLength: 2, terminated: true, truncated: false }],
  ]);
});

it('says whether an episode reached its goal, where there are goals', () => {
  const collector = new Collector(new ScriptedEnv({ scripts, goals: true }));
  collector.reset(0);
  const ends = Array.from({ length: 5 }, () => collector.step(zeros).episodes).flat();
  expect(ends.map(({ envIndex, success }) => [envIndex, success])).toEqual([
    [0, false],
    [0, true],
    [1, false],
    [0, false],
  ]);
});

it('starts returns and lengths anew on a reset', () => {
  const collector = new Collector(new ScriptedEnv({ scripts }));
  collector.reset(0);
  collector.step(zeros);
  collector.reset(0);
  collector.step(zeros);
  expect(collector.step(zeros).episodes).toMatchObject([{ episodeReturn: 0.375, episodeLength: 2 }]);
});

it('gives the legal actions of the true successor, and of the next episode to act on', () => {
  const collector = new Collector(new ScriptedEnv({ scripts, masks: true }));
  collector.reset(0);
  const seen = Array.from({ length: 3 }, () => {
    const { nextActionMask } = collector.step(zeros);
    return [rows(nextActionMask as Uint8Array), rows(collector.actionMask as Uint8Array)];
  });
  // A mask is [1, episode % 2, t % 2].
  expect(seen).toEqual([
    [
      [
        [1, 0, 1],
        [1, 0, 1],
      ],
      [
        [1, 0, 1],
        [1, 0, 1],
      ],
    ],
    [
      [
        [1, 0, 0],
        [1, 0, 0],
      ],
      [
        [1, 1, 0],
        [1, 0, 0],
      ],
    ],
    [
      [
        [1, 1, 1],
        [1, 0, 1],
      ],
      [
        [1, 0, 0],
        [1, 1, 0],
      ],
    ],
  ]);
});

it('keeps actions within the bounds of a Box, component by component, and leaves the given array alone', () => {
  const actionSpace = box({ low: [-1, Number.NEGATIVE_INFINITY, 0], high: [1, 2, Number.POSITIVE_INFINITY] });
  const env = new ScriptedEnv({ scripts, actionSpace });
  const collector = new Collector(env);
  collector.reset(0);
  const actions = Float32Array.of(-3, -3, -3, 3, 3, 3);
  collector.step(actions);
  collector.step(Float32Array.of(0.5, 1, 0.25, -0.5, 2, 7));
  expect(env.played).toEqual([
    [-1, -3, 0, 1, 2, 3],
    [0.5, 1, 0.25, -0.5, 2, 7],
  ]);
  expect(actions).toEqual(Float32Array.of(-3, -3, -3, 3, 3, 3));
});

it('lets an action that is not a number, or too few of them, reach the environment, which refuses it', () => {
  const env = new ScriptedEnv({ scripts, actionSpace: box({ low: -1, high: 1 }) });
  const collector = new Collector(env);
  collector.reset(0);
  collector.step(Float32Array.of(Number.NaN, 9));
  expect(env.played).toEqual([[Number.NaN, 1]]);
  expect(() => collector.step(Float32Array.of(0))).toThrow('1 actions');
});

it('goes on from a state, which later steps leave alone', () => {
  const collector = new Collector(new ScriptedEnv({ scripts, masks: true }));
  collector.reset(0);
  collector.step(zeros);
  const state = collector.state();
  const saved = structuredClone(state);
  const play = (from: Collector) =>
    Array.from({ length: 6 }, () => structuredClone({ ...from.step(zeros), obs: from.obs, mask: from.actionMask }));
  const expected = play(collector);
  expect(state).toEqual(saved);

  const other = new Collector(new ScriptedEnv({ scripts, masks: true }));
  other.restore(state);
  expect(other.obs).toEqual(saved.obs);
  expect(other.actionMask).toEqual(saved.actionMask);
  expect(play(other)).toEqual(expected);
  expect(state).toEqual(saved);
});
