import { expect, test } from 'vitest';
import { AtariHand, actionOf, type Held } from './atari-hand.ts';

test.each([
  [[], 0],
  [['FIRE'], 1],
  [['RIGHT'], 3],
  [['LEFT'], 4],
  [['LEFT', 'RIGHT'], 0],
  [['LEFT', 'FIRE'], 12],
  [['RIGHT', 'FIRE'], 11],
] as const)('what is held, %j, is the action %d', (held: readonly Held[], action) => {
  expect(actionOf(new Set(held))).toBe(action);
});

test('a game is played until it is over, and begins anew with FIRE', () => {
  const hand = new AtariHand('Catch', 1);
  let frames = 0;
  for (; !hand.isOver; frames++) hand.frame();
  // Twenty balls of 54 frames each; the first had one while the game was reset.
  expect(frames).toBe(20 * 54 - 1);
  const missed = hand.score;
  expect(missed).toBeLessThan(0);
  hand.frame();
  expect(hand.isOver).toBe(true);
  hand.held.add('FIRE');
  expect(hand.frame()).toHaveLength(4 * 160 * 210);
  expect([hand.score, hand.isOver]).toEqual([0, false]);
});
