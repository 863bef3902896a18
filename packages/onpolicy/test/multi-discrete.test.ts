import { box, multiDiscrete, type NumericArray } from '@zpin/contracts';
import { ArrayEnv, SyncVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { algorithmCases, recurrentCases } from './algorithms.ts';

/** One step: a point for each of two choices that is right, where the observation says which of the second is. */
class TwoChoices extends ArrayEnv<NumericArray, NumericArray> {
  protected readonly world = new Int32Array(1);

  constructor() {
    super({
      id: 'TwoChoices-v0',
      observationSpace: box({ low: -1, high: 1, shape: [1] }),
      actionSpace: multiDiscrete([2, 3]),
      maxEpisodeSteps: null,
      rewardThreshold: null,
    });
  }

  protected start(): void {
    this.world[0] = this.rng.integers(0, 2);
  }

  protected advance(actions: NumericArray, offset: number): void {
    this.reward = Number(actions[offset] === 1) + Number(actions[offset + 1] === 2 * this.world[0]);
    this.terminated = true;
  }

  protected observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0] * 2 - 1;
  }
}

it.each([...algorithmCases, ...recurrentCases])(
  '$algorithm.id learns two choices at once',
  async ({ algorithm, probe, probeSteps: totalSteps }) => {
    const env = new SyncVectorEnv(() => new TwoChoices(), probe.numEnvs);
    const agent = await algorithm.create({ spec: env.spec, config: probe, seed: 1, engine: await compiledEngine() });
    for await (const _ of algorithm.train({ agent, env, totalSteps, seed: 1 }));
    expect(Array.from(await agent.act(Float32Array.of(-1, 1), 'exploit'))).toEqual([1, 0, 1, 2]);
    agent.dispose();
  },
);
