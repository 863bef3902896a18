import { box, discrete, type NumericArray } from '@zpin/contracts';
import { type Algorithm, createEngine } from '@zpin/core';
import { ArrayEnv, SyncVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { PATIENCE } from '../../../tools/testing/algorithm-case.ts';
import { c51 } from '../src/c51.ts';
import { iqn } from '../src/iqn.ts';
import { qrDqn } from '../src/qr-dqn.ts';

/**
 * A state in which nothing is chosen, then a choice: 1 for certain, or 0 and 3 with the same chance, which is 1.5 on average and 0 in
 * the worst quarter.
 */
class Gamble extends ArrayEnv<NumericArray | number, NumericArray | number> {
  protected readonly world = new Int32Array(1);

  constructor() {
    super({
      id: 'Gamble-v0',
      observationSpace: box({ low: 0, high: 1, shape: [1] }),
      actionSpace: discrete(2),
      maxEpisodeSteps: null,
      rewardThreshold: null,
    });
  }

  protected start(): void {
    this.world[0] = 0;
  }

  protected advance(actions: NumericArray, offset: number): void {
    const isChoice = this.world[0] === 1;
    const prize = actions[offset] === 0 ? 1 : 3 * this.rng.integers(0, 2);
    this.reward = isChoice ? prize : 0;
    this.terminated = isChoice;
    this.world[0] = 1;
  }

  protected observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0];
  }
}

const atoms = { numAtoms: 21, valueMin: -1, valueMax: 4 };
const algorithms: readonly (readonly [Algorithm, object])[] = [
  [c51, atoms],
  [qrDqn, { numQuantiles: 16 }],
  [iqn, { embeddingSize: 16 }],
];

describe('the choice between a small prize and a gamble', PATIENCE, () => {
  it.each(algorithms)('depends on the measure of risk, case %#', async (algorithm, own) => {
    const choice = async (risk: object) => {
      const env = new SyncVectorEnv(() => new Gamble(), 4);
      const config = {
        ...{ numEnvs: 4, bufferSize: 2000, batchSize: 64, learningStarts: 64, trainEverySteps: 4, targetUpdateEverySteps: 40 },
        ...{ learningRate: { type: 'linear', from: 1e-2, to: 1e-4 }, epsilonEnd: 0.3, gamma: 1, hiddenSizes: [16] },
        ...own,
        ...risk,
      };
      const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: await createEngine('onnx') });
      for await (const _ of algorithm.train({ agent, env, totalSteps: 2500, seed: 1 }));
      const [action] = await agent.act(Float32Array.of(1), 'exploit');
      agent.dispose();
      return action;
    };
    expect(await choice({})).toBe(1);
    expect(await choice({ risk: 'cvar', cvarShare: 0.25 })).toBe(0);
    expect(await choice({ risk: 'mean-deviation', deviationWeight: -0.6 })).toBe(0);
  });
});
