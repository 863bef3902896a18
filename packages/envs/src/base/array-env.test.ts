import { discrete, type EnvSpec, type NumericArray } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { SyncVectorEnv } from '../vector/sync-vector-env.ts';
import { ArrayEnv } from './array-env.ts';

const spec: EnvSpec = {
  id: 'Forgetful-v0',
  observationSpace: discrete(4),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** Ends after 3 steps, pays at the second, and says nothing of what is not so. */
class Forgetful extends ArrayEnv<number, number> {
  protected override readonly world = new Int32Array(1);

  constructor(changes: Partial<EnvSpec> = {}) {
    super({ ...spec, ...changes });
  }

  protected override start(): void {
    this.world[0] = 0;
  }

  protected override advance(_actions: NumericArray, _offset: number): void {
    this.world[0]++;
    if (this.world[0] === 2) this.reward = 5;
    if (this.world[0] === 3) this.terminated = true;
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0];
  }
}

/** Rewards of each episode of a row of a vector environment. */
function vectorEpisodes(make: () => Forgetful, steps: number): number[][] {
  const env = new SyncVectorEnv(make, 2);
  const out = env.createStep();
  env.reset(out, 0);
  const episodes: number[][] = [[]];
  for (let t = 0; t < steps; t++) {
    env.step(Int32Array.of(0, 1), out);
    episodes.at(-1)?.push(out.reward[1]);
    if (out.terminated[1] || out.truncated[1]) episodes.push([]);
  }
  return episodes.slice(0, -1);
}

function singleEpisodes(env: Forgetful, count: number): number[][] {
  return Array.from({ length: count }, () => {
    env.reset();
    const rewards: number[] = [];
    for (;;) {
      const { reward, terminated, truncated } = env.step(0);
      rewards.push(reward);
      if (terminated || truncated || rewards.length > 9) return rewards;
    }
  });
}

describe('a step that is not observed', () => {
  it('shows what was shown before unless the episode ends with it, and is the same in all else', () => {
    const env = new Forgetful();
    const observed = new Forgetful();
    env.reset();
    observed.reset();
    const shown = [false, true, false].map(isObserved => {
      env.isObserved = isObserved;
      const { obs, ...rest } = env.step(0);
      const { obs: _, ...expected } = observed.step(0);
      expect(rest).toEqual(expected);
      return obs;
    });
    expect([...shown, env.reset().obs]).toEqual([0, 2, 3, 0]);
  });

  it('is one in a row of a vector environment all the same', () => {
    const made: Forgetful[] = [];
    const vector = new SyncVectorEnv(() => {
      made.push(new Forgetful());
      return made[made.length - 1];
    }, 1);
    for (const env of made) env.isObserved = false;
    const out = vector.createStep();
    vector.reset(out, 0);
    vector.step(Int32Array.of(0), out);
    expect([...out.obs]).toEqual([1]);
  });
});

describe('what a subclass leaves out is not what the step before left', () => {
  const four = [0, 0, 0, 0].map(() => [0, 5, 0]);

  it('in rows', () => {
    expect(vectorEpisodes(() => new Forgetful(), 12)).toEqual(four);
  });

  it('one by one', () => {
    expect(singleEpisodes(new Forgetful(), 4)).toEqual(four);
  });

  it('after an episode that the time limit ended in the step that ended the task', () => {
    expect(vectorEpisodes(() => new Forgetful({ maxEpisodeSteps: 3 }), 12)).toEqual(four);
    expect(vectorEpisodes(() => new Forgetful({ maxEpisodeSteps: 2 }), 6)).toEqual([
      [0, 5],
      [0, 5],
      [0, 5],
    ]);
  });

  it('after a reset in the middle, and after restore', () => {
    const env = new Forgetful();
    env.reset();
    env.step(0);
    const saved = env.state();
    expect(env.step(0).reward).toBe(5);
    env.reset();
    expect(env.step(0)).toMatchObject({ reward: 0, terminated: false });
    env.step(0);
    env.step(0);
    env.restore(saved);
    expect(env.step(0)).toMatchObject({ reward: 5, terminated: false });
    expect(env.step(0)).toMatchObject({ reward: 0, terminated: true });
  });
});
