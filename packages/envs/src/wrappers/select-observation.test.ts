import { box, type NumericArray, SpaceError } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { makeEnv } from '../registry.ts';
import { SelectObservation } from './select-observation.ts';

describe('SelectObservation', () => {
  it('shows the chosen numbers in the order in which they were chosen', () => {
    const [whole, some] = [makeEnv('CartPole-v1'), makeEnv('CartPole-v1', { wrappers: ['select-observation:2,0'] })];
    const { obs: first } = whole.reset({ seed: 4 }) as { obs: NumericArray };
    expect(some.reset({ seed: 4 }).obs).toEqual(Float32Array.of(first[2] as number, first[0] as number));
    const [next, seen] = [whole.step(1), some.step(1)];
    const obs = next.obs as NumericArray;
    expect(seen).toEqual({ ...next, obs: Float32Array.of(obs[2] as number, obs[0] as number) });
  });

  it('shows a number as often as it was chosen', () => {
    const env = makeEnv('CartPole-v1', { wrappers: ['select-observation:0,1,2,3,0'] });
    const { obs } = env.reset({ seed: 4 }) as { obs: NumericArray };
    expect([obs.length, obs[4]]).toEqual([5, obs[0]]);
  });

  it('has the bounds of the chosen numbers', () => {
    const { observationSpace: space } = makeEnv('CartPole-v1').spec;
    const chosen = new SelectObservation(makeEnv('CartPole-v1'), [0, 2]).spec.observationSpace;
    if (space.type !== 'box') throw new Error('a Box is expected');
    expect(chosen).toEqual(
      box({ low: [space.low[0], space.low[2]] as number[], high: [space.high[0], space.high[2]] as number[] }),
    );
  });

  it('goes on from a state', () => {
    const [one, other] = [0, 1].map(() => makeEnv('CartPole-v1', { wrappers: ['select-observation:1'] }));
    one?.reset({ seed: 1 });
    other?.reset({ seed: 2 });
    other?.restore?.(one?.state?.() ?? {});
    expect(other?.step(0)).toEqual(one?.step(0));
  });

  it.each([[[]], [[4]], [[-1]], [[0.5]]])('refuses the indices %j', indices => {
    expect(() => new SelectObservation(makeEnv('CartPole-v1'), indices)).toThrow(
      /indices must be integers in \[0, 3\], one at least/,
    );
  });

  it('refuses observations that are no Box', () => {
    expect(() => new SelectObservation(makeEnv('FrozenLake-v1'), [0])).toThrow(SpaceError);
  });
});
