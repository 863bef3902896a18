import { readFileSync } from 'node:fs';
import type { Env, GoalObs, NumericArray } from '@zpin/contracts';
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

/** An episode of Gymnasium from a seed, of which some steps are kept. */
export interface SeededEpisode {
  readonly seed: number;
  /** Of observations with goals `observation`, `achieved_goal`, `desired_goal`, one after the other. */
  readonly obs0: readonly number[];
  readonly actions: readonly number[][];
  /** Steps of which `obs` and `rewards` are. */
  readonly at: readonly number[];
  readonly obs: readonly number[][];
  readonly rewards: readonly number[];
  /** Whether the last step terminates it. */
  readonly ends: boolean;
}

export function readSeeds(id: string): readonly SeededEpisode[] {
  return readTrace<{ episodes: SeededEpisode[] }>(`${id}-seeds`).episodes;
}

/** Plays the recorded actions from the recorded seed; every number kept must be within `tolerance`. */
export function expectSeeded(env: Env, episode: SeededEpisode, tolerance: number): void {
  expectWithin(numbersOf(env.reset({ seed: episode.seed }).obs), episode.obs0, tolerance, 'reset');
  episode.actions.forEach((action, t) => {
    const { obs, reward, terminated } = env.step(Float32Array.from(action));
    const i = episode.at.indexOf(t);
    if (i >= 0) {
      expectWithin(numbersOf(obs), episode.obs[i], tolerance, `obs of step ${t}`);
      expectWithin([reward], [episode.rewards[i]], tolerance, `reward of step ${t}`);
    }
    expect(terminated, `step ${t}`).toBe(episode.ends && t === episode.actions.length - 1);
  });
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
  if (typeof numbers === 'number') return [numbers];
  if (ArrayBuffer.isView(numbers) || Array.isArray(numbers)) return numbers as NumericArray;
  const { observation, achieved_goal, desired_goal } = numbers as GoalObs;
  return [...observation, ...achieved_goal, ...desired_goal];
}
