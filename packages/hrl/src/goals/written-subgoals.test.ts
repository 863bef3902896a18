import { box, discrete } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { writtenSubgoals } from './written-subgoals.ts';

const car = box({ low: [-1.2, -0.07], high: [0.6, 0.07], shape: [2] });

describe('sub-goals as they are written', () => {
  it('are observations of a Discrete space, from its first one on', () => {
    const { names, isReached } = writtenSubgoals('test', ['key:5', ' the door : 7'], discrete(3, 5));
    expect(names).toEqual(['key', 'the door']);
    const obs = Int32Array.of(5, 6, 7);
    expect([0, 1, 2].map(offset => [isReached(0, obs, offset), isReached(1, obs, offset)])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ]);
  });

  it('are conditions on numbers of an observation, all of which must hold', () => {
    const texts = ['left:0<-0.9', 'right:0 > .3', 'slow top:0>0.4&1>-1e-2&1<1e-2', 'still:1=0'];
    const { isReached } = writtenSubgoals('test', texts, car);
    const reachedAt = (...row: number[]) => {
      // The row in question is the second one of two.
      const obs = Float32Array.of(9, 9, ...row);
      return texts.flatMap((_, goal) => (isReached(goal, obs, 2) ? [goal] : []));
    };
    expect(reachedAt(-1, 0.05)).toEqual([0]);
    expect(reachedAt(0.35, 0)).toEqual([1, 3]);
    expect(reachedAt(0.5, 0.005)).toEqual([1, 2]);
    expect(reachedAt(0.5, 0.02)).toEqual([1]);
    expect(reachedAt(0, -0.02)).toEqual([]);
  });

  it('compare numbers as observations hold them, in single precision', () => {
    const { isReached } = writtenSubgoals('test', ['at:0=0.1', 'below:0<0.1', 'above:0>0.1'], car);
    expect([0, 1, 2].map(goal => isReached(goal, Float32Array.of(0.1, 0), 0))).toEqual([true, false, false]);
  });

  it.each([
    ['key', discrete(3)],
    ['key:', discrete(3)],
    [':1', discrete(3)],
    ['key:3', discrete(3)],
    ['key:0.5', discrete(3)],
    ['key:1<2', discrete(3)],
    ['left:-0.9', car],
    ['left:2<0', car],
    ['left:0<', car],
    ['left:0<0x10', car],
    ['left:0<1&', car],
    ['left:0!1', car],
  ])('of another form are refused, with how to write them: %s', (text, space) => {
    expect(() => writtenSubgoals('h-dqn', [text], space)).toThrow(
      /^h-dqn: a sub-goal must be name:condition, of (observations 0 to 2, got .* like goal:0|numbers 0 to 1, got .* like left:0<-0.9)/,
    );
  });

  it('have different names', () => {
    expect(() => writtenSubgoals('test', ['a:0', 'b:1', 'a:2'], discrete(3))).toThrow(/must have different names, got "a"/);
  });
});
