import { expect, it } from 'vitest';
import { presetOf } from './preset-of.ts';

it('finds the preset of the environment, else that of its family', () => {
  const own = { totalSteps: 1, config: {} };
  const family = { totalSteps: 2, config: {} };
  const algorithm = { presets: { 'Atari/*': family, 'Atari/Catch-v5': own, 'CartPole-v1': own } };
  expect(presetOf(algorithm, 'Atari/Catch-v5')).toBe(own);
  expect(presetOf(algorithm, 'Atari/Pong-v5')).toBe(family);
  expect(presetOf(algorithm, 'CartPole-v1')).toBe(own);
  expect(presetOf(algorithm, 'CartPole-v10')).toBeUndefined();
  expect(presetOf(algorithm, 'MinAtari/Pong-v5')).toBeUndefined();
  expect(presetOf(algorithm, 'toString')).toBeUndefined();
});
