import { describe, expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { makeVectorEnv } from '../registry.ts';
import { FourRooms, fourRoomsCells } from './four-rooms.ts';

/** Moves the goal after two episodes; an episode takes one step. */
const make = (moveGoalAfterEpisodes = 2) =>
  new FourRooms({ ...new FourRooms().spec, maxEpisodeSteps: 1 }, { moveGoalAfterEpisodes });

/** Goal in each of so many episodes. */
function goals(env: FourRooms, episodes: number): number[] {
  return Array.from({ length: episodes }, () => {
    env.reset();
    const { goal } = env;
    env.step(0);
    return goal;
  });
}

describe('a goal that moves', () => {
  it('moves once, after as many episodes as it was told, to a cell of the lower right room', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const env = make();
      env.reset({ seed });
      env.step(0);
      const [second, third, ...rest] = goals(env, 5);
      expect(second).toBe(62);
      expect(new Set(rest)).toEqual(new Set([third]));
      const cell = fourRoomsCells[third];
      expect([Math.floor(cell / 13), cell % 13]).toEqual([
        expect.toSatisfy(row => row > 7),
        expect.toSatisfy(column => column > 6),
      ]);
      seen.add(third);
    }
    expect(seen.size).toBe(20);
  });

  it('pays where it is, not where it was, and never starts there', () => {
    const env = make();
    goals(env, 3);
    const { goal, model } = env;
    expect(model.start[goal]).toBe(0);
    expect(model.start[62]).toBeGreaterThan(0);
    expect(model.outcomes(62, 0).every(({ terminated, reward }) => !terminated && reward === 0)).toBe(true);
    const paid = Array.from({ length: 104 }, (_, state) => state).filter(state =>
      model.outcomes(state, 0).some(({ next, reward }) => next === goal && reward === 1),
    );
    expect(paid.length).toBeGreaterThan(1);
    expect(env.renderText()).toContain('G');
  });

  it('comes back with the seed: what follows is what followed then', () => {
    const env = make();
    expect(checkEnv(new FourRooms(undefined, { moveGoalAfterEpisodes: 1 }))).toEqual([]);
    const course = () => {
      env.reset({ seed: 5 });
      env.step(0);
      return goals(env, 4);
    };
    expect(course()).toEqual(course());
  });

  it('is part of the state, in vectors too', () => {
    const options = { moveGoalAfterEpisodes: 1, maxEpisodeSteps: 3 };
    const [one, other] = [makeVectorEnv('FourRooms-v0', 2, options), makeVectorEnv('FourRooms-v0', 2, options)];
    const [out, copy] = [one.createStep(), other.createStep()];
    one.reset(out, 1);
    other.reset(copy, 9);
    const actions = (i: number) => Int32Array.of(i % 4, (i + 1) % 4);
    // Both copies end with the next step, which writes all of finalObs.
    for (let i = 0; i < 11; i++) one.step(actions(i), out);
    other.restore(one.state());
    for (let i = 0; i < 30; i++) {
      one.step(actions(i), out);
      other.step(actions(i), copy);
      expect(copy).toEqual(out);
    }
    expect(other.state()).toEqual(one.state());
  });

  it('refuses a number that is no count of episodes', () => {
    expect(() => new FourRooms(undefined, { moveGoalAfterEpisodes: -1 })).toThrow(/moveGoalAfterEpisodes/);
  });
});
