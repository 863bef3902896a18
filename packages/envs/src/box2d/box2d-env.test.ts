import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describeSpace, type Env, type EnvState, Rng, type SpaceValue, sample } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import type { EnvOptions } from '../env-entry.ts';
import { makeEnv } from '../registry.ts';
import { BipedalWalker } from './bipedal-walker.ts';
import { LunarLander } from './lunar-lander.ts';

const cases: [string, EnvOptions][] = [
  ['LunarLander-v3', {}],
  ['LunarLanderContinuous-v3', { enableWind: true }],
  ['BipedalWalker-v3', {}],
  ['BipedalWalkerHardcore-v3', { maxEpisodeSteps: 50 }],
];

/** One step with an action from `rng`, and a reset after an end. */
function step(env: Env, rng: Rng): unknown {
  const result = env.step(gentle(sample(env.spec.actionSpace, rng)));
  return result.terminated || result.truncated ? [result, env.reset()] : result;
}

function play(env: Env, seed: number, steps: number): unknown[] {
  const rng = new Rng(seed);
  return Array.from({ length: steps }, () => step(env, rng));
}

/** Weak motors keep a walker on its legs for longer. */
function gentle(action: SpaceValue): SpaceValue {
  return action instanceof Float32Array && action.length === 4 ? action.map(value => value / 4) : action;
}

describe.each(cases)('%s %o', (id, options) => {
  it.each([0, 1, 45, 77, 120])('goes on bit for bit from its state after %d steps', steps => {
    const env = makeEnv(id, options);
    env.reset({ seed: 6 });
    play(env, 1, steps);
    const saved = structuredClone(env.state?.()) as EnvState;
    const expected = play(env, 2, 150);
    const other = makeEnv(id, options);
    other.reset({ seed: 99 });
    play(other, 3, 20);
    other.restore?.(saved);
    expect(other.state?.()).toEqual(saved);
    expect(play(other, 2, 150)).toEqual(expected);
  });

  it('plays alone as it plays among others', () => {
    const alone = makeEnv(id, options);
    alone.reset({ seed: 5 });
    const expected = play(alone, 1, 150);
    const [env, other, walker] = [makeEnv(id, options), makeEnv(id, options), makeEnv('BipedalWalker-v3')];
    env.reset({ seed: 5 });
    other.reset({ seed: 77 });
    walker.reset({ seed: 78 });
    const [rng, otherRng] = [new Rng(1), new Rng(8)];
    const mixed = expected.map(() => {
      step(other, otherRng);
      step(walker, otherRng);
      return step(env, rng);
    });
    expect(mixed).toEqual(expected);
  });

  it('restores a state from before the first episode, and one whose episode has ended', () => {
    const env = makeEnv(id, options);
    const fresh = env.state?.() as EnvState;
    env.reset({ seed: 4 });
    const rng = new Rng(1);
    for (let ended = false; !ended; ) {
      const { terminated, truncated } = env.step(sample(env.spec.actionSpace, rng));
      ended = terminated || truncated;
    }
    const done = env.state?.() as EnvState;
    const next = env.reset();
    env.restore?.(done);
    expect(() => env.step(sample(env.spec.actionSpace, rng))).toThrow(/an episode that ended/);
    expect(env.reset()).toEqual(next);
    env.restore?.(fresh);
    expect(() => env.step(sample(env.spec.actionSpace, rng))).toThrow(/no reset yet/);
    expect(() => env.render?.()).toThrow(/Call reset first/);
    expect(env.state?.()).toEqual(fresh);
  });

  it('refuses states that are not its own', () => {
    const env = makeEnv(id, options);
    env.reset({ seed: 4 });
    const state = env.state?.() as EnvState;
    expect(() => env.restore?.({ ...state, played: [] })).toThrow(/must hold the actions of an episode/);
    expect(() => env.restore?.({ ...state, world: new Float64Array(3) })).toThrow(/same options/);
    expect(() => env.restore?.({ ...state, played: Float32Array.of(Number.NaN, 0, 0, 0) })).toThrow(/actions/);
  });
});

it.each<[string, string, string, number, number]>([
  ['LunarLander-v3', 'Box([8], float32)', 'Discrete(4)', 1000, 200],
  ['LunarLanderContinuous-v3', 'Box([8], float32)', 'Box([2], float32)', 1000, 200],
  ['BipedalWalker-v3', 'Box([24], float32)', 'Box([4], float32)', 1600, 300],
  ['BipedalWalkerHardcore-v3', 'Box([24], float32)', 'Box([4], float32)', 2000, 300],
])('%s has the spaces, limit and threshold of the original', (id, observations, actions, limit, threshold) => {
  const { observationSpace, actionSpace, maxEpisodeSteps, rewardThreshold } = makeEnv(id).spec;
  expect([describeSpace(observationSpace), describeSpace(actionSpace)]).toEqual([observations, actions]);
  expect([maxEpisodeSteps, rewardThreshold]).toEqual([limit, threshold]);
});

it('draws what happens: the lander moves, its engine burns, and the view follows the walker', () => {
  const count = (env: Env, [r, g, b]: readonly number[]) => {
    const { data } = env.render?.() ?? { data: [] };
    let pixels = 0;
    for (let i = 0; i < data.length; i += 3) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) pixels++;
    return pixels;
  };
  const lander = makeEnv('LunarLander-v3');
  lander.reset({ seed: 1 });
  for (let i = 0; i < 60; i++) lander.step(0);
  // 34 × 10 pixels, and a trapezoid of 17 above them.
  expect(Math.abs(count(lander, [128, 102, 230]) - (340 + 31 * 17))).toBeLessThan(120);
  expect(count(lander, [250, 150, 40])).toBe(0);
  lander.step(2);
  expect(count(lander, [250, 150, 40])).toBeGreaterThan(50);
  lander.step(1);
  expect(count(lander, [250, 150, 40])).toBeGreaterThan(20);
  const walker = makeEnv('BipedalWalkerHardcore-v3');
  walker.reset({ seed: 5 });
  expect(count(walker, [128, 102, 230])).toBeGreaterThan(500);
  expect(count(walker, [120, 118, 112])).toBeGreaterThan(500);
});

it('lets go of its world when it is closed, while itself still held', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const envs = [new LunarLander(), new BipedalWalker()];
  const worlds = envs.map(env => {
    env.reset({ seed: 1 });
    play(env, 1, 40);
    const { scene } = env as unknown as { scene: object };
    env.close();
    return new WeakRef(scene);
  });
  // A WeakRef keeps its target until the current job is over.
  await new Promise(resolve => setTimeout(resolve));
  collectGarbage();
  expect(worlds.map(world => world.deref())).toEqual([undefined, undefined]);
  for (const env of envs) expect(() => env.reset()).toThrow(/must be open/);
});
