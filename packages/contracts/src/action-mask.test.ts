import { expect, it } from 'vitest';
import { checkActionMask, checkMaskable, countLegal, hasActionMask } from './action-mask.ts';
import type { Env, EnvSpec } from './env.ts';
import { InputError, SpaceError } from './errors.ts';
import { box, discrete, multiDiscrete } from './spaces/create.ts';

const spec: EnvSpec = {
  id: 'Doors-v0',
  observationSpace: discrete(2),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

it('masks are announced by the spec, or by the environment', () => {
  expect(hasActionMask({ spec } as Env)).toBe(false);
  expect(hasActionMask({ spec: { ...spec, hasActionMask: true } } as Env)).toBe(true);
  expect(hasActionMask({ spec, hasActionMask: true } as Env)).toBe(true);
});

it('masks are of Discrete actions alone', () => {
  expect(() => checkMaskable('here', spec)).not.toThrow();
  for (const actionSpace of [multiDiscrete([2, 2]), box({ low: -1, high: 1 })]) {
    expect(() => checkMaskable('here', { ...spec, actionSpace })).toThrow(SpaceError);
  }
});

it('legal actions of a row are counted, and anything but 0 and 1 is told', () => {
  const mask = Uint8Array.of(1, 0, 1, 0, 0, 0, 1, 2, 0);
  expect([0, 1, 2].map(row => countLegal(mask, row, 3))).toEqual([2, 0, -1]);
});

it.each([
  [Uint8Array.of(1, 0, 1, 0, 0, 0), 2, 'here: row 1 of the mask must leave at least one of 3 actions legal, got 0. Look at'],
  [Uint8Array.of(1, 0, 2), 1, 'here: row 0 of the mask must hold 0 for illegal and 1 for legal, got [1,0,2]. Look at'],
  [Uint8Array.of(255, 255, 255), 1, 'must hold 0 for illegal and 1 for legal, got [255,255,255]'],
  [Uint8Array.of(1, 1, 1), 2, 'here: the mask must have 3 numbers for each of 2 rows, got 3. Pass one row'],
  [Uint8Array.of(1, 1), 1, 'the mask must have 3 numbers for each of 1 rows, got 2'],
  [Uint8Array.of(1, 1, 1, 1), undefined, 'the mask must have 3 numbers for each of 2 rows, got 4'],
  [Uint8Array.of(), 1, 'the mask must have 3 numbers for each of 1 rows, got 0'],
])('a mask of no use is refused (case %#)', (mask, rows, text) => {
  expect(() => checkActionMask('here', mask, 3, rows)).toThrow(InputError);
  expect(() => checkActionMask('here', mask, 3, rows)).toThrow(text);
});

it('a mask that leaves one action in each row is taken', () => {
  expect(() => checkActionMask('here', Uint8Array.of(0, 0, 1, 1, 0, 0), 3, 2)).not.toThrow();
});
