import { describe, expect, it } from 'vitest';
import { makeEnv } from '../registry.ts';
import { Corridor } from './corridor.ts';
import { FourRooms, fourRoomsCells } from './four-rooms.ts';
import { GridWorld, Maze } from './grid-world.ts';
import type { TabularEnv } from './tabular-env.ts';

const walk = (env: TabularEnv, moves: readonly number[]) => {
  env.reset({ seed: 0 });
  return moves.map(move => env.step(move)).map(({ obs, reward, terminated }) => [obs, reward, terminated]);
};

describe('GridWorld', () => {
  it('has a wall, a bomb that does not end the walk, and an apple that does', () => {
    // Right along the lower row, up onto the bomb, up to the apple; before that, a bump into the wall from the left.
    expect(walk(new GridWorld(), [0, 1, 2, 1, 1, 1, 0, 0])).toEqual([
      [4, 0, false],
      [4, 0, false],
      [8, 0, false],
      [9, 0, false],
      [10, 0, false],
      [11, 0, false],
      [7, -1, false],
      [3, 1, true],
    ]);
  });

  it('takes other maps and a cost per step', () => {
    const env = new GridWorld(undefined, { map: ['SP'], stepReward: -0.25 });
    expect(env.spec.observationSpace).toMatchObject({ n: 2 });
    expect(walk(env, [0, 1])).toEqual([
      [0, -0.25, false],
      [1, -1.25, true],
    ]);
    expect(() => new GridWorld(undefined, { map: ['.A'] })).toThrow(/start S/);
  });
});

describe('Maze', () => {
  it('ends in a pit with -1 and at the apple with 1', () => {
    expect(walk(new Maze(), [1, 1, 2]).at(-1)).toEqual([6, -1, true]);
    expect(walk(new Maze(), [2, 2, 1]).at(-1)).toEqual([9, -1, true]);
    expect(walk(new Maze(), [1, 1, 1, 2, 2, 3])).toEqual([
      [1, 0, false],
      [2, 0, false],
      [3, 0, false],
      [7, 0, false],
      [11, 0, false],
      [10, 1, true],
    ]);
  });
});

describe('Corridor', () => {
  it('holds a treasure at the right end and may lure to the left', () => {
    expect(walk(new Corridor(undefined, { length: 3, lure: 0.01 }), [0, 1, 0, 1, 1])).toEqual([
      [0, 0.01, false],
      [1, 0, false],
      [0, 0, false],
      [1, 0, false],
      [2, 1, true],
    ]);
    expect(() => makeEnv('Corridor-v0', { length: 1 })).toThrow(/length/);
  });
});

describe('FourRooms', () => {
  const env = new FourRooms();

  it('has 104 free cells that all lead to the goal', () => {
    expect(fourRoomsCells).toHaveLength(104);
    const reached = new Set([62]);
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (let s = 0; s < 104; s++) if (env.model.outcomes(s, 0).some(({ next }) => reached.has(next))) reached.add(s);
    }
    expect(reached.size).toBe(104);
  });

  it('sends two moves in three where they should go, and starts anywhere but at the goal', () => {
    // Cell 0 is the upper left corner: up and left stay, right leads to 1, down to 10.
    expect(env.model.outcomes(0, 1).map(({ next, probability }) => [next, probability])).toEqual([
      [0, expect.closeTo(1 / 9)],
      [1, expect.closeTo(2 / 3)],
      [10, expect.closeTo(1 / 9)],
      [0, expect.closeTo(1 / 9)],
    ]);
    const starts = new Set(Array.from({ length: 3000 }, (_, seed) => env.reset({ seed }).obs));
    expect(starts.size).toBe(103);
    expect(starts.has(62)).toBe(false);
  });

  it('pays 1 on arrival at the goal', () => {
    const sure = new FourRooms(undefined, { goal: 1, successRate: 1 });
    expect(sure.model.outcomes(0, 1)).toContainEqual({ probability: 1, next: 1, reward: 1, terminated: true });
    expect(() => new FourRooms(undefined, { goal: 104 })).toThrow(/goal/);
  });
});
