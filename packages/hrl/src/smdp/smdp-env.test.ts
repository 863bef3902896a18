import { discrete, InputError, SpaceError } from '@zpin/contracts';
import { Corridor, checkEnv, corridorV0 } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { type Skill, SmdpEnv } from './smdp-env.ts';

/** Walks to a cell of the corridor. */
const walkTo = (cell: number): Skill<number, number> => ({
  name: `to ${cell}`,
  act: obs => Number(obs < cell),
  isDone: obs => obs === cell,
});
const corridor = (maxEpisodeSteps = 100) => new Corridor({ ...corridorV0, maxEpisodeSteps }, { length: 5, lure: 0.2 });
const make = (limit?: number) => new SmdpEnv(corridor(limit), [walkTo(0), walkTo(2), walkTo(4)], 0.5);

describe('SmdpEnv', () => {
  it('keeps the contract of environments', () => {
    expect(checkEnv(make())).toEqual([]);
    expect(make().spec).toMatchObject({ actionSpace: discrete(3), maxEpisodeSteps: null });
  });

  it('plays a skill until it is done, and says how many steps that took', () => {
    const env = make();
    env.reset({ seed: 0 });
    expect(env.step(1)).toMatchObject({ obs: 2, reward: 0, terminated: false, info: { steps: 2, discount: 0.25 } });
    // To the treasure, worth 1 in the second step: γ¹ of it is left.
    expect(env.step(2)).toMatchObject({ obs: 4, reward: 0.5, terminated: true, info: { steps: 2, discount: 0 } });
  });

  it('asks whether a skill is done after its first step, not before', () => {
    const env = make();
    env.reset({ seed: 0 });
    // Pushing against the left end pays the lure and stays there.
    expect(env.step(0)).toMatchObject({ obs: 0, reward: expect.closeTo(0.2, 6), info: { steps: 1, discount: 0.5 } });
  });

  it('stops at a time limit, which is no end of the task', () => {
    const env = make(3);
    env.reset({ seed: 0 });
    expect(env.step(2)).toMatchObject({ obs: 3, terminated: false, truncated: true, info: { steps: 3, discount: 0.125 } });
  });

  it('goes on from its state', () => {
    const [one, other] = [make(), make()];
    one.reset({ seed: 0 });
    one.step(1);
    other.reset({ seed: 1 });
    other.restore(one.state());
    expect(other.step(2)).toEqual(one.step(2));
  });

  it('refuses what is no skill', () => {
    const env = make();
    env.reset({ seed: 0 });
    expect(() => env.step(3)).toThrow(SpaceError);
    expect(() => new SmdpEnv(corridor(), [], 0.5)).toThrow(InputError);
  });
});
