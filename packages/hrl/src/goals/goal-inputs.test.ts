import { box, discrete, flatDtype } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { GoalInputs } from './goal-inputs.ts';
import { observationsAsSubgoals } from './subgoals.ts';

const subgoals = observationsAsSubgoals({ a: 0, b: 1 });
const write = (inputs: GoalInputs, obs: Parameters<GoalInputs['write']>[0], goals: number[]) =>
  Array.from(inputs.write(obs, Int32Array.from(goals), inputs.rows(goals.length).fill(7)));

it('shows the observation as it is, and its goal as a 1 among zeros', () => {
  const inputs = new GoalInputs(discrete(3), subgoals);
  expect(write(inputs, Int32Array.of(2, 0), [0, 1])).toEqual([2, 1, 0, 0, 0, 1]);
  expect(inputs.width).toBe(3);
});

it('shows goals as their encoding where there is one', () => {
  const coded = { ...subgoals, encoding: Float32Array.of(0.5, -0.5) };
  const floats = new GoalInputs(box({ low: -1, high: 1, shape: [2] }), coded);
  expect(write(floats, Float32Array.of(0.25, -1, 0, 1), [1, 0])).toEqual([0.25, -1, -0.5, 0, 1, 0.5]);
});

it('leaves rows of bytes bytes', () => {
  const inputs = new GoalInputs(box({ low: 0, high: 200, shape: [2], dtype: 'uint8' }), subgoals);
  expect(flatDtype(inputs.space)).toBe('uint8');
  expect(inputs.rows(1)).toBeInstanceOf(Uint8Array);
});

it('reads rows of the first version: an index as one-hot, bytes divided by the largest', () => {
  const index = new GoalInputs(discrete(3), subgoals);
  expect([...index.fromFirstVersion(Float32Array.of(0, 0, 1, 1, 0, 1, 0, 0, 0, 1))]).toEqual([2, 1, 0, 0, 0, 1]);
  const bytes = new GoalInputs(box({ low: 0, high: 200, shape: [2], dtype: 'uint8' }), subgoals);
  expect(bytes.fromFirstVersion(Float32Array.of(3 / 200, 1, 0, 1))).toEqual(Uint8Array.of(3, 200, 0, 1));
  const floats = new GoalInputs(box({ low: -1, high: 1, shape: [2] }), subgoals);
  expect(floats.fromFirstVersion(Float32Array.of(0.1, -1, 1, 0))).toEqual(Float32Array.of(0.1, -1, 1, 0));
});
