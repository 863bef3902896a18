import { box, discrete } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { GoalInputs } from './goal-inputs.ts';
import { observationsAsSubgoals } from './subgoals.ts';

const subgoals = observationsAsSubgoals({ a: 0, b: 1 });
const write = (inputs: GoalInputs, obs: Parameters<GoalInputs['write']>[0], goals: number[]) =>
  Array.from(inputs.write(obs, Int32Array.from(goals), new Float32Array(goals.length * inputs.space.shape[0]).fill(7)));

it('shows an index and its goal as one-hot', () => {
  const inputs = new GoalInputs(discrete(3), subgoals);
  expect(write(inputs, Int32Array.of(2, 0), [0, 1])).toEqual([0, 0, 1, 1, 0, 1, 0, 0, 0, 1]);
});

it('shows numbers as they are, bytes as shares of the largest, and goals as their encoding', () => {
  const coded = { ...subgoals, encoding: Float32Array.of(0.5, -0.5) };
  const floats = new GoalInputs(box({ low: -1, high: 1, shape: [2] }), coded);
  expect(write(floats, Float32Array.of(0.25, -1, 0, 1), [1, 0])).toEqual([0.25, -1, -0.5, 0, 1, 0.5]);
  const bytes = new GoalInputs(box({ low: 0, high: 200, shape: [2], dtype: 'uint8' }), coded);
  expect(write(bytes, Uint8Array.of(50, 200), [0])).toEqual([0.25, 1, 0.5]);
});
