import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace } from '../../test/trace.ts';
import { makeEnv } from '../registry.ts';
import { FrozenLake, randomLakeMap } from './frozen-lake.ts';

describe('FrozenLake', () => {
  it.each(readTrace('FrozenLake-v1').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new FrozenLake(), episode, 0);
  });

  it('goes where it should with the success rate, else to either side, and tells how likely that was', () => {
    const env = new FrozenLake(undefined, { successRate: 0.5 });
    // From cell 8: left stays, down falls into a hole, up leads to 4.
    expect(env.model.outcomes(8, 0).map(({ probability, next, terminated }) => [probability, next, terminated])).toEqual([
      [0.25, 4, false],
      [0.5, 8, false],
      [0.25, 12, true],
    ]);
    env.reset({ seed: 1 });
    expect([0.25, 0.5]).toContain(env.step(0).info.prob);
  });

  it('pays by the reward schedule', () => {
    const map = ['SFG', 'FHF'];
    const walk = (...moves: number[]) => {
      const env = new FrozenLake(undefined, { map, isSlippery: false, rewardSchedule: [10, -5, -1] });
      env.reset({ seed: 0 });
      return moves.map(move => env.step(move)).map(({ obs, reward, terminated }) => [obs, reward, terminated]);
    };
    expect(walk(2, 2)).toEqual([
      [1, -1, false],
      [2, 10, true],
    ]);
    expect(walk(2, 1).at(-1)).toEqual([4, -5, true]);
    expect(walk(0, 3).map(([cell]) => cell)).toEqual([0, 0]);
  });

  it('draws the maps that Gymnasium draws', () => {
    expect(randomLakeMap(new Rng(1), 4, 0.7)).toEqual(['SFFF', 'HFFH', 'HHFF', 'FHFG']);
    expect(randomLakeMap(new Rng(3), 4, 0.7)).toEqual(['SFHF', 'FFFF', 'HFFF', 'FFHG']);
    expect(randomLakeMap(new Rng(5)).slice(0, 2)).toEqual(['SHFFFFFF', 'FHFFFHHH']);
  });

  it('refuses maps and options that make no sense', () => {
    expect(() => makeEnv('FrozenLake-v1', { map: '5x5' })).toThrow(/4x4, 8x8 or a list of texts, got "5x5"/);
    expect(() => makeEnv('FrozenLake-v1', { map: ['SF', 'G'] })).toThrow(/rows of equal length/);
    expect(() => makeEnv('FrozenLake-v1', { map: ['SX', 'FG'] })).toThrow(/made of S F H G/);
    expect(() => makeEnv('FrozenLake-v1', { map: ['FF', 'FG'] })).toThrow(/start S/);
    expect(() => makeEnv('FrozenLake-v1', { successRate: 2 })).toThrow(/successRate/);
    expect(() => randomLakeMap(new Rng(0), 1)).toThrow(/randomLakeMap/);
  });
});
