import { createEngine } from '@zpin/core';
import { fourRoomsCells } from '@zpin/envs';
import { expect, test } from 'vitest';
import { openRun } from 'zpin';
import { learnedVectors, vectorOf } from './learned-vectors.ts';
import { mixed } from './option-drawing.ts';
import { optionPicture } from './option-picture.ts';

test('of each cell the best option, and of each option its most probable action and how likely it ends', () => {
  const states = fourRoomsCells.length;
  const tables = {
    critic: new Float32Array(2 * states),
    policies: new Float32Array(8 * states),
    terminations: new Float32Array(2 * states),
  };
  // In cell 3 option 1 is worth more, goes left, and ends in one of four cases: ln 3 against 0.
  tables.critic[3 * 2 + 1] = 0.5;
  tables.policies[(3 * 2 + 1) * 4 + 3] = 1;
  tables.terminations[3 * 2 + 1] = -Math.log(3);
  const { best, options, columns, rows, cells } = optionPicture(tables);
  expect(options).toHaveLength(2);
  expect(best.slice(2, 5)).toEqual([0, 1, 0]);
  expect([options[1]?.action[3], options[1]?.ends[3]]).toEqual([3, expect.closeTo(0.25, 6)]);
  expect([options[0]?.action[3], options[0]?.ends[3]]).toEqual([0, 0.5]);
  expect([options[1]?.action[2], options[1]?.ends[2]]).toEqual([0, 0.5]);
  expect([columns, rows, cells.length]).toEqual([13, 13, 104]);
});

test('the picture shows what the agent does where an episode begins', async () => {
  const engine = await createEngine('wasm');
  const run = await openRun('option-critic', 'FourRooms-v0', { seed: 3, engine, steps: 3000 });
  for await (const _ of run.events());
  const vectors = await learnedVectors(run.agent);
  const [critic, policies, terminations] = ['critic', 'policies', 'terminations'].map(name => vectorOf(vectors, name));
  const { best, options } = optionPicture({ critic, policies, terminations });
  const action = best.map((option, state) => options[option]?.action[state]);
  const states = Int32Array.from(fourRoomsCells.keys());
  const acted = await run.agent.act(states, 'exploit', undefined, new Uint8Array(states.length).fill(1));
  expect(action).toEqual(Array.from(acted));
  expect(new Set(action).size).toBeGreaterThan(1);
});

test('a colour fades as its option ends', () => {
  expect(mixed('#204060', '#a0a0a0', 0)).toBe('rgb(32, 64, 96)');
  expect(mixed('#204060', '#a0a0a0', 0.25)).toBe('rgb(64, 88, 112)');
  expect(mixed('#204060', '#a0a0a0', 1)).toBe('rgb(160, 160, 160)');
});
