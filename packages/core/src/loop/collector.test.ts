import { box, InputError, type NumericArray } from '@zpin/contracts';
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

it('begins new episodes where the environment finds out that it cannot go on, and passes on other errors', () => {
  const env = new ScriptedEnv({ scripts });
  const collector = new Collector(env);
  collector.reset(0);
  collector.step(zeros);
  const state = collector.state();
  const torn = new ScriptedEnv({ scripts });
  torn.restore = () => {
    throw new InputError('torn');
  };
  expect(() => new Collector(torn).restore(state)).toThrow('torn');
  const forgetful = Object.assign(new ScriptedEnv({ scripts }), { isResumable: true });
  forgetful.restore = () => {
    forgetful.isResumable = false;
    throw new InputError('another episode');
  };
  const other = new Collector(forgetful);
  expect(other.restore(state, 0)).toBe(false);
  expect(rows(other.obs)).toEqual([
    [0, 0, 0],
    [1, 0, 0],
  ]);
});

const none = [0, 0, 0];

it.each<[string, (copy: number, episode: number, t: number) => readonly number[], string]>([
  [
    'leaves no action at a reset',
    (copy, _, t) => (copy === 1 && t === 0 ? none : [1, 1, 0]),
    'Scripted-v0, copy 1, at its reset: row 1 of the mask must leave at least one of 3 actions legal, got 0. Look at info.actionMask',
  ],
  [
    'leaves no action in the middle of an episode',
    (copy, _, t) => (copy === 1 && t === 2 ? none : [1, 1, 0]),
    'Scripted-v0, copy 1, at step 2 of its episode, after 2 steps of all copies: row 1 of the mask must leave at least one of 3',
  ],
  ['leaves no action where the next episode begins', (_, episode) => (episode === 1 ? none : [1, 0, 0]), 'at step 2 of its epis'],
  [
    'leaves no action where an episode was cut off',
    (copy, episode, t) => (copy === 0 && episode === 1 && t === 1 ? none : [0, 0, 1]),
    'copy 0, at step 1 of its episode, after 4 steps of all copies: row 0 of the mask must leave',
  ],
  ['has other numbers', (_, __, t) => [1, 0, t], 'row 0 of the mask must hold 0 for illegal and 1 for legal, got [1,0,2]'],
  [
    'has other numbers in the last state',
    (copy, episode, t) => (copy === 0 && episode === 0 && t === 2 ? [9, 0, 0] : [1, 0, 0]),
    'got [9,0,0]',
  ],
])('refuses a mask that %s', (_, masks, text) => {
  const run = () => {
    const collector = new Collector(new ScriptedEnv({ scripts, masks }));
    collector.reset(0);
    for (let t = 0; t < 4; t++) collector.step(zeros);
  };
  expect(run).toThrow(InputError);
  expect(run).toThrow(text);
});

it('needs no legal action where the task has ended, and hands over a mask that nobody trips over', () => {
  const masks = (copy: number, episode: number, t: number) => (t === (copy === 1 ? 3 : 2) && episode === 0 ? none : [0, 1, 0]);
  const collector = new Collector(new ScriptedEnv({ scripts, masks }));
  collector.reset(0);
  const seen = Array.from({ length: 3 }, () => rows(collector.step(zeros).nextActionMask as Uint8Array));
  expect(seen.map(step => step[0])).toEqual([
    [0, 1, 0],
    [1, 1, 1],
    [0, 1, 0],
  ]);
  expect(seen.map(step => step[1])).toEqual([
    [0, 1, 0],
    [0, 1, 0],
    [1, 1, 1],
  ]);
});
