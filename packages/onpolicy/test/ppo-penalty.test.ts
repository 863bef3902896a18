import * as tf from '@tensorflow/tfjs-core';
import type { AgentState } from '@zpin/contracts';
import { createEngine, parseConfig } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { adaptPenalty, type PpoPenaltyConfig, ppoPenalty, ppoPenaltyConfig } from '../src/ppo-penalty.ts';

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
    const free = { targetKl: 0.02, minPenalty: null, maxPenalty: null };
    expect(Array.from(adaptPenalty(tf.tensor1d([4]), tf.scalar(times * 0.02), free).dataSync())).toEqual([expected]);
  });

  it('stays within its bounds', () => {
    const bounded = (penalty: number, kl: number, minPenalty: number | null, maxPenalty: number | null) =>
      adaptPenalty(tf.tensor1d([penalty]), tf.scalar(kl), { targetKl: 0.02, minPenalty, maxPenalty }).dataSync()[0];
    expect(bounded(4, 1, 0.5, 7)).toBe(7);
    expect(bounded(4, 0, 3, 7)).toBe(3);
    expect(bounded(4, 1, 3, null)).toBe(8);
    expect(bounded(4, 0, null, 3)).toBe(2);
    expect(bounded(9, 0.02, 0.5, 7)).toBe(7);
  });

  it('is kept in [1e-4, 10], and an update stopped beyond 4 times the target, where nothing else is said', () => {
    expect(parseConfig(ppoPenaltyConfig, {}, 'ppo-penalty')).toMatchObject({ minPenalty: 1e-4, maxPenalty: 10, stopKl: 4 });
    const off = { minPenalty: null, maxPenalty: null, stopKl: null };
    expect(parseConfig(ppoPenaltyConfig, off, 'ppo-penalty')).toMatchObject(off);
    for (const bad of [{ initialPenalty: 50 }, { minPenalty: 20 }, { minPenalty: 20, maxPenalty: null }]) {
      expect(() => parseConfig(ppoPenaltyConfig, bad, 'ppo-penalty')).toThrow(
        'initialPenalty must lie between minPenalty and maxPenalty',
      );
    }
    expect(parseConfig(ppoPenaltyConfig, { initialPenalty: 50, maxPenalty: null }, 'ppo-penalty').initialPenalty).toBe(50);
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

  it('ends before the step that would move a policy on that is too far already', async () => {
    const eager = { learningRate: 0.05, targetKl: 1e-4, initialPenalty: 1e-3, epochs: 4 };
    // Two minibatches an epoch: the first is at the old policy, the second finds the step of the first too long.
    const stopped = await updates(eager);
    expect(stopped.vectors['adam.step'][0]).toBe(1);
    const free = await updates({ ...eager, stopKl: null });
    expect(free.vectors['adam.step'][0]).toBe(8);
    expect(stopped.metrics[0].kl).toBeLessThan(free.metrics[0].kl);
  });

  it('moves less under a greater penalty', async () => {
    const divergence = async (initialPenalty: number) =>
      (
        await updates({
          initialPenalty,
          minPenalty: null,
          maxPenalty: null,
          stopKl: null,
          learningRate: 0.01,
          valueCoefficient: 0,
          epochs: 20,
        })
      ).metrics[0].kl;
    expect(await divergence(1000)).toBeLessThan((await divergence(1e-6)) / 20);
  });
});
