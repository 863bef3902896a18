import { expect, it } from 'vitest';
import { EpisodeMemory } from './episode-memory.ts';

it('forgets the episodes that begin, and those alone', () => {
  const memory = new EpisodeMemory(2);
  expect(memory.before(3)).toEqual(new Float32Array(6));
  memory.set([1, 2, 3, 4, 5, 6]);
  expect(memory.before(3)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(memory.before(3, Uint8Array.of(0, 1, 0))).toEqual(Float32Array.of(1, 2, 0, 0, 5, 6));
});

it('begins anew with another number of episodes, and looks without a change', () => {
  const memory = new EpisodeMemory(2);
  memory.before(1);
  memory.set([7, 8]);
  expect(memory.peek(2)).toEqual(new Float32Array(4));
  expect(memory.peek(1)).toEqual(Float32Array.of(7, 8));
  expect(memory.before(2)).toEqual(new Float32Array(4));
});

it('goes on from its state, which does not change with it', () => {
  const memory = new EpisodeMemory(1);
  memory.before(2);
  memory.set([3, 4]);
  const state = memory.state();
  memory.set([5, 6]);
  const other = new EpisodeMemory(1);
  other.restore(state);
  other.before(2, Uint8Array.of(1, 0));
  expect(state).toEqual(Float32Array.of(3, 4));
  expect(other.state()).toEqual(Float32Array.of(0, 4));
});
