import * as tf from '@tensorflow/tfjs-core';
import { box, ConfigError, type EnvSpec, Rng, type RngState } from '@zpin/contracts';
import { createEngine, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { smallestAtoms, tqc, tqcActorLoss, tqcCriticLoss, tqcNetworks, tqcTarget } from '../src/tqc.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('smallestAtoms', () => {
  it('keeps those that sorting would put first', () => {
    const rng = new Rng(3);
    const rows = Array.from({ length: 20 }, () => Array.from({ length: 9 }, () => Math.round(rng.uniform(-3, 3))));
    for (const kept of [1, 4, 9]) {
      const keep = smallestAtoms(tf.tensor2d(rows), kept).arraySync() as number[][];
      for (const [i, row] of rows.entries()) {
        const chosen = row.filter((_, k) => keep[i][k] === 1).sort((a, b) => a - b);
        expect(chosen).toEqual([...row].sort((a, b) => a - b).slice(0, kept));
      }
    }
  });
});

describe('the losses', () => {
  it('shift every atom by the reward and the entropy', () => {
    const y = tqcTarget({
      reward: tf.tensor1d([1, 2]),
      discount: tf.tensor1d([0.5, 0]),
      nextAtoms: tf.tensor2d([
        [4, 8],
        [1, 1],
      ]),
      nextLogProb: tf.tensor1d([-2, 5]),
      alpha: tf.scalar(1),
    });
    expect(y.arraySync()).toEqual([
      [4, 6],
      [2, 2],
    ]);
  });

  it('of a critic is the quantile Huber loss of every pair, written out', () => {
    const quantiles = [
      [0, 1, 5],
      [-2, 0.3, 0.4],
    ];
    const target = [
      [0.5, 3, -1, 9],
      [1, 0.3, -4, 0],
    ];
    const keep = [
      [1, 1, 1, 0],
      [0, 1, 1, 1],
    ];
    const expected = quantiles.map((row, b) => {
      let sum = 0;
      for (const [m, theta] of row.entries()) {
        const tau = (2 * m + 1) / 6;
        for (const [i, y] of target[b].entries()) {
          const u = y - theta;
          const huber = Math.abs(u) <= 1 ? 0.5 * u * u : Math.abs(u) - 0.5;
          sum += keep[b][i] * Math.abs(tau - (u < 0 ? 1 : 0)) * huber;
        }
      }
      return sum / (3 * 3);
    });
    const loss = tqcCriticLoss(tf.tensor2d(quantiles), tf.tensor2d(target), tf.tensor2d(keep), 3).dataSync();
    for (const [b, value] of expected.entries()) expect(loss[b]).toBeCloseTo(value, 6);
  });

  it('of the policy takes the mean of all atoms', () => {
    const loss = tqcActorLoss([tf.tensor1d([1, 3]), tf.tensor1d([3, 1])], tf.tensor1d([-2, 4]), tf.scalar(0.5));
    expect(loss.dataSync()[0]).toBeCloseTo((-1 - 2 + (2 - 2)) / 2, 6);
  });
});

const spec: EnvSpec = {
  id: 'One-v0',
  observationSpace: box({ low: -1, high: 1, shape: [1] }),
  actionSpace: box({ low: -1, high: 1, shape: [1] }),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

const progress = { step: 1, totalSteps: 2 };

describe('tqc', () => {
  it('learns the quantiles of a random reward, and a target without the largest ones is lower', async () => {
    const size = 64;
    // One state that lasts: each step pays 1 and is followed by itself with γ = 0.5, worth 2 without entropy.
    const learn = async (droppedQuantiles: number) => {
      const config = {
        ...{ batchSize: size, hiddenSizes: [16], numQuantiles: 5, droppedQuantiles, tau: 0.1 },
        ...{ criticLearningRate: 1e-2, actorLearningRate: 1e-2 },
        ...{ learnAlpha: false, alpha: 1e-6 },
      };
      const agent = await tqc.create({ spec, config, seed: 1, engine });
      const rng = new Rng(4);
      const one = new Float32Array(size).fill(1);
      let qValue = 0;
      for (let i = 0; i < 400; i++) {
        // Rewards of 0 or 2.
        const reward = Float32Array.from(one, () => 2 * rng.integers(0, 2));
        const discount = one.map(() => 0.5);
        const batch = { size, obs: one, action: new Float32Array(size), reward, nextObs: one, discount };
        const { metrics } = await agent.update(batch, progress);
        if (i >= 300) qValue += (await metrics.read()).qValue / 100;
      }
      agent.dispose();
      return qValue;
    };
    const whole = await learn(0);
    expect(whole).toBeCloseTo(2, 0);
    expect(await learn(2)).toBeLessThan(whole - 0.2);
  });

  it('drops d atoms of each critic from the sorted atoms of all', async () => {
    const [size, numCritics, numQuantiles, droppedQuantiles, alpha] = [6, 3, 4, 1, 0.3];
    const still = { criticLearningRate: 0, actorLearningRate: 0 };
    const config = { numCritics, numQuantiles, droppedQuantiles, learnAlpha: false, alpha, ...still, hiddenSizes: [8] };
    const agent = await tqc.create({ spec, config, seed: 1, engine });
    const { vectors, updateRng } = (await agent.state()) as { vectors: Record<string, Float32Array>; updateRng: RngState };
    const rng = new Rng(9);
    const draw = () => rng.uniformInto(new Float32Array(size), -1, 1);
    const [obs, action, nextObs] = [draw(), draw(), draw()];
    // Rewards that spread the errors over both branches of the Huber loss.
    const reward = draw().map(x => 2 * x);
    const discount = new Float32Array(size).fill(0.9);
    const { metrics } = await agent.update({ size, obs, action, reward, nextObs, discount }, progress);
    const { criticLoss } = await metrics.read();

    const { actor, critic } = tqcNetworks({ spec, config: agent.config });
    const noise = Rng.fromState(updateRng);
    noise.standardNormalInto(new Float32Array(size));
    const column = (values: Float32Array) => tf.tensor2d(values, [size, 1]);
    const next = actor
      .apply(unflattenParams(actor.layout, tf.tensor1d(vectors.actor)), column(nextObs))
      .sampleWithLogProb(column(noise.standardNormalInto(new Float32Array(size))));
    const params = unflattenParams(critic.layout, tf.tensor1d(vectors.critic));
    const read = (atoms: tf.Tensor[]) => atoms.map(own => own.arraySync() as number[][]);
    const nextAtoms = read(critic.apply(params, column(nextObs), next.action));
    const atoms = read(critic.apply(params, column(obs), column(action)));
    const logProb = next.logProb.dataSync();

    let expected = 0;
    for (let b = 0; b < size; b++) {
      const kept = nextAtoms.flatMap(own => own[b]).sort((x, y) => x - y);
      kept.splice(-droppedQuantiles * numCritics);
      expect(kept.length).toBe(9);
      for (const own of atoms) {
        for (const [m, theta] of own[b].entries()) {
          for (const z of kept) {
            const u = reward[b] + 0.9 * (z - alpha * logProb[b]) - theta;
            const huber = Math.abs(u) <= 1 ? 0.5 * u * u : Math.abs(u) - 0.5;
            const slope = Math.abs((m + 0.5) / numQuantiles - (u < 0 ? 1 : 0));
            expected += (slope * huber) / (numQuantiles * kept.length * size);
          }
        }
      }
    }
    expect(criticLoss).toBeCloseTo(expected, 4);
    agent.dispose();
  });

  it('refuses more atoms than can be compared with each other', async () => {
    const make = async () => tqc.create({ spec, config: { numCritics: 5, numQuantiles: 201 }, seed: 1, engine });
    await expect(make).rejects.toThrow(ConfigError);
    await expect(make).rejects.toThrow(/^tqc: numCritics times numQuantiles must be at most 1000, got 1005\./);
  });

  it('refuses to drop all quantiles', async () => {
    const make = async () => tqc.create({ spec, config: { numQuantiles: 5, droppedQuantiles: 5 }, seed: 1, engine });
    await expect(make).rejects.toThrow(ConfigError);
    await expect(make).rejects.toThrow(/^tqc: droppedQuantiles must be below numQuantiles, 5, got 5\./);
  });
});
