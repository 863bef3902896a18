import { expect, it } from 'vitest';
import { OptionMemory } from './option-memory.ts';

it('holds options from 1 on, and none where an episode begins', () => {
  const memory = new OptionMemory();
  expect(memory.before(2)).toEqual(Float32Array.of(0, 0));
  memory.set([0, 3]);
  expect(memory.before(2)).toEqual(Float32Array.of(1, 4));
  expect(memory.before(2, Uint8Array.of(0, 1))).toEqual(Float32Array.of(1, 0));
});

it('knows nothing of another number of episodes, and looking does not change it', () => {
  const memory = new OptionMemory();
  memory.before(2);
  memory.set([1, 2]);
  expect(memory.peek(3)).toEqual(new Float32Array(3));
  expect(memory.peek(2)).toEqual(Float32Array.of(2, 3));
  expect(memory.before(1)).toEqual(new Float32Array(1));
});

it('goes on from its state, which does not change with it', () => {
  const [one, other] = [new OptionMemory(), new OptionMemory()];
  one.before(2);
  one.set([1, 2]);
  const state = one.state();
  one.set([0, 0]);
  other.restore(state);
  expect(other.before(2)).toEqual(Float32Array.of(2, 3));
});
