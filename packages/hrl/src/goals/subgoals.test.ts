import { InputError, type NumericArray } from '@zpin/contracts';
import { fourRoomsCells, keyDoorPlaces, makeEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { observationsAsSubgoals, registerSubgoals, subgoalsOf } from './subgoals.ts';

/** Observations that reach each sub-goal, by name. */
function reached(id: string): Record<string, number[]> {
  const { spec } = makeEnv(id);
  const { names, isReached } = subgoalsOf('test', spec);
  const space = spec.observationSpace;
  const all = Int32Array.from({ length: space.type === 'discrete' ? space.n : 0 }, (_, i) => i);
  const ofGoal = (goal: number) => Array.from(all).filter(i => isReached(goal, all, i));
  return Object.fromEntries(names.map((name, goal) => [name, ofGoal(goal)]));
}

describe('sub-goals that come with the package', () => {
  it('of the key and the door are where these are', () => {
    const { key, door, treasure } = keyDoorPlaces('small');
    expect(reached('KeyDoor-v0')).toEqual({ key: [key], door: [door], treasure: [treasure] });
    const { spec } = makeEnv('KeyDoor-v0', { map: 'large' });
    expect(() => subgoalsOf('test', spec)).toThrow(/must be one or more.*Write them as the setting subgoals/);
    expect(subgoalsOf('test', spec, ['key:62']).names).toEqual(['key']);
  });

  it('of the chain are all its states', () => {
    expect(Object.values(reached('StochasticChain-v0')).flat()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('of the four rooms are the doorways', () => {
    const places = Object.entries(reached('FourRooms-v0')).map(([name, [state]]) => {
      const cell = fourRoomsCells[state];
      return [name, Math.floor(cell / 13), cell % 13];
    });
    expect(places).toEqual([
      ['north', 3, 6],
      ['west', 6, 2],
      ['east', 7, 9],
      ['south', 10, 6],
    ]);
  });
});

describe('registering', () => {
  const { spec } = makeEnv('Corridor-v0');

  it('is what an environment without sub-goals asks for', () => {
    expect(() => subgoalsOf('h-dqn', spec)).toThrow(
      /^h-dqn: Corridor-v0 must have sub-goals, got "none"\. Write them as the setting subgoals, name them with registerSubgoals\('Corridor-v0', …\), or use one of .*KeyDoor-v0/,
    );
    registerSubgoals('Corridor-v0', () => observationsAsSubgoals({ end: 5 }));
    expect(subgoalsOf('h-dqn', spec).isReached(0, Int32Array.of(0, 5), 1)).toBe(true);
    expect(() => registerSubgoals('Corridor-v0', () => observationsAsSubgoals({}))).toThrow(InputError);
  });

  it('gives sub-goals that fit', () => {
    const isReached = (_goal: number, _obs: NumericArray) => false;
    registerSubgoals('None-v0', () => ({ names: [], isReached }));
    registerSubgoals('Uneven-v0', () => ({ names: ['a', 'b'], isReached, encoding: Float32Array.of(1, 2, 3) }));
    for (const id of ['None-v0', 'Uneven-v0']) expect(() => subgoalsOf('h-dqn', { ...spec, id })).toThrow(InputError);
  });
});
