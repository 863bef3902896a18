import {
  box,
  discrete,
  type Env,
  type EnvSpec,
  type EnvState,
  type ResetResult,
  type StepResult,
  type VectorEnv,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { makeVectorEnv } from '../registry.ts';
import { SyncVectorEnv } from '../vector/sync-vector-env.ts';
import { InfoMeans } from './info-means.ts';

describe('what infos tell in numbers', () => {
  it('is a mean over the steps; of truths and successes what they were at last', () => {
    const means = new InfoMeans();
    expect(means.take()).toBe(null);
    means.add({ cost: 1, isDone: true, success: 1, name: 'a', actionMask: Uint8Array.of(1) });
    means.add({ cost: 4, isDone: false, success: 0, bad: Number.NaN });
    means.add({ isDone: false, is_success: 1, late: 7 });
    // The cost was told twice: (1 + 4) / 2.
    expect(means.take()).toEqual({ cost: 2.5, isDone: 0, success: 0, is_success: 1, late: 7 });
    expect(means.take()).toBe(null);
  });

  it('goes on from a state', () => {
    const [first, second] = [new InfoMeans(), new InfoMeans()];
    expect(first.state()).toBe(null);
    first.add({ cost: 1 });
    second.add({ other: 3 });
    second.restore(JSON.parse(JSON.stringify(first.state())) as EnvState);
    first.add({ cost: 2 });
    second.add({ cost: 2 });
    expect(second.take()).toEqual({ cost: 1.5 });
    expect(first.take()).toEqual({ cost: 1.5 });
    second.restore(null);
    expect(second.take()).toBe(null);
  });
});

const spec: EnvSpec = {
  id: 'Telling-v0',
  observationSpace: box({ low: 0, high: 9, shape: [1] }),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** Episodes of three steps, whose costs are those of the copy and the step. */
class Telling implements Env<Float32Array, number> {
  readonly spec = spec;
  readonly #copy: number;
  #t = 0;
  constructor(copy: number) {
    this.#copy = copy;
  }
  reset(): ResetResult<Float32Array> {
    this.#t = 0;
    return { obs: Float32Array.of(0), info: { cost: 1000 } };
  }
  step(): StepResult<Float32Array> {
    this.#t++;
    const info = { cost: 10 * this.#copy + this.#t, isLast: this.#t === 3 };
    return { obs: Float32Array.of(this.#t), reward: 0, terminated: this.#t === 3, truncated: false, info };
  }
  state() {
    return { t: this.#t };
  }
  restore(state: EnvState): void {
    this.#t = state.t as number;
  }
}

function play(env: VectorEnv, steps: number, begin = true) {
  const out = env.createStep();
  if (begin) env.reset(out, 1);
  const told: unknown[] = [];
  for (let t = 0; t < steps; t++) {
    env.step(new Int32Array(env.numEnvs), out);
    if (out.terminated.includes(1)) told.push([...(out.episodeInfo ?? [])]);
  }
  return told;
}

describe('copies that are stepped together', () => {
  it('tell it of every episode that ends, without the info of its reset', () => {
    const env = new SyncVectorEnv(copy => new Telling(copy), 2);
    // Steps 1, 2, 3 have the mean 2.
    const expected = [
      { cost: 2, isLast: 1 },
      { cost: 12, isLast: 1 },
    ];
    expect(play(env, 7)).toEqual([expected, expected]);
  });

  it('go on in the middle of an episode', () => {
    const [env, other] = [new SyncVectorEnv(copy => new Telling(copy), 2), new SyncVectorEnv(copy => new Telling(copy), 2)];
    play(env, 5);
    const state = env.state();
    play(other, 4);
    other.restore(state);
    expect(play(other, 1, false)).toEqual(play(env, 1, false));
    expect(other.state()).toEqual(env.state());
    // One of before, without what was told.
    const { infos: _, ...before } = state;
    other.restore(before);
    expect(play(other, 1, false)).toEqual([
      [
        { cost: 3, isLast: 1 },
        { cost: 13, isLast: 1 },
      ],
    ]);
  });

  it('tell nothing where no info has numbers, and no state has room for it', () => {
    const env = makeVectorEnv('CartPole-v1', 2);
    expect(env.createStep()).not.toHaveProperty('episodeInfo');
    expect(env.state()).not.toHaveProperty('infos');
    expect(makeVectorEnv('Taxi-v4', 1).createStep()).not.toHaveProperty('episodeInfo');
  });
});
