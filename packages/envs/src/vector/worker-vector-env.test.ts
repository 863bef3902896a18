import { EnvError, flatten, type NumericArray, Rng, SpaceError, sample, type VectorEnv, WorkerError } from '@zpin/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { MISDEEDS } from '../../test/misbehaving-env.ts';
import { CartPole, cartPoleV1 } from '../classic/cart-pole.ts';
import type { EnvOptions } from '../env-entry.ts';
import { makeVectorEnv, registerEnv } from '../registry.ts';
import { makeWorkerVectorEnv, type WorkerOptions, type WorkerVectorEnv } from './worker-vector-env.ts';

const PATIENCE = { timeout: 30_000 };
const open: VectorEnv[] = [];
afterEach(() => {
  for (const env of open.splice(0)) env.close();
});

async function threads(id: string, numEnvs: number, options?: EnvOptions, workers: WorkerOptions = { workers: 2 }) {
  const env = await makeWorkerVectorEnv(id, numEnvs, options, workers);
  open.push(env);
  return env;
}

/** Everything that random actions lead to, legal ones where there is a mask; rows of `finalObs` only where they are written. */
function trajectory(env: VectorEnv, steps: number, reset: () => void, out = env.createStep()): unknown[] {
  const rng = new Rng(5);
  const { actionSpace } = env.spec;
  reset();
  const seen: unknown[] = [];
  for (let step = 0; step < steps; step++) {
    const width = (out.actionMask?.length ?? 0) / env.numEnvs;
    const rows = Array.from({ length: env.numEnvs }, (_, i) => {
      if (!out.actionMask) return sample(actionSpace, rng);
      const legal = [...out.actionMask.subarray(i * width, (i + 1) * width).keys()].filter(a => out.actionMask?.[i * width + a]);
      return legal[rng.integers(0, legal.length)];
    });
    const flat = rows.map(row => flatten(actionSpace, row));
    const actions = new (flat[0].constructor as new (values: number[]) => NumericArray)(flat.flatMap(row => [...row]));
    env.step(actions, out);
    const ended = (i: number) => out.terminated[i] || out.truncated[i];
    const { finalObs, finalActionMask, ...rest } = out;
    const finals = [finalObs, finalActionMask].map(all =>
      rows.map((_, i) => ended(i) && all?.slice((i * all.length) / env.numEnvs, ((i + 1) * all.length) / env.numEnvs)),
    );
    seen.push(structuredClone([rest, finals]));
  }
  return seen;
}

describe('environments in worker threads', PATIENCE, () => {
  it.each([
    ['CartPole-v1', 5, { maxEpisodeSteps: 15 }],
    ['Pendulum-v1', 3, { maxEpisodeSteps: 20 }],
    ['Taxi-v4', 4, { maxEpisodeSteps: 12 }],
    // Around it, infos of episodes are told.
    ['Taxi-v4', 4, { maxEpisodeSteps: 12, wrappers: ['clip-reward'] }],
    ['BitFlip-v0', 4, { bits: 4 }],
    ['MinAtar/Breakout-v1', 2, {}],
  ] as const)('play %s as those of one thread, masks and goals too', async (id, numEnvs, options) => {
    const [one, many] = [makeVectorEnv(id, numEnvs, options), await threads(id, numEnvs, options)];
    expect(many.spec).toEqual(one.spec);
    const [expected, found] = [one, many].map(env => {
      const out = env.createStep();
      return trajectory(env, 60, () => env.reset(out, 7), out);
    });
    expect(found).toEqual(expected);
    expect(many.state()).toEqual(one.state());
  });

  it('go on from a state of either kind', async () => {
    const [one, many] = [makeVectorEnv('CartPole-v1', 3), await threads('CartPole-v1', 3)];
    const after = (env: VectorEnv, state: ReturnType<VectorEnv['state']>) =>
      trajectory(env, 30, () => env.restore(structuredClone(state)));
    trajectory(many, 20, () => many.reset(many.createStep(), 3));
    const [fromMany] = [many.state()];
    expect(after(one, fromMany)).toEqual(after(many, fromMany));
    expect(after(many, one.state())).toEqual(after(one, one.state()));
  });

  it('play other episodes in each copy, seeded or not, and again after a reset', async () => {
    const [one, many] = [makeVectorEnv('CartPole-v1', 4), await threads('CartPole-v1', 4)];
    for (const seed of [undefined, undefined, 12, [4, 4, 9, 9]]) {
      const [expected, found] = [one, many].map(env => {
        const out = env.createStep();
        env.reset(out, seed);
        return out.obs;
      });
      expect(found).toEqual(expected);
    }
  });

  it('draw the frame of any copy', async () => {
    const [one, many] = [makeVectorEnv('CartPole-v1', 3), await threads('CartPole-v1', 3)];
    for (const env of [one, many]) env.reset(env.createStep(), 1);
    for (const index of [0, 1, 2]) {
      const [found, expected] = [many.render(index), (one as Required<VectorEnv>).render(index)];
      expect([found.width, found.height]).toEqual([expected.width, expected.height]);
      expect(Buffer.from(found.data).equals(Buffer.from(expected.data))).toBe(true);
    }
    expect(() => many.render(3)).toThrow(/one of 3, got 3/);
  });
});

describe('a worker that fails', PATIENCE, () => {
  const misbehaving = (workers: WorkerOptions = {}, id = 'Misbehaving-v0') =>
    threads(id, 4, {}, { workers: 2, module: new URL('../../test/misbehaving-env.ts', import.meta.url).href, ...workers });
  const play = (env: WorkerVectorEnv, seeds: readonly number[]) => {
    const out = env.createStep();
    env.reset(out, seeds);
    for (let i = 0; i < 3; i++) env.step(new Int32Array(4), out);
    return out;
  };

  it('hands over what its environment threw, and plays on', async () => {
    const env = await misbehaving();
    const told =
      'worker 1 of Misbehaving-v0: Misbehaving-v0.step: the environment must not throw, got "the pole is on fire". Look at ';
    expect(() => play(env, [0, 0, MISDEEDS.throws, 0])).toThrow(told);
    expect(() => play(env, [0, 0, MISDEEDS.throws, 0])).toThrow(EnvError);
    expect(play(env, [0, 0, 0, 0]).obs).toEqual(new Float32Array(16).fill(3));
  });

  it('tells the copy by its number among all, and the step', async () => {
    const env = await misbehaving({}, 'PlainMisbehaving-v0');
    expect(() => play(env, [0, 0, 0, MISDEEDS.throws])).toThrow(
      'worker 1 of PlainMisbehaving-v0: PlainMisbehaving-v0.step, copy 3, at step 3 of its episode: the environment must not throw, ',
    );
  });

  it('is told apart from wrong input', async () => {
    const env = await misbehaving();
    expect(() => env.step(new Int32Array(4), env.createStep())).toThrow(/Misbehaving-v0.step: .* Call reset first/);
    env.reset(env.createStep(), 0);
    expect(() => env.step(Int32Array.of(0, 0, 0, 2), env.createStep())).toThrow(SpaceError);
    expect(() => env.step(Int32Array.of(0), env.createStep())).toThrow(/actions must be of shape \[4\]/);
    expect(() => env.reset(env.createStep(), [1])).toThrow(/there must be 4 seeds, got 1/);
    expect(() => env.restore({ envs: [] })).toThrow(/the state must be of 4 copies, got 0/);
  });

  it('is an error when its thread ends, at once and ever after', async () => {
    const env = await misbehaving({ timeoutSeconds: 1000 });
    expect(() => play(env, [0, MISDEEDS.exits, 0, 0])).toThrow(WorkerError);
    expect(() => env.state()).toThrow('worker 0 of Misbehaving-v0: the thread must live');
  });

  it('is an error when it does not answer in time, and can be closed', async () => {
    const env = await misbehaving({ timeoutSeconds: 0.5 });
    expect(() => play(env, [0, 0, 0, MISDEEDS.hangs])).toThrow(/worker 1 of Misbehaving-v0: .* within 0.5 s, got "no answer"/);
    env.close();
    expect(() => env.reset(env.createStep())).toThrow(WorkerError);
  });

  it('is an error when it cannot start', async () => {
    await expect(threads('CartPole-v1', 2, { suttonBartoReward: 3 })).rejects.toThrow(
      /suttonBartoReward must be true or false, got 3/,
    );
    await expect(makeWorkerVectorEnv('CartPole-v1', 2, {}, { workers: 0 })).rejects.toThrow(/workers must be an integer >= 1/);
    await expect(makeWorkerVectorEnv('CartPole-v1', 2, {}, { timeoutSeconds: 0 })).rejects.toThrow(/timeoutSeconds/);
    registerEnv({
      spec: { ...cartPoleV1, id: 'Unknown-v0' },
      summary: 'Known in this thread.',
      create: spec => new CartPole(spec),
    });
    await expect(threads('Unknown-v0', 2)).rejects.toThrow(/the environment must be registered, got "Unknown-v0"/);
  });

  it('is none after close, which says so', async () => {
    const env = await threads('CartPole-v1', 2);
    env.close();
    expect(() => env.reset(env.createStep())).toThrow(/must be open, got "closed"/);
  });
});
