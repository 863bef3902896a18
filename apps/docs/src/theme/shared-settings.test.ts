import { expect, test } from 'vitest';
import { readSettings, writeSettings } from './shared-settings.ts';

const settings = { algorithm: 'ppo', learningRate: 1e-3, seed: 1, speed: 10, isSlippery: true };
const choices = { algorithm: ['ppo', 'sac'], speed: ['10', '100'] };

test('a link holds settings, and gives them back', () => {
  const link = writeSettings('pole', { ...settings, learningRate: 2.5e-4, isSlippery: false });
  expect(link).toBe('live=pole&algorithm=ppo&learningRate=0.00025&seed=1&speed=10&isSlippery=false');
  expect(readSettings(new URLSearchParams(link), 'pole', settings, choices)).toEqual({
    ...{ algorithm: 'ppo', learningRate: 2.5e-4, seed: 1, speed: 10, isSlippery: false },
  });
});

test('what a link cannot mean is passed over', () => {
  const read = (query: string) => readSettings(new URLSearchParams(query), 'pole', settings, choices);
  expect(read('live=other&seed=7')).toEqual({});
  expect(read('seed=7')).toEqual({});
  expect(read('live=pole&algorithm=cheat&seed=&learningRate=fast&unknown=1')).toEqual({});
  expect(read('live=pole&speed=11')).toEqual({});
  expect(read('live=pole&speed=100')).toEqual({ speed: 100 });
  expect(read('live=pole&algorithm=sac&seed=7')).toEqual({ algorithm: 'sac', seed: 7 });
});
