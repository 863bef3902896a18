import { type EnvParameters, type EnvState, InputError, type NumericArray, SpaceError, type VectorEnv } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { makeEnv, makeVectorEnv } from '../registry.ts';
import { ClipReward } from '../wrappers/index.ts';
import { NormalizeReward } from './normalize-reward.ts';
import { SyncVectorEnv } from './sync-vector-env.ts';
import { makeWorkerVectorEnv } from './worker-vector-env.ts';

/** Lengths of the episodes of each copy, in the order in which they end. */
function lengths(env: VectorEnv, out: ReturnType<VectorEnv['createStep']>, steps: number, done: number[]): number[][] {
  const ends: number[][] = done.map(() => []);
  for (let t = 0; t < steps; t++) {
    env.step(new Int32Array(env.numEnvs).fill(1), out);
    for (let i = 0; i < env.numEnvs; i++) {
      done[i]++;
      if (!out.truncated[i]) continue;
      ends[i].push(done[i]);
      done[i] = 0;
    }
  }
  return ends;
}

const short = (maxEpisodeSteps: number): EnvParameters => ({ maxEpisodeSteps });

describe('settings of copies', () => {
  it('change with the next episode of each, not with the one in progress', () => {
    const env = makeVectorEnv('MountainCar-v0', 2, { maxEpisodeSteps: 20 });
    const out = env.createStep();
    const done = [0, 0];
    env.reset(out, 1);
    lengths(env, out, 5, done);
    env.setParameters?.(short(7));
    expect(lengths(env, out, 15 + 14, done)).toEqual([
      [20, 7, 7],
      [20, 7, 7],
    ]);
    // What is not named is as the environment was made.
    env.setParameters?.({ goalVelocity: 0.01 });
    expect(lengths(env, out, 7 + 20, done)[1]).toEqual([7, 20]);
  });

  it('are there at once in episodes that a reset begins, which a seed begins as it always does', () => {
    const env = makeVectorEnv('Pendulum-v1', 3);
    const plain = makeVectorEnv('Pendulum-v1', 3, { gravity: 5 });
    const [out, expected] = [env.createStep(), plain.createStep()];
    env.reset(out, 9);
    env.setParameters?.({ gravity: 5 });
    env.reset(out, 3);
    plain.reset(expected, 3);
    expect(out.obs).toEqual(expected.obs);
    const push = new Float32Array(3);
    for (let t = 0; t < 30; t++) {
      env.step(push, out);
      plain.step(push, expected);
    }
    expect(out.obs).toEqual(expected.obs);
  });

  it('begin other episodes in each copy, and never those of before', () => {
    const env = makeVectorEnv('Pendulum-v1', 2, { maxEpisodeSteps: 3 });
    const out = env.createStep();
    env.reset(out, 1);
    const seen = new Set([`${out.obs.slice(0, 3)}`, `${out.obs.slice(3)}`]);
    for (const gravity of [5, 6, 7]) {
      env.setParameters?.({ gravity });
      for (let t = 0; t < 3; t++) env.step(new Float32Array(2), out);
      seen.add(`${out.obs.slice(0, 3)}`).add(`${out.obs.slice(3)}`);
    }
    expect(seen.size).toBe(8);
  });

  it('that are equal to those of now change nothing: no copy begins anew, and the same after a state was taken back', () => {
    const [env, told, restored] = [1, 2, 3].map(() => makeVectorEnv('Pendulum-v1', 2, { maxEpisodeSteps: 3 }));
    const outs = [env, told, restored].map(each => each.createStep());
    const play = (each: VectorEnv, out: (typeof outs)[number], steps: number) => {
      for (let t = 0; t < steps; t++) each.step(new Float32Array(2), out);
    };
    for (const [i, each] of [env, told].entries()) {
      each.reset(outs[i], 1);
      each.setParameters?.({ gravity: 5 });
      play(each, outs[i], 4);
    }
    restored.restore?.(env.state?.() as EnvState);
    for (const each of [told, restored]) each.setParameters?.({ gravity: 5 });
    for (const [i, each] of [env, told, restored].entries()) play(each, outs[i], 7);
    expect(outs[1].obs).toEqual(outs[0].obs);
    expect(outs[2].obs).toEqual(outs[0].obs);
  });

  it('are part of the state: what was saved between two changes goes on the same', () => {
    const options = { maxEpisodeSteps: 11 };
    const env = makeVectorEnv('Pendulum-v1', 2, options);
    const out = env.createStep();
    const push = Float32Array.of(1, -1);
    const trace = (one: VectorEnv, steps: number) =>
      Array.from({ length: steps }, () => {
        one.step(push, out);
        return [...out.obs, ...out.reward, ...out.truncated];
      });
    env.reset(out, 4);
    env.setParameters?.({ gravity: 4, maxEpisodeSteps: 6 });
    trace(env, 14);
    env.setParameters?.({ gravity: 2 });
    trace(env, 2);
    const state = JSON.parse(JSON.stringify(env.state(), typed)) as EnvState;
    const fresh = makeVectorEnv('Pendulum-v1', 2, options);
    fresh.restore(env.state());
    expect(JSON.parse(JSON.stringify(fresh.state(), typed))).toEqual(state);
    const expected = trace(env, 60);
    expect(trace(fresh, 60)).toEqual(expected);
    // Also where the other one had come to settings of its own.
    const other = makeVectorEnv('Pendulum-v1', 2, options);
    const before = makeVectorEnv('Pendulum-v1', 2, options);
    before.reset(out, 8);
    const saved = before.state();
    const first = trace(before, 30);
    other.setParameters?.({ gravity: 1 });
    other.reset(out, 1);
    other.restore(saved);
    expect(trace(other, 30)).toEqual(first);
  });

  it('change through wrappers of copies and of all of them, and bring the wrappers along', () => {
    const wrapped = makeVectorEnv('MountainCar-v0', 2, { maxEpisodeSteps: 20, wrappers: ['frame-stack:3'] });
    const env = new NormalizeReward(wrapped);
    const out = env.createStep();
    const done = [0, 0];
    env.reset(out, 1);
    env.setParameters?.(short(4));
    expect(lengths(env, out, 28, done)[0]).toEqual([20, 4, 4]);
    expect(out.obs).toHaveLength(2 * 3 * 2);
  });

  it('of copies that were dealt out change in the parts, as they do in the whole', () => {
    const make = () => makeVectorEnv('Pendulum-v1', 3, { maxEpisodeSteps: 5 }) as SyncVectorEnv;
    const [whole, dealt] = [make(), make()];
    const parts = [dealt.slice(0, 1), dealt.slice(1, 3)];
    const out = whole.createStep();
    const seeds = [7, 8, 9];
    whole.reset(out, seeds);
    const outs = parts.map(part => part.createStep());
    parts[0].reset(outs[0], seeds.slice(0, 1));
    parts[1].reset(outs[1], seeds.slice(1));
    for (let t = 0; t < 20; t++) {
      if (t === 3) for (const env of [whole, dealt, ...parts]) env.setParameters({ gravity: 2 });
      whole.step(new Float32Array(3), out);
      for (const [i, part] of parts.entries()) part.step(new Float32Array(part.numEnvs), outs[i]);
      expect(outs.flatMap(({ obs }) => [...obs])).toEqual([...out.obs]);
    }
    expect([dealt.parameters, parts[1].parameters]).toEqual([{ gravity: 2 }, { gravity: 2 }]);
    // Whoever holds the whole sees the copies of the parts.
    expect(dealt.state().envs).toEqual(parts.flatMap(part => part.state().envs));
  });

  it('are asked of copies that have settings of their own', () => {
    const told: EnvParameters[] = [];
    const make = () => {
      const inner = makeEnv('CartPole-v1');
      const own = Object.assign(Object.create(inner) as typeof inner, {
        setParameters: (parameters: EnvParameters) => void told.push(parameters),
      });
      return new ClipReward(own);
    };
    new SyncVectorEnv(make, 2).setParameters({ length: 2 });
    expect(told).toEqual([{ length: 2 }, { length: 2 }]);
  });
});

/** Typed arrays by their numbers, which JSON writes as objects otherwise. */
function typed(_name: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? [...(value as unknown as NumericArray)] : value;
}

describe('in worker threads', () => {
  it('plays the same, and states can be exchanged', async () => {
    const options = { maxEpisodeSteps: 5 };
    const local = makeVectorEnv('Pendulum-v1', 3, options);
    const env = await makeWorkerVectorEnv('Pendulum-v1', 3, options, { workers: 2 });
    try {
      const out = local.createStep();
      const theirs = env.createStep();
      const push = Float32Array.of(1, 0, -1);
      const both = (steps: number) => {
        for (let t = 0; t < steps; t++) {
          local.step(push, out);
          env.step(push, theirs);
          expect(theirs.obs).toEqual(out.obs);
        }
      };
      local.reset(out, 2);
      env.reset(theirs, 2);
      for (const one of [local, env]) one.setParameters?.({ gravity: 3, maxEpisodeSteps: 4 });
      both(13);
      for (const one of [local, env]) one.setParameters?.({ gravity: 1 });
      both(3);
      const [ours, others] = [local.state(), env.state()];
      expect(others).toEqual(ours);
      both(20);
      local.restore(others);
      env.restore(ours);
      both(20);
      expect(() => env.setParameters({ gravity: 'up' })).toThrow(InputError);
    } finally {
      env.close();
    }
  });
});

describe('refused at once', () => {
  it.each<[string, EnvParameters, string]>([
    ['Pendulum-v1', { gravty: 5 }, 'gravty'],
    ['Pendulum-v1', { gravity: 'up' }, 'gravity'],
    ['LunarLander-v3', { gravity: 3 }, 'gravity'],
    ['Pendulum-v1', { wrappers: ['clip-reward'] }, 'wrappers must not change'],
  ])('%s %j', (id, parameters, text) => {
    const env = makeVectorEnv(id, 1);
    expect(() => env.setParameters?.(parameters)).toThrow(InputError);
    expect(() => env.setParameters?.(parameters)).toThrow(text);
  });

  it('where spaces would change, or nothing is known of their settings', () => {
    expect(() => makeVectorEnv('Corridor-v0', 1).setParameters?.({ length: 9 })).toThrow(SpaceError);
    const shared = makeVectorEnv('Pendulum-v1', 2) as SyncVectorEnv;
    shared.slice(0, 1);
    expect(() => shared.setParameters({ gravty: 5 })).toThrow('gravty');
    const plain = new SyncVectorEnv(() => makeEnv('Pendulum-v1'), 1);
    expect(() => plain.setParameters({ gravity: 5 })).toThrow('the settings of the environment must be such as can change');
  });
});
