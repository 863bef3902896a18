import { readFileSync } from 'node:fs';
import type { Env, NumericArray } from '@zpin/contracts';
import { expect } from 'vitest';
import { expectWithin } from '../../../tools/testing/expect-close.ts';

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
  expectWithin(numbersOf(env.reset({ seed }).obs), numbersOf(obs0), tolerance, 'reset');
  actions.forEach((action, t) => {
    const result = env.step(typeof action === 'number' ? action : Float32Array.from(action));
    expectWithin(numbersOf(result.obs), numbersOf(obs[t]), tolerance, `obs of step ${t}`);
    expectWithin([result.reward], [rewards[t]], tolerance, `reward of step ${t}`);
    expect(result.terminated, `step ${t}`).toBe(terminated[t]);
  });
}

function numbersOf(numbers: unknown): ArrayLike<number> {
  return typeof numbers === 'number' ? [numbers] : (numbers as NumericArray);
}
