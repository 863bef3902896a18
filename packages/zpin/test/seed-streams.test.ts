import type { NumericArray, VectorStep } from '@zpin/contracts';
import { createEngine, evaluate } from '@zpin/core';
import { CartPole, SyncVectorEnv } from '@zpin/envs';
import { behaviour, collectDataset } from '@zpin/offline';
import { describe, expect, it } from 'vitest';
import { train } from '../src/index.ts';

/** Copies that enter the first state of every episode into `starts`. */
function watched(starts: string[]): (copies: number) => SyncVectorEnv {
  class Watched extends SyncVectorEnv {
    override reset(out: VectorStep, seed?: number | readonly number[]): void {
      super.reset(out, seed);
      for (let i = 0; i < this.numEnvs; i++) this.#enter(out.obs, i);
    }

    override step(actions: NumericArray, out: VectorStep): void {
      super.step(actions, out);
      for (let i = 0; i < this.numEnvs; i++) if (out.terminated[i] || out.truncated[i]) this.#enter(out.obs, i);
    }

    #enter(obs: NumericArray, i: number): void {
      starts.push(Array.from(obs.slice(4 * i, 4 * i + 4)).join());
    }
  }
  return copies => new Watched(() => new CartPole(), copies);
}

const engine = createEngine('tensorflow', { backend: 'cpu' });

describe('a seed', () => {
  it('starts no episode that another seed, an evaluation or a collection starts', async () => {
    const groups: string[][] = [];
    const group = () => {
      const starts: string[] = [];
      groups.push(starts);
      return watched(starts);
    };
    for (const seed of [0, 1, 2, 3]) {
      const config = { numEnvs: 8, rolloutLength: 32, hiddenSizes: [4] };
      const training = group();
      const run = await train('a2c', training, { ...{ seed, steps: 800, preset: false, config }, engine: await engine });
      await evaluate(run.agent, group()(10), 20, seed);
      const env = group()(2);
      await collectDataset({ env, actor: behaviour({ spec: env.spec, seed }), steps: 200, seed });
      env.reset(env.createStep(), seed);
      run.dispose();
    }
    expect(Math.min(...groups.map(starts => starts.length))).toBeGreaterThan(7);
    const all = groups.flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('gives the evaluation of a run episodes of its own, also those in the midst of training', async () => {
    const starts: string[] = [];
    const config = { numEnvs: 2, hiddenSizes: [4], learningStarts: 10, batchSize: 4 };
    const evaluation = { everySteps: 100, episodes: 5 };
    const options = { seed: 1, steps: 200, preset: false, config, evaluation, engine: await engine };
    const run = await train('dqn', watched(starts), options);
    const before = starts.length;
    const { lengths } = await run.evaluate({ episodes: 5 });
    run.dispose();
    const last = starts.slice(before);
    expect(lengths).toHaveLength(5);
    // The same five episodes each time, which training never meets.
    for (const start of last.slice(0, 5)) expect(starts.filter(other => other === start)).toHaveLength(3);
  });
});
