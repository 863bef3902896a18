import { Collector } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { collectRollout, rolloutArrays } from './collect-rollout.ts';
import { RolloutTable } from './rollout-table.ts';
import { shareOf } from './training-worker.ts';

/** Pushes right, and takes its count of calls for the value and the log-probability. */
function explorer(numEnvs: number) {
  let calls = 0;
  return {
    explore(_obs: unknown, logProb: Float32Array, value: Float32Array) {
      calls++;
      logProb.fill(-calls);
      value.fill(calls);
      return new Int32Array(numEnvs).fill(1);
    },
    value: (_obs: unknown, value: Float32Array) => void value.fill(100),
  };
}

const env = (numEnvs: number) => makeVectorEnv('CartPole-v1', numEnvs, { maxEpisodeSteps: 7 });

async function collect(collector: Collector, acting: ReturnType<typeof explorer>, steps: number, bootstrap: boolean) {
  const out = rolloutArrays(collector, steps);
  await collectRollout(collector, acting, out, bootstrap, () => undefined);
  return out;
}

it('a rollout knows what follows each step: the next value, that of the last observation, or nothing', async () => {
  const collector = new Collector(env(1));
  collector.reset(1);
  const { value, nextValue, truncated, terminated } = await collect(collector, explorer(1), 9, true);
  expect([...truncated]).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0]);
  expect([...terminated]).toEqual(new Array(9).fill(0));
  expect([...value]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...nextValue]).toEqual([2, 3, 4, 5, 6, 7, 100, 9, 100]);
  const ended = new Collector(makeVectorEnv('CartPole-v1', 1));
  ended.reset(1);
  const whole = await collect(ended, explorer(1), 12, false);
  const at = whole.terminated.indexOf(1);
  expect(at).toBeGreaterThan(5);
  expect([whole.nextValue[at - 1], whole.nextValue[at]]).toEqual([at + 1, 0]);
  expect(whole.nextValue[11]).toBe(0);
});

it('parts of workers, and pieces of a rollout, make up the rollout of one worker', async () => {
  const [numEnvs, numSteps] = [5, 10];
  const one = new Collector(env(numEnvs));
  one.reset(4);
  const whole = await collect(one, explorer(numEnvs), numSteps, true);

  const table = new RolloutTable(one.env.spec, numSteps, numEnvs, 0);
  const crew = [0, 1].map(index => {
    const { start, end } = shareOf(index, 2, numEnvs);
    const collector = new Collector(env(end - start));
    collector.reset(4 + start);
    return { start, collector, acting: explorer(end - start) };
  });
  for (const [steps, bootstrap] of [
    [3, false],
    [1, false],
    [6, true],
  ] as const) {
    for (const { start, collector, acting } of crew) table.put(await collect(collector, acting, steps, bootstrap), start);
    table.advance(steps);
    const copy = structuredClone(table.state());
    table.restore(copy);
  }
  expect(table.rollout).toEqual(whole);
});

it('every environment has one worker', () => {
  for (const [workers, numEnvs] of [
    [1, 1],
    [2, 5],
    [3, 7],
    [4, 4],
  ]) {
    const shares = Array.from({ length: workers }, (_, i) => shareOf(i, workers, numEnvs));
    expect(shares.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))).toEqual(
      Array.from({ length: numEnvs }, (_, i) => i),
    );
    expect(Math.min(...shares.map(({ start, end }) => end - start))).toBeGreaterThan(0);
  }
});
