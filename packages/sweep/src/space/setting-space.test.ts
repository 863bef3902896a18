import { expect, test } from 'vitest';
import { checkSettings, settingSpace } from './setting-space.ts';

const raw = {
  gamma: 0.99,
  learningRate: { type: 'linear', from: { low: 1e-4, high: 1e-2, log: true }, to: 0 },
  epochs: { low: 1, high: 9, step: 4 },
  clipRange: { low: 0, high: 1 },
  hiddenSizes: { choices: [[64, 64], [256], 'auto'] },
};

test('settings with ranges become a space, and points of it settings', () => {
  const { space, settings } = settingSpace(raw, 'here', ([name]) => (name === 'clipRange' ? false : undefined));
  expect(space).toEqual({
    'learningRate.from': { type: 'float', low: 1e-4, high: 1e-2, log: true },
    epochs: { type: 'int', low: 1, high: 9, step: 4 },
    clipRange: { type: 'float', low: 0, high: 1 },
    hiddenSizes: { type: 'categorical', choices: ['[64,64]', '[256]', 'auto'] },
  });
  const point = { 'learningRate.from': 0.001, epochs: 5, clipRange: 0.2 };
  const rest = { gamma: 0.99, learningRate: { type: 'linear', from: 0.001, to: 0 }, epochs: 5, clipRange: 0.2 };
  expect(settings({ ...point, hiddenSizes: '[64,64]' })).toEqual({ ...rest, hiddenSizes: [64, 64] });
  expect(settings({ ...point, hiddenSizes: 'auto' })).toEqual({ ...rest, hiddenSizes: 'auto' });
});

test('every bound and every choice is tried before anything runs', () => {
  const seen: unknown[] = [];
  const read = settingSpace({ a: { low: 1, high: 4, step: 2 }, b: { choices: ['x', [1]] }, c: 7 });
  checkSettings(read, settings => seen.push(settings));
  expect(seen).toEqual([
    { a: 1, b: 'x', c: 7 },
    { a: 3, b: 'x', c: 7 },
    { a: 1, b: 'x', c: 7 },
    { a: 1, b: [1], c: 7 },
  ]);
});

test.each([
  [{ a: { low: 0, hihg: 1 } }, 'a must be a range, got "hihg". Did you mean high?'],
  [{ a: { low: '1e-3', high: 1 } }, 'low of a must be a number, got "1e-3"'],
  [{ a: { low: 1 } }, 'high of a must be a number, got undefined'],
  [{ a: { low: 1, high: 2, log: 'yes' } }, 'log of a must be true or false, got "yes"'],
  [{ a: { choices: 3 } }, 'a must have a list of choices and nothing else, got 3'],
  [{ a: { choices: [1], log: true } }, 'a must have a list of choices and nothing else, got "log"'],
  [{ a: { from: { low: 2, high: 1 } } }, 'a.from must have low <= high'],
  [{ a: 1 }, 'there must be something to search'],
])('%j is refused', (settings, text) => {
  expect(() => settingSpace(settings, 'here')).toThrow(`here: ${text}`);
});
