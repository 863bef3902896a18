import type { OnPolicyAgent } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { probeEnv, probes } from '../../../tools/testing/probe-envs.ts';
import { DiscountSoFar, type OneStepActorCriticConfig, oneStepActorCritic, tdTargets } from '../src/one-step-actor-critic.ts';

const beginning = { step: 0, totalSteps: 1 };

const engine = await createEngine('onnx');

it('the target of the value is r + γ V(s′)', () => {
  const target = tdTargets({ reward: Float32Array.of(1, -1, 2), nextValue: Float32Array.of(10, 0, -4) }, 0.5);
  expect(Array.from(target)).toEqual([6, -1, 0]);
});

describe('the discount so far', () => {
  const flags = (...values: number[]) => Uint8Array.from(values);
  const none = flags(0, 0);

  it('is γᵗ in step t of each episode, over rollouts and after ends of both kinds', () => {
    const discount = new DiscountSoFar(2, 0.5);
    const take = (terminated: Uint8Array, truncated: Uint8Array) =>
      Array.from(discount.take({ numEnvs: 2, terminated, truncated }));
    expect(take(none, none)).toEqual([1, 1]);
    expect(take(flags(1, 0), none)).toEqual([0.5, 0.5]);
    expect(take(none, flags(0, 1))).toEqual([1, 0.25]);
    expect(take(flags(0, 0, 0, 0), flags(0, 0, 0, 0))).toEqual([0.5, 1, 0.25, 0.5]);
  });

  it('is 1 after a cut', () => {
    const discount = new DiscountSoFar(2, 0.5);
    discount.take({ numEnvs: 2, terminated: none, truncated: none });
    discount.cut();
    expect(Array.from(discount.take({ numEnvs: 2, terminated: none, truncated: none }))).toEqual([1, 1]);
  });

  it('goes on from its state', () => {
    const discount = new DiscountSoFar(2, 0.5);
    discount.take({ numEnvs: 2, terminated: flags(0, 1), truncated: none });
    const other = new DiscountSoFar(2, 0.5);
    other.restore(discount.state());
    expect(Array.from(other.take({ numEnvs: 2, terminated: none, truncated: none }))).toEqual([0.5, 1]);
  });
});

describe('an update by plain steps', () => {
  const env = probeEnv(probes[3], 'discrete', 1);
  const step = {
    numSteps: 1,
    numEnvs: 1,
    obs: Float32Array.of(1),
    action: Int32Array.of(1),
    reward: Float32Array.of(1.5),
    terminated: Uint8Array.of(0),
    truncated: Uint8Array.of(0),
    logProb: Float32Array.of(0),
    value: Float32Array.of(0),
    nextValue: Float32Array.of(2),
  };

  /** A linear policy and value: all gradients are known. */
  async function makeAgent(config: Partial<OneStepActorCriticConfig>) {
    const all = { numEnvs: 1, hiddenSizes: [], gamma: 0.5, policyLearningRate: 0.1, valueLearningRate: 0.2, ...config };
    return (await oneStepActorCritic.create({
      spec: env.spec,
      config: all,
      seed: 1,
      engine,
    })) as OnPolicyAgent<OneStepActorCriticConfig>;
  }
  const vectorsOf = async (agent: OnPolicyAgent<OneStepActorCriticConfig>) =>
    (await agent.state()).vectors as Readonly<Record<'policy' | 'value', Float32Array>>;

  it.each([
    [true, 0.5],
    [false, 1],
  ])('is that of the book, with the factor I: %s', async (discountGradient, factor) => {
    const agent = await makeAgent({ discountGradient });
    // The first update takes I = 1, the second γ: it is the second that is looked at.
    await agent.update(
      { ...step, reward: Float32Array.of(0), nextValue: Float32Array.of(0), action: Int32Array.of(0) },
      beginning,
    );
    const before = await vectorsOf(agent);
    await agent.update(step, beginning);
    const after = await vectorsOf(agent);
    // v̂(s) = w s + b with s = 1: δ = 1.5 + 0.5 · 2 − (w + b), and both w and b grow by α^w δ.
    const [w, b] = before.value;
    const delta = 2.5 - (w + b);
    expect(after.value[0]).toBeCloseTo(w + 0.2 * delta, 5);
    expect(after.value[1]).toBeCloseTo(b + 0.2 * delta, 5);
    // Logits are weights + biases; ∇ log π(1) is [−p₀, 1 − p₁] = [−p₀, p₀] for weights and biases alike.
    const [w0, w1, b0, b1] = before.policy;
    const p0 = 1 / (1 + Math.exp(w1 + b1 - w0 - b0));
    const change = 0.1 * factor * delta * p0;
    const expected = [w0 - change, w1 + change, b0 - change, b1 + change];
    for (const [i, weight] of after.policy.entries()) expect(weight).toBeCloseTo(expected[i], 5);
  });
});
