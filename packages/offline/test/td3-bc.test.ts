import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { behaviour } from '../src/dataset/behaviour.ts';
import { collectDataset } from '../src/dataset/collect-dataset.ts';
import { td3Bc, td3BcActorLoss } from '../src/td3-bc.ts';

const engine = await compiledEngine();
await createEngine('tensorflow', { backend: 'cpu' });

describe('the loss of the policy', () => {
  const predicted = tf.tensor2d([
    [0.5, 0],
    [-0.5, 1],
  ]);
  const action = tf.tensor2d([
    [0, 0],
    [0.5, 0],
  ]);

  it('weighs values of unit size against the distance', () => {
    // Mean value 1, mean size 3: −2.5 · 1/3. Squares of distances 0.25, 0, 1 and 1: mean 0.5625.
    const loss = td3BcActorLoss(tf.tensor1d([4, -2]), predicted, action, { valueWeight: 2.5 });
    expectClose(loss, [0.5625 - 2.5 / 3]);
  });

  it('takes the size of the values for a constant', () => {
    const slope = tf.grad(q => td3BcActorLoss(q, predicted, action, { valueWeight: 2.5 }))(tf.tensor1d([4, -2]));
    expectClose(slope, [-2.5 / 3 / 2, -2.5 / 3 / 2]);
  });

  it('is finite where all values are 0', () => {
    expectClose(td3BcActorLoss(tf.zeros([2]), predicted, action, { valueWeight: 2.5 }), [0.5625]);
  });
});

describe('normalised observations', () => {
  const env = makeVectorEnv('Pendulum-v1', 1);
  const config = { normalizeObservations: true, hiddenSizes: [8], batchSize: 8 } as const;

  it('are those of the data, whatever is played later', async () => {
    const dataset = await collectDataset({ env, actor: behaviour({ spec: env.spec, seed: 1 }), steps: 500, seed: 1 });
    const agent = await td3Bc.create({ spec: env.spec, config, seed: 1, engine });
    for await (const _ of td3Bc.train({ agent, env, dataset, totalSteps: 3, seed: 1 }));
    const weights = (await agent.policy?.())?.weights;
    const { obsMean, obsStd } = dataset.statistics();
    // Behind the network: mean, and one over the deviation.
    expectClose(tf.tensor1d(weights?.subarray(-6) ?? []), [...obsMean, ...obsStd.map(std => 1 / std)], 4);
    const before = await agent.state();
    await agent.act(new Rng(1).uniformInto(new Float32Array(30)), 'explore');
    expect((await agent.state()).observations).toEqual(before.observations);
  });
});
