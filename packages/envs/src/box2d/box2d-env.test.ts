import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Env, type EnvState, Rng, type SpaceValue, sample } from '@zpin/core/spec';
import { describe, expect, it } from 'vitest';
import { makeEnv } from '../registry.ts';
import { LunarLander } from './lunar-lander.ts';

const ids = ['LunarLander-v3', 'LunarLanderContinuous-v3', 'BipedalWalker-v3', 'BipedalWalkerHardcore-v3'];

/** Steps with actions from `rng`, over several episodes. */
function play(env: Env, rng: Rng, steps: number): unknown[] {
  return Array.from({ length: steps }, () => {
    const result = env.step(gentle(sample(env.spec.actionSpace, rng)));
    return result.terminated || result.truncated ? [result, env.reset()] : result;
  });
}

/** Weak motors keep a walker on its legs for longer. */
function gentle(action: SpaceValue): SpaceValue {
  return action instanceof Float32Array && action.length === 4 ? action.map(value => value / 4) : action;
}

describe.each(ids)('%s', id => {
  it('goes on bit for bit from a state, in the air, on the ground and after the end', () => {
    for (const steps of [0, 12, 64, 75, 110]) {
      const env = makeEnv(id, { enableWind: true, ...(id.startsWith('Lunar') ? {} : { enableWind: undefined }) });
      env.reset({ seed: 6 });
      play(env, new Rng(1), steps);
      const saved = structuredClone(env.state?.()) as EnvState;
      const expected = play(env, new Rng(2), 150);
      const other = makeEnv(id, { ...(id.startsWith('Lunar') ? { enableWind: true } : {}) });
      other.reset({ seed: 99 });
      play(other, new Rng(3), 20);
      other.restore?.(saved);
      expect(other.state?.()).toEqual(saved);
      expect(play(other, new Rng(2), 150)).toEqual(expected);
    }
  });
});
