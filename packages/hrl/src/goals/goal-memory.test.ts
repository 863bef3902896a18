import { discrete } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { GoalMemory } from './goal-memory.ts';
import { observationsAsSubgoals } from './subgoals.ts';

const make = () => new GoalMemory(discrete(9), observationsAsSubgoals({ a: 4, b: 6 }));

it('keeps a goal until it is reached or the episode is over', () => {
  const memory = make();
  expect(memory.arrive(Int32Array.of(4, 0, 6))).toBe(true);
  memory.choose(Int32Array.of(0, 1, 1));
  expect(memory.goals).toEqual(Int32Array.of(0, 1, 1));
  expect(memory.arrive(Int32Array.of(1, 4, 2))).toBe(false);
  // The first reaches its goal, the second begins a new episode, the third goes on.
  expect(memory.arrive(Int32Array.of(4, 0, 4), Uint8Array.of(0, 1, 0))).toBe(true);
  memory.choose(Int32Array.of(1, 0, 0));
  expect(memory.goals).toEqual(Int32Array.of(1, 0, 1));
});

it('begins anew with another number of episodes', () => {
  const memory = make();
  memory.arrive(Int32Array.of(0));
  memory.choose(Int32Array.of(1));
  expect(memory.arrive(Int32Array.of(0))).toBe(false);
  expect(memory.arrive(Int32Array.of(0, 0))).toBe(true);
  memory.choose(Int32Array.of(0, 0));
  expect(memory.goals).toEqual(Int32Array.of(0, 0));
});

it('goes on from its state, which does not change with it', () => {
  const [one, other] = [make(), make()];
  one.arrive(Int32Array.of(0, 0));
  one.choose(Int32Array.of(1, 0));
  const state = one.state();
  one.arrive(Int32Array.of(6, 0));
  other.restore(state);
  expect(other.arrive(Int32Array.of(1, 1))).toBe(false);
  expect(other.goals).toEqual(Int32Array.of(1, 0));
});
