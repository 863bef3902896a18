import { isGoalEnv, Rng } from '@zpin/contracts';
import { type AnyEnv, checkEnv } from '@zpin/envs';
import { afterEach, expect, it } from 'vitest';
import { makeGymnasiumEnv } from '../src/index.ts';
import { withFakePython } from './with-fake-python.ts';

withFakePython();

const open: AnyEnv[] = [];
afterEach(() => {
  for (const env of open.splice(0)) env.close?.();
});

function make(id: string, options?: object): AnyEnv {
  const env = makeGymnasiumEnv(id, { ...options });
  open.push(env);
  return env;
}

/** What Python was told to make, as the fake tells it. */
const configOf = (env: AnyEnv) => env.reset({ seed: 1 }).info.config as Record<string, unknown>;

it('plays one copy, which its caller resets', () => {
  const env = make('Counter-v0');
  expect(env.reset({ seed: 5 }).obs).toEqual(Float32Array.of(5, 0));
  const { obs, reward, terminated, truncated, info } = env.step(3);
  expect(obs).toEqual(Float32Array.of(5, 1));
  // A reward is a double here.
  expect(reward).toBe(0.75 + 1e-12);
  expect([terminated, truncated]).toEqual([false, true]);
  expect(info).toEqual({ t: 1, seed: 5, nothing: Number.NaN });
  expect(() => env.step(1)).toThrow(/Counter-v0\.step: an episode must be in progress, got "an episode that ended"/);
  expect(env.reset().obs).toEqual(Float32Array.of(6, 0));
});

it('hands seeds of 53 bits on, takes one from a generator, and begins with 0', () => {
  expect(make('Counter-v0').reset().obs).toEqual(Float32Array.of(0, 0));
  const seed = 2 ** 53 - 1;
  expect(make('Counter-v0').reset({ seed }).obs).toEqual(Float32Array.of(seed % 97, 0));
  expect(make('Counter-v0').reset({ seed: new Rng(400) }).obs).toEqual(Float32Array.of(400 % 97, 0));
  expect(make('Counter-v0', { seedBits: 32 }).reset({ seed: 7 * 2 ** 32 + 9 }).info.seed).toBe(9);
  const [used, same] = [new Rng(4), new Rng(4)];
  used.random();
  same.random();
  const drawn = same.integers(0, 2 ** 53 - 1);
  expect(make('Counter-v0').reset({ seed: used }).obs).toEqual(Float32Array.of(drawn % 97, 0));
});

it('makes records and lists of rows of numbers, and rows of them', () => {
  const env = make('Tree-v0');
  expect(env.reset({ seed: 8 }).obs).toEqual({ a: [Float32Array.of(0), Uint8Array.of(0, 1)], z: 8 });
  expect(env.step(Int32Array.of(3, 1)).reward).toBe(0.75 + 1e-12);
});

it('hands on everything that is no setting of its own', () => {
  const env = make('Counter-v0', { g: 9.81, healthy_z_range: [0.5, 2], mode: 'ram', maxEpisodeSteps: 30, timeoutSeconds: 20 });
  expect(configOf(env)).toMatchObject({
    ...{ id: 'Counter-v0', copies: 1, protocol: 1, limit: 30, modules: [], pictures: true, masks: false },
    keywords: { g: 9.81, healthy_z_range: [0.5, 2], mode: 'ram' },
  });
  expect(configOf(make('Counter-v0')).limit).toBeNull();
  expect(configOf(make('Counter-v0', { maxEpisodeSteps: null })).limit).toBe(-1);
  expect(configOf(make('maze.games:Big/Maze-v1', { import: ['first'], parts: ['image'] }))).toMatchObject({
    ...{ id: 'Big/Maze-v1', modules: ['first', 'maze.games'], parts: ['image'] },
  });
});

it.each([
  [{ maxEpisodeSteps: 0 }, /maxEpisodeSteps must be an integer >= 1 or null, got 0/],
  [{ timeoutSeconds: 0 }, /timeoutSeconds must be .*, got 0/],
  [{ import: 'ale_py' }, /import must be a list of texts/],
  [{ size: Number.POSITIVE_INFINITY }, /the option size must be plain data, got Infinity/],
  [{ size: Float32Array.of(1) }, /the option size must be plain data/],
])('refuses %o', (options, error) => {
  expect(() => makeGymnasiumEnv('Counter-v0', options as Record<string, unknown>)).toThrow(error);
});

it('draws pictures, and needs no other environment for them', () => {
  const env = make('Counter-v0');
  env.reset({ seed: 3 });
  env.step(1);
  expect(env.render?.()).toEqual({ width: 3, height: 2, data: new Uint8ClampedArray(18).fill(4) });
});

it('has goals where Python has them', () => {
  const env = make('Goal-v0');
  expect(isGoalEnv(env)).toBe(true);
  expect(isGoalEnv(make('Counter-v0'))).toBe(false);
  env.reset({ seed: 1 });
  expect(env.step(1).info).toMatchObject({ is_success: false, isSuccess: false });
});

it('goes on from a state', () => {
  const env = make('Counter-v0');
  env.reset({ seed: 3 });
  env.step(1);
  const other = make('Counter-v0');
  other.restore?.(env.state?.() ?? {});
  expect(other.step(1).obs).toEqual(Float32Array.of(3, 2));
  const changed = make('Changed-v0');
  expect(() => changed.restore?.(env.state?.() ?? {})).toThrow(
    'gymnasium:Changed-v0.restore: an episode must be the same, got "another". Use the versions of then.',
  );
});

it.each(['Counter-v0', 'Picture-v0', 'Goal-v0'])('keeps the rules of environments: %s', id => {
  expect(checkEnv(make(id))).toEqual([]);
});

it('refuses actions that are none', () => {
  const env = make('Counter-v0');
  expect(() => env.step(1)).toThrow(/an episode must be in progress, got "no reset yet"/);
  env.reset();
  expect(() => env.step(0)).toThrow('gymnasium:Counter-v0.step: the action must be of Discrete(3, start 1), got 0.');
  env.close?.();
  expect(() => env.reset()).toThrow(/the environment must be open, got "closed"/);
});
