import * as tf from '@tensorflow/tfjs-core';
import { box, ConfigError, type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { drawSubset, redq, redqActorLoss, redqTarget } from '../src/redq.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: box({ low: -2, high: 2, shape: [1] }),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

describe('the losses', () => {
  it('bootstrap from the smallest of the drawn critics alone', () => {
    const nextQ = [tf.tensor1d([-100, 5]), tf.tensor1d([4, 7]), tf.tensor1d([6, 2])];
    const subset = drawSubset(new Float32Array(3), 3, new Rng(1)).fill(1e30, 0, 1);
    const y = redqTarget({
      reward: tf.tensor1d([1, 2]),
      discount: tf.tensor1d([0.5, 0]),
      nextQ,
      subset: tf.tensor1d(subset),
      nextLogProb: tf.tensor1d([-1, 3]),
      alpha: tf.scalar(2),
    });
    // 1 + 0.5 (min(4, 6) + 2), and 2 after an end.
    expect([...y.dataSync()]).toEqual([4, 2]);
  });

  it('of the policy takes the mean of all critics', () => {
    const q = [tf.tensor1d([1, 3]), tf.tensor1d([5, 1]), tf.tensor1d([0, 2])];
    // Means 2 and 2; 0.5 · log π is −1 and 2.
    expect(redqActorLoss(q, tf.tensor1d([-2, 4]), tf.scalar(0.5)).dataSync()[0]).toBeCloseTo((-1 - 2 + (2 - 2)) / 2, 6);
  });
});

describe('drawSubset', () => {
  it('draws as many as it was asked for, each pair as often as any other', () => {
    const rng = new Rng(5);
    const out = new Float32Array(4);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const drawn = [...drawSubset(out, 2, rng).keys()].filter(k => out[k] === 0);
      expect(drawn.length).toBe(2);
      counts.set(drawn.join(), (counts.get(drawn.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // 1000 each, within five standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('redq', () => {
  it('moves the policy at every policyDelay-th update, the critics and their targets at each', async () => {
    const config = { policyDelay: 3, numCritics: 3, hiddenSizes: [4], batchSize: 4 };
    const agent = await redq.create({ spec, config, seed: 1, engine });
    const rng = new Rng(2);
    const draw = (size: number) => rng.uniformInto(new Float32Array(size), -1, 1);
    const batch = { size: 4, obs: draw(8), action: draw(4), reward: draw(4), nextObs: draw(8), discount: draw(4).fill(0.9) };
    const moved: string[][] = [];
    const vectors = async () => (await agent.state()).vectors as Record<string, Float32Array>;
    for (let i = 0; i < 6; i++) {
      const before = await vectors();
      await agent.update(batch, { step: 10, totalSteps: 100 });
      const after = await vectors();
      moved.push(['actor', 'critic', 'target', 'logAlpha'].filter(name => !after[name].every((x, k) => x === before[name][k])));
    }
    const [all, critics] = [
      ['actor', 'critic', 'target', 'logAlpha'],
      ['critic', 'target'],
    ];
    expect(moved).toEqual([critics, critics, all, critics, critics, all]);
    agent.dispose();
  });

  it('refuses to draw more critics than there are', async () => {
    const make = async () => redq.create({ spec, config: { numCritics: 3, targetCritics: 4 }, seed: 1, engine });
    await expect(make).rejects.toThrow(ConfigError);
    await expect(make).rejects.toThrow(/^redq: targetCritics must be at most numCritics, 3, got 4\./);
  });
});
