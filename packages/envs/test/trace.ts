import { readFileSync } from 'node:fs';
import type { Env, NumericArray } from '@zpin/contracts';
import { expect } from 'vitest';

/** Episodes recorded from the original environment. */
export interface Trace {
  readonly episodes: readonly TraceEpisode[];
}

export interface TraceEpisode {
  readonly seed: number;
  readonly obs0: number | number[];
  readonly actions: readonly (number | number[])[];
  readonly obs: readonly (number | number[])[];
  readonly rewards: readonly number[];
  readonly terminated: readonly boolean[];
}

export function readTrace<T = Trace>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./traces/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Plays the recorded actions from the recorded seed; every number must be within `tolerance` of the recorded one. */
export function expectTrace(env: Env, { seed, obs0, actions, obs, rewards, terminated }: TraceEpisode, tolerance: number): void {
  expectClose(env.reset({ seed }).obs, obs0, tolerance, 'reset');
  actions.forEach((action, t) => {
    const result = env.step(typeof action === 'number' ? action : Float32Array.from(action));
    expectClose(result.obs, obs[t], tolerance, `obs of step ${t}`);
    expectClose(result.reward, rewards[t], tolerance, `reward of step ${t}`);
    expect(result.terminated, `step ${t}`).toBe(terminated[t]);
  });
}

function expectClose(actual: unknown, expected: number | number[], tolerance: number, where: string): void {
  const got = typeof actual === 'number' ? [actual] : [...(actual as NumericArray)];
  const want = typeof expected === 'number' ? [expected] : expected;
  const error =
    got.length === want.length ? Math.max(...got.map((value, i) => Math.abs(value - want[i]))) : Number.POSITIVE_INFINITY;
  expect(error <= tolerance, `${where}: [${got}] must be within ${tolerance} of [${want}]`).toBe(true);
}
