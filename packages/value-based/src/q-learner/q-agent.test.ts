import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, type EnvSpec, type TransitionBatch } from '@zpin/contracts';
import { createEngine, layout } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { type DqnConfig, dqnConfig } from '../dqn.ts';
import { qAgent } from './q-agent.ts';
import type { QNetwork } from './q-network.ts';

const engine = await createEngine('onnx');
const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const batch: TransitionBatch = {
  size: 2,
  obs: Float32Array.of(0.1, 0.2, 0.3, -0.4),
  action: Int32Array.of(0, 1),
  reward: Float32Array.of(1, -1),
  nextObs: Float32Array.of(0.5, 0.6, -0.7, 0.8),
  discount: Float32Array.of(0.9, 0),
};

/** A network that gives its noise, `[B, 1]`; 0 where there is none. */
function noiseNetwork(noiseKind: QNetwork['noiseKind'] = 'normal', noiseSize = 1): QNetwork {
  return {
    layout: layout([['zero', [1]]]),
    init: () => new Float32Array(1),
    numActions: 2,
    outputs: 1,
    noiseSize,
    noiseKind,
    apply: ({ zero }, obs, noise) => {
      const rows = tf.add(tf.mul(tf.sum(obs, 1, true), 0), zero);
      return noise ? tf.add(rows, tf.reshape(noise, [-1, 1])) : rows;
    },
  };
}

/** An agent whose network gives its noise, and whose metrics are the noise of its three calls. */
function noiseAgent(noiseKind: QNetwork['noiseKind']) {
  const network = noiseNetwork(noiseKind);
  const config = dqnConfig.parse({ learningRate: 0 });
  return qAgent<DqnConfig>(
    { spec, seed: 1, engine },
    {
      algorithm: 'noise',
      config,
      network,
      target: ({ nextObs }, { online, target }) => tf.concat([target(nextObs), online(nextObs)], 1),
      // The mean over the rows, and the difference of the two rows.
      loss: (output, _batch, target) => ({
        loss: tf.mean(output),
        qTaken: tf.slice(target, [0, 0], [-1, 1]),
        maxQ: tf.mean(tf.slice(target, [0, 1], [-1, 1])),
        error: tf.squeeze(output, [1]),
      }),
    },
  );
}

describe('the noise of an update', () => {
  it.each(['normal', 'fractions'] as const)('is another one for each network, and drawn anew each time: %s', async kind => {
    const agent = noiseAgent(kind);
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { metrics } = await agent.update(batch, { step: 0, totalSteps: 1 });
      const { loss, qValue, maxQ } = await metrics.read();
      seen.push(loss, qValue, maxQ);
    }
    expect(new Set(seen).size).toBe(9);
    expect(seen.every(value => value !== 0)).toBe(true);
    agent.dispose();
  });
});

it('reports the largest value of a batch, and the mean of what its best actions are worth', async () => {
  const agent = qAgent<DqnConfig>(
    { spec, seed: 1, engine },
    {
      algorithm: 'metrics',
      config: dqnConfig.parse({ learningRate: 0 }),
      network: noiseNetwork('normal', 0),
      target: ({ reward }) => reward,
      loss: (output, { reward }) => ({
        loss: tf.mean(output),
        qTaken: tf.add(reward, 2),
        maxQ: tf.add(tf.mul(reward, 2), 5),
        error: tf.squeeze(output, [1]),
      }),
    },
  );
  const { metrics } = await agent.update(batch, { step: 0, totalSteps: 1 });
  // Rewards are 1 and −1: the actions taken are worth 3 and 1, the best ones 7 and 3.
  expect(await metrics.read()).toMatchObject({ qValue: 2, maxQ: 7, greedyQ: 5 });
  agent.dispose();
});
