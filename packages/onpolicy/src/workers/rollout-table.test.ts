import { copySeeds } from '@zpin/contracts';
import { Collector, RolloutBuffer } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
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
  const buffer = new RolloutBuffer(collector, { numSteps: steps });
  while (!buffer.isFull) await buffer.step(acting, bootstrap && buffer.length + 1 === steps);
  return buffer.rollout;
}

it('parts of workers, and pieces of a rollout, make up the rollout of one worker', async () => {
  const [numEnvs, numSteps] = [5, 10];
  const one = new Collector(env(numEnvs));
  one.reset(4);
  const whole = await collect(one, explorer(numEnvs), numSteps, true);

  const table = new RolloutTable(one.env.spec, numSteps, numEnvs, 0);
  const crew = [0, 1].map(index => {
    const { start, end } = shareOf(index, 2, numEnvs);
    const collector = new Collector(env(end - start));
    collector.reset(copySeeds(4, numEnvs).slice(start, end));
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
