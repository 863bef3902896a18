import { listEnvs } from '@zpin/envs';
import { expect, it } from 'vitest';
import { isEnvFile } from './env-file.ts';

it.each([
  './maze.ts',
  '../a/maze',
  '/home/me/maze.mjs',
  'maze.cts',
  'envs/maze.js',
  'C:\\envs\\maze.mts',
  'c:/maze',
  '.\\maze.js',
  'mazes.ts#Small',
])('%s is a file', choice => expect(isEnvFile(choice)).toBe(true));

it.each(['CartPole-v1', 'gymnasium:ALE/Pong-v5', 'Atari/Catch-v5', 'maze', 'maze.py', 'nodejs', ''])('%j is a name', choice =>
  expect(isEnvFile(choice)).toBe(false),
);

it('no name that is registered is taken for a file', () => {
  expect(listEnvs().filter(({ spec }) => isEnvFile(spec.id))).toEqual([]);
});
