import * as tf from '@tensorflow/tfjs-core';
import type { AgentState } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { adaptPenalty, type PpoPenaltyConfig, ppoPenalty } from '../src/ppo-penalty.ts';

// Formulae are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('the penalty', () => {
  it.each([
    ['half', 0.3, 2],
    ['half', 0.66, 2],
    ['the same', 0.67, 4],
    ['the same', 1.49, 4],
    ['twice as large', 1.51, 8],
    ['twice as large', 40, 8],
  ])('is %s after a divergence of %d times the target', (_what, times, expected) => {
    expect(Array.from(adaptPenalty(tf.tensor1d([4]), tf.scalar(times * 0.02), 0.02).dataSync())).toEqual([expected]);
  });
});

describe('an update', () => {
  /** Metrics of each update on CartPole, and the vectors after the last. */
  async function updates(config: Partial<PpoPenaltyConfig>, count = 1) {
    const env = makeVectorEnv('CartPole-v1', 2);
    const small = { numEnvs: 2, rolloutLength: 20, batchSize: 20, epochs: 4, hiddenSizes: [8], ...config };
    const agent = await ppoPenalty.create({ spec: env.spec, config: small, seed: 1, engine });
    const metrics: Readonly<Record<string, number>>[] = [];
    for await (const event of ppoPenalty.train({ agent, env, totalSteps: 40 * count, seed: 1 })) {
      if (event.type === 'update') metrics.push(await event.metrics.read());
    }
    const { vectors } = (await agent.state()) as AgentState & { vectors: Record<string, Float32Array> };
    agent.dispose();
    return { metrics, vectors };
  }

  it('measures no divergence, and halves the penalty, at learning rate 0', async () => {
    const { metrics, vectors } = await updates({ learningRate: 0, initialPenalty: 8 }, 2);
    expect(metrics.map(({ kl }) => kl)).toEqual([0, 0]);
    expect(metrics.map(({ penalty }) => penalty)).toEqual([8, 4]);
    expect(Array.from(vectors.penalty)).toEqual([2]);
    expect(metrics[0].policyLoss).toBeCloseTo(0, 5);
  });

  it('doubles the penalty when the policy moves too far, and remembers the new policy as the old one', async () => {
    const { metrics, vectors } = await updates({ learningRate: 0.05, targetKl: 1e-4, initialPenalty: 1e-3 });
    expect(metrics[0].kl).toBeGreaterThan(1.5e-4);
    expect(vectors.penalty[0]).toBeCloseTo(2e-3, 8);
    expect(vectors.old).toEqual(vectors.parameters);
  });

  it('moves less under a greater penalty', async () => {
    const divergence = async (initialPenalty: number) =>
      (await updates({ initialPenalty, learningRate: 0.01, valueCoefficient: 0, epochs: 20 })).metrics[0].kl;
    expect(await divergence(1000)).toBeLessThan((await divergence(1e-6)) / 20);
  });
});
