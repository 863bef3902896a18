import { copySeeds, type EnvSource, InputError, type VectorEnv } from '@zpin/contracts';
import { loadEnv, makeVectorEnv } from '@zpin/envs';
import { makeWorkerVectorEnv } from '@zpin/envs/node';
import { afterEach, expect, it } from 'vitest';
import { makeGymnasiumVectorEnv } from '../src/index.ts';
import { withFakePython } from './with-fake-python.ts';

withFakePython();

const open: VectorEnv[] = [];
afterEach(() => {
  for (const env of open.splice(0)) env.close();
});

function make(id: string, numEnvs: number, options?: object): VectorEnv {
  const env = makeGymnasiumVectorEnv(id, numEnvs, { ...options });
  open.push(env);
  return env;
}

const seeds = [5, 6, 7];

it('knows what the server tells of the environment', () => {
  const { spec } = make('Counter-v0', 2);
  expect(spec).toMatchObject({ id: 'gymnasium:Counter-v0', maxEpisodeSteps: 200, rewardThreshold: 2.5 });
  expect(spec.actionSpace).toEqual({ type: 'discrete', n: 3, start: 1 });
  expect(spec.observationSpace).toMatchObject({ type: 'box', shape: [2], dtype: 'float32' });
  expect(spec.observationSpace).toHaveProperty('high', Float32Array.of(Infinity, Infinity));
});

it('hands seeds on, those of copies where one number is given', () => {
  const env = make('Counter-v0', 3);
  const out = env.createStep();
  env.reset(out, seeds);
  expect(Array.from(out.obs)).toEqual([5, 0, 6, 0, 7, 0]);
  env.reset(out, 11);
  const expected = copySeeds(11, 3).map(seed => seed % 97);
  expect([0, 2, 4].map(at => out.obs[at])).toEqual(expected);
  env.reset(out);
  expect([0, 2, 4].map(at => out.obs[at])).toEqual(expected.map(seed => seed + 1));
});

it('begins with the seeds of 0 where none was ever given', () => {
  const env = make('Counter-v0', 2);
  const out = env.createStep();
  env.reset(out);
  expect([out.obs[0], out.obs[2]]).toEqual(copySeeds(0, 2).map(seed => seed % 97));
});

it('resets in the step in which a copy ends, and keeps terminated and truncated apart', () => {
  const env = make('Counter-v0', 3);
  const out = env.createStep();
  env.reset(out, seeds);
  env.step(Int32Array.of(1, 2, 2), out);
  expect(Array.from(out.obs)).toEqual([5, 1, 6, 1, 7, 1]);
  expect(Array.from(out.reward)).toEqual([0.25, 0.5, 0.5]);
  expect(Array.from(out.truncated)).toEqual([0, 0, 0]);
  // The second copy is cut off: only its row of the last observations is written.
  out.finalObs.fill(-1);
  env.step(Int32Array.of(1, 3, 1), out);
  expect(Array.from(out.truncated)).toEqual([0, 1, 0]);
  expect(Array.from(out.terminated)).toEqual([0, 0, 0]);
  expect(Array.from(out.finalObs)).toEqual([-1, -1, 6, 2, -1, -1]);
  expect(Array.from(out.obs)).toEqual([5, 2, 7, 0, 7, 2]);
  env.step(Int32Array.of(1, 1, 1), out);
  env.step(Int32Array.of(1, 1, 1), out);
  expect(Array.from(out.terminated)).toEqual([1, 0, 1]);
  expect(Array.from(out.finalObs)).toEqual([5, 4, 6, 2, 7, 4]);
  expect(Array.from(out.obs)).toEqual([6, 0, 7, 2, 8, 0]);
});

it('carries pictures, larger than what a pipe gives at once', () => {
  const env = make('Picture-v0', 20);
  const out = env.createStep();
  env.reset(
    out,
    Array.from({ length: 20 }, (_, i) => i),
  );
  env.step(new Float32Array(40).fill(-0.5), out);
  expect(out.obs).toBeInstanceOf(Uint8Array);
  expect(out.obs.length).toBe(20 * 9000);
  for (let i = 0; i < 20; i++) expect(new Set(out.obs.subarray(i * 9000, (i + 1) * 9000))).toEqual(new Set([i + 1]));
  expect(out.reward[3]).toBe(-0.125);
});

it('tells legal actions where it is asked for them', () => {
  const env = make('Counter-v0', 2, { actionMask: true });
  expect(env.spec.hasActionMask).toBe(true);
  const out = env.createStep();
  env.reset(out, [1, 2]);
  expect(Array.from(out.actionMask ?? [])).toEqual([1, 0, 1, 1, 0, 1]);
  env.step(Int32Array.of(1, 3), out);
  expect(Array.from(out.actionMask ?? [])).toEqual([1, 1, 1, 1, 0, 1]);
  expect(Array.from(out.finalActionMask?.subarray(3) ?? [])).toEqual([1, 1, 1]);
  expect(make('Counter-v0', 1).createStep().actionMask).toBeUndefined();
});

it('has the outcomes of other goals, and tells which episodes reached theirs', () => {
  const env = make('Goal-v0', 2);
  const [achieved, desired] = [Float32Array.of(1, 2, 3), Float32Array.of(1, 4, 8)];
  expect(Array.from(env.goals?.computeReward(achieved, desired, new Float32Array(3)) ?? [])).toEqual([-0, -2, -5]);
  expect(Array.from(env.goals?.computeTerminated?.(achieved, desired, new Uint8Array(3)) ?? [])).toEqual([1, 0, 0]);
  const out = env.createStep();
  env.reset(out, [1, 2]);
  env.step(Int32Array.of(3, 1), out);
  expect([out.success?.[0], out.truncated[0]]).toEqual([0, 1]);
  for (let t = 0; t < 3; t++) env.step(Int32Array.of(1, 1), out);
  expect([out.success?.[1], out.terminated[1]]).toEqual([1, 1]);
  // Parts of a record lie in the order of their names.
  expect(Array.from(out.finalObs.subarray(3))).toEqual([4, 4, 2]);
});

it('goes on from a state, in a new process too', () => {
  const env = make('Counter-v0', 2);
  const out = env.createStep();
  env.reset(out, [3, 9]);
  env.step(Int32Array.of(1, 1), out);
  expect(env.isResumable).toBe(true);
  const state = env.state();
  const other = make('Counter-v0', 2);
  other.restore(state);
  other.step(Int32Array.of(1, 1), out);
  expect(Array.from(out.obs)).toEqual([3, 2, 9, 2]);
  // What was seeded stays so: the next episodes are not those of seed 0.
  other.reset(out);
  expect([out.obs[0], out.obs[2]]).toEqual([4, 10]);
  expect(() => env.restore({ seeded: true, envs: [{ about: 1 }, {}] })).toThrow(
    /restore: the state must be one of this environment/,
  );
  expect(env.isResumable).toBe(true);
  expect(() => make('Counter-v0', 3).restore(state)).toThrow(/restore: the state must be of 3 copies, got 2\. Use as many/);
});

it('says that it has no state where Python cannot play episodes again, or nobody wants it', () => {
  expect(make('Fickle-v0', 1).isResumable).toBe(false);
  expect(() => make('Fickle-v0', 1).state()).toThrow(/Fickle-v0\.state: the environment must be able to go on from a state/);
  expect(make('Counter-v0', 1, { saveState: false }).isResumable).toBe(false);
});

it('refuses seeds, actions and arrays of other sizes before Python sees them', () => {
  const env = make('Counter-v0', 2);
  const out = env.createStep();
  expect(() => env.reset(out, [1])).toThrow('gymnasium:Counter-v0.reset: there must be 2 seeds, got 1.');
  expect(() => env.step(Int32Array.of(1), out)).toThrow(/step: actions must be of shape \[2\], got Int32Array of 1/);
  expect(() => env.reset(make('Counter-v0', 1).createStep(), 1)).toThrow(/out\.obs must hold 4 numbers, got Float32Array of 2/);
  expect(() => env.render?.(2)).toThrow(/the copy must be one of 2, got 2/);
  expect(() => makeGymnasiumVectorEnv('Counter-v0', 0)).toThrow(InputError);
});

it('puts wrappers around each copy', () => {
  const env = make('Counter-v0', 2, { wrappers: ['frame-stack:2', 'scale-reward:4'] });
  const out = env.createStep();
  env.reset(out, [3, 9]);
  env.step(Int32Array.of(2, 3), out);
  expect(Array.from(out.obs)).toEqual([3, 0, 3, 1, 10, 0, 10, 0]);
  expect(out.reward[0]).toBeCloseTo(2, 9);
  expect(Array.from(out.rawReward ?? [])).toEqual([0.5, 0.75]);
  expect(Array.from(out.finalObs.subarray(4))).toEqual([9, 0, 9, 1]);
  expect(() => make('Counter-v0', 2, { wrappers: ['frame-stakc:2'] })).toThrow(/Did you mean frame-stack/);
});

it('tells workers where to get copies of their own, and plays the same in theirs', async () => {
  const env = make('Counter-v0', 3, { size: 2 });
  const { id, options, library, module } = env.source as EnvSource;
  expect([id, options, library]).toEqual(['gymnasium:Counter-v0', { size: 2 }, '@zpin/envs']);
  const threads = await makeWorkerVectorEnv(id, 3, options, { workers: 2, ...(module !== undefined && { module }) });
  open.push(threads);
  const [out, other] = [env.createStep(), threads.createStep()];
  env.reset(out, 3);
  threads.reset(other, 3);
  expect(other.obs).toEqual(out.obs);
  for (const actions of [Int32Array.of(1, 3, 2), Int32Array.of(3, 1, 1)]) {
    env.step(actions, out);
    threads.step(actions, other);
    expect([other.obs, other.truncated, other.finalObs]).toEqual([out.obs, out.truncated, out.finalObs]);
  }
});

it('needs no loading, and asks for the family where it is not registered', async () => {
  await expect(loadEnv('gymnasium:Counter-v0')).resolves.toBeUndefined();
  expect(() => makeVectorEnv('gymnasium:', 1)).toThrow(/an id of Gymnasium must follow the colon/);
  expect(() => makeVectorEnv('gymnasiums:A-v0', 1)).toThrow(/the environment must be registered, got "gymnasiums:A-v0"/);
});
