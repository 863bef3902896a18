import { expect, it } from 'vitest';
import { commonPrefix } from './common-prefix.ts';

it.each([
  [['a/ppo-x-1', 'a/ppo-x-2'], 'a/ppo-x-'],
  [['ppo-lr0.01-seed1', 'ppo-lr0.001-seed1'], 'ppo-'],
  [['ppo', 'ppo-2'], ''],
  [['alone-1'], ''],
  [[], ''],
])('before %j stands %j', (names, prefix) => {
  expect(commonPrefix(names)).toBe(prefix);
});
