import * as tf from '@tensorflow/tfjs-core';
import type { AgentState } from '@zpin/contracts';
import { createEngine, normalizeAdvantage } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { clippedPolicyLoss, type PpoConfig, ppo, valueLoss } from '../src/ppo.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('the clipped surrogate', () => {
  // ε = 0.2. Ratios that are clipped where that makes the objective smaller: rows 0 and 3.
  const ratio = [1.5, 1.5, 0.5, 0.5, 1.1];
  const advantage = [1, -1, 1, -1, 2];
  const oldLogProb = [-0.1, -0.5, -1, -2, -3];
  const logProb = ratio.map((r, i) => oldLogProb[i] + Math.log(r));
  const losses = (x: tf.Tensor) =>
    clippedPolicyLoss({
      logProb: x,
      oldLogProb: tf.tensor1d(oldLogProb),
      advantage: tf.tensor1d(advantage),
      clipRange: tf.scalar(0.2),
    });

  it('is the mean of the smaller of both objectives, negated', () => {
    // min(1.5, 1.2), min(−1.5, −1.2), min(0.5, 0.8), min(−0.5, −0.8), min(2.2, 2.2): 1.2 − 1.5 + 0.5 − 0.8 + 2.2 = 1.6
    expectClose(losses(tf.tensor1d(logProb)).loss, [-1.6 / 5], 6);
  });

  it('has gradient 0 exactly where it is clipped, else −ratio · advantage', () => {
    const gradient = tf.grad(x => losses(x).loss)(tf.tensor1d(logProb));
    expectClose(gradient, [0, 1.5 / 5, -0.5 / 5, 0, -2.2 / 5], 6);
    expect([gradient.dataSync()[0], gradient.dataSync()[3]].map(Math.abs)).toEqual([0, 0]);
  });

  it('has the plain policy gradient at the old policy', () => {
    const gradient = tf.grad(x => losses(x).loss)(tf.tensor1d(oldLogProb));
    expectClose(
      gradient,
      advantage.map(a => -a / 5),
      6,
    );
  });

  it('reports the divergence and the share of ratios beyond the range', () => {
    const { approxKl, clipFraction } = losses(tf.tensor1d(logProb));
    // r − 1 − log r: 0.094535 twice, 0.193147 twice, 0.004690
    expectClose(approxKl, [0.1160108], 6);
    expectClose(clipFraction, [4 / 5], 6);
    const atOld = losses(tf.tensor1d(oldLogProb));
    expectClose(atOld.approxKl, [0], 6);
    expectClose(atOld.clipFraction, [0], 6);
  });

  it('keeps its divergence from being negative on either side', () => {
    for (const r of [0.01, 0.9, 0.999, 1.001, 1.1, 30]) {
      const one = { logProb: tf.tensor1d([Math.log(r)]), oldLogProb: tf.tensor1d([0]), advantage: tf.tensor1d([1]) };
      expectClose(clippedPolicyLoss({ ...one, clipRange: tf.scalar(0.2) }).approxKl, [r - 1 - Math.log(r)], 5);
    }
  });
});

describe('the value loss', () => {
  const value = [2, 0, 1.2];
  const oldValue = tf.tensor1d([1, 1, 1]);
  const target = tf.tensor1d([3, 1, 1.1]);

  it('is the mean squared error, with no clipping', () => {
    expectClose(valueLoss(tf.tensor1d(value), oldValue, target, null), [(1 + 1 + 0.01) / 3], 6);
  });

  it('takes the larger error of the value and of the value kept near the old one', () => {
    // Kept within 0.5 of 1: 1.5, 0.5, 1.2, with errors 2.25, 0.25, 0.01.
    expectClose(valueLoss(tf.tensor1d(value), oldValue, target, 0.5), [(2.25 + 1 + 0.01) / 3], 6);
  });

  it('has gradient 0 where the kept value counts', () => {
    const gradient = tf.grad(x => valueLoss(x, oldValue, target, 0.5))(tf.tensor1d(value));
    expectClose(gradient, [0, (2 * -1) / 3, (2 * 0.1) / 3], 6);
  });
});

describe('normalised advantages', () => {
  it.each([
    ['mean 0 and deviation 1', [1, 2, 3], [-1, 0, 1]],
    ['the deviation of a sample, with B − 1', [0, 4], [-Math.SQRT1_2, Math.SQRT1_2]],
    ['left alone for a batch of one', [5], [5]],
    ['0 where all are equal', [5, 5, 5], [0, 0, 0]],
  ])('%s', (_name, advantage, expected) => {
    expectClose(normalizeAdvantage(tf.tensor1d(advantage)), expected, 6);
  });
});

describe('an update', () => {
  /** Metrics of the first update on CartPole, and the steps that Adam has made. */
  async function firstUpdate(config: Partial<PpoConfig>) {
    const env = makeVectorEnv('CartPole-v1', 2);
    const small = { numEnvs: 2, rolloutLength: 20, batchSize: 16, epochs: 3, hiddenSizes: [8], ...config };
    const agent = await ppo.create({ spec: env.spec, config: small, seed: 1, engine });
    let metrics: Readonly<Record<string, number>> = {};
    for await (const event of ppo.train({ agent, env, totalSteps: 40, seed: 1 })) {
      if (event.type === 'update') metrics = await event.metrics.read();
    }
    const { vectors } = (await agent.state()) as AgentState & { vectors: Record<string, Float32Array> };
    agent.dispose();
    return { metrics, steps: vectors['adam.step'][0], valueSteps: vectors['valueAdam.step']?.[0], vectors };
  }

  it('sees the policy that collected: at learning rate 0 every ratio is 1, in every minibatch', async () => {
    const { metrics, steps } = await firstUpdate({ learningRate: 0 });
    expect(steps).toBe(3 * Math.ceil(40 / 16));
    expect(metrics.approxKl).toBeCloseTo(0, 6);
    expect(metrics.clipFraction).toBe(0);
    expect(metrics.policyLoss).toBeCloseTo(0, 5);
    // Two actions, nearly uniform at first.
    expect(metrics.entropy).toBeCloseTo(Math.LN2, 3);
  });

  it('ends when the policy has moved too far, before it moves on', async () => {
    // The first minibatch finds the old policy; the second one that of a huge step, and makes none of its own.
    const { steps, vectors } = await firstUpdate({ learningRate: 0.5, targetKl: 1e-3 });
    expect(steps).toBe(1);
    const once = await firstUpdate({ learningRate: 0.5, batchSize: 40, epochs: 1, targetKl: 1e-3 });
    expect(once.steps).toBe(1);
    expect((await firstUpdate({ learningRate: 0.5 })).steps).toBe(9);
    // A limit that is never reached changes nothing.
    const [far, none] = [await firstUpdate({ targetKl: 1e9 }), await firstUpdate({})];
    expect(far.vectors).toEqual(none.vectors);
    expect(vectors).not.toEqual(none.vectors);
  });

  describe('of policy and value apart', () => {
    /** Parameters of the policy, and of the value, after the update. */
    const partsOf = ({ vectors }: Awaited<ReturnType<typeof firstUpdate>>) => {
      // CartPole: 4 → 8 → 2 for the policy, which comes first, and 4 → 8 → 1 for the value.
      const size = 4 * 8 + 8 + 8 * 2 + 2;
      return { policy: vectors.parameters.slice(0, size), value: vectors.parameters.slice(size) };
    };

    it('has epochs of its own for each', async () => {
      const { steps, valueSteps, metrics } = await firstUpdate({ epochs: 2, valueEpochs: 5 });
      expect([steps, valueSteps]).toEqual([2 * 3, 5 * 3]);
      expect(metrics.valueLoss).toBeGreaterThan(0);
      expect((await firstUpdate({ policyLearningRate: 1e-3 })).valueSteps).toBe(9);
      expect((await firstUpdate({})).valueSteps).toBeUndefined();
    });

    it('has step sizes of its own for each: at 0 one stays and the other moves', async () => {
      const apart = { learningRate: 1e-2, valueEpochs: 3 };
      const still = partsOf(await firstUpdate({ ...apart, policyLearningRate: 0, valueLearningRate: 0 }));
      const policy = partsOf(await firstUpdate({ ...apart, valueLearningRate: 0 }));
      const value = partsOf(await firstUpdate({ ...apart, policyLearningRate: 0 }));
      const both = partsOf(await firstUpdate(apart));
      expect(policy.value).toEqual(still.value);
      expect(value.policy).toEqual(still.policy);
      expect(policy.policy).not.toEqual(still.policy);
      expect(value.value).not.toEqual(still.value);
      // The minibatches of the value come after those of the policy, which does not change them.
      expect(both).toEqual({ policy: policy.policy, value: value.value });
    });

    it('stops only the policy when it has moved too far', async () => {
      const { steps, valueSteps } = await firstUpdate({ learningRate: 0.5, targetKl: 1e-3, valueEpochs: 3 });
      expect([steps, valueSteps]).toEqual([1, 9]);
    });

    it('learns the value as the squared error alone would', async () => {
      const apart = { policyLearningRate: 0, valueLearningRate: 1e-2, valueEpochs: 1, epochs: 1, batchSize: 40 };
      const joint = { learningRate: 1e-2, epochs: 1, batchSize: 40, valueCoefficient: 1, maxGradientNorm: 1e9 };
      const fitted = partsOf(await firstUpdate({ ...apart, maxGradientNorm: 1e9 })).value;
      // The rows come in another order, which rounding sees.
      expectClose(fitted, partsOf(await firstUpdate(joint)).value, 6);
    });
  });

  it('takes schedules where the run is: one rollout of one is its end', async () => {
    const { metrics } = await firstUpdate({ learningRate: { type: 'linear', from: 1e-2, to: 1e-3 } });
    expect(metrics.learningRate).toBeCloseTo(1e-3, 9);
  });
});
