import * as tf from '@tensorflow/tfjs-core';
import { type AgentState, box, type EnvSpec, Rng, type TransitionBatch } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { smoothedAction, type Td3Config, td3, td3ActorLoss, td3CriticLoss, td3Target } from '../src/td3.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('the losses', () => {
  it('smooth target actions with clipped noise, within the bounds', () => {
    const action = tf.tensor2d([[0, 0.3, -0.9, 0.9]]);
    const noise = tf.tensor2d([[1, -10, -1, 3]]);
    // Noise 0.2, −0.5 (clipped), −0.2 and 0.5 (clipped); the last two leave [−1, 1].
    expectClose(smoothedAction(action, noise, { scale: 0.2, clip: 0.5 }), [0.2, -0.2, -1, 1]);
  });

  it('bootstrap from the smaller critic, and not after an end', () => {
    const nextQ = [tf.tensor1d([1, 5, 7]), tf.tensor1d([2, 4, 8])];
    expectClose(td3Target(tf.tensor1d([1, 2, 3]), tf.tensor1d([0.9, 0.5, 0]), nextQ), [1.9, 4, 3]);
  });

  it('of the critics add up the mean squared errors', () => {
    expectClose(td3CriticLoss([tf.tensor1d([1, 3]), tf.tensor1d([0, -2])], tf.tensor1d([0, 1])), [(1 + 4) / 2 + (0 + 9) / 2]);
  });

  it('of the policy is the value of its actions, negated', () => {
    expectClose(td3ActorLoss(tf.tensor1d([1, 2, 6])), [-3]);
  });
});

const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: box({ low: -2, high: 2, shape: [1] }),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const rng = new Rng(6);
const draw = (size: number) => rng.uniformInto(new Float32Array(size), -1, 1);
const batch: TransitionBatch = {
  size: 8,
  obs: draw(16),
  action: draw(8),
  reward: draw(8),
  nextObs: draw(16),
  discount: new Float32Array(8).fill(0.9),
};
const progress = { step: 200, totalSteps: 1000 };
const halfDone = { step: 500, totalSteps: 1000 };
type Vectors = Record<'actor' | 'actorTarget' | 'critic' | 'criticTarget', Float32Array>;

async function makeAgent(config: Partial<Td3Config>) {
  const settings = { hiddenSizes: [8], criticLearningRate: 0.01, actorLearningRate: 0.01, ...config };
  const agent = await td3.create({ spec, seed: 1, engine, config: settings });
  const vectors = async () => ((await agent.state()) as AgentState & { vectors: Vectors }).vectors;
  return { agent, vectors };
}

describe('the agent', () => {
  it('delays the policy and all targets, which follow by tau', async () => {
    const { agent, vectors } = await makeAgent({ policyDelay: 3, tau: 0.25 });
    let before = await vectors();
    expect(before.actorTarget).toEqual(before.actor);
    expect(before.criticTarget).toEqual(before.critic);
    for (let update = 1; update <= 6; update++) {
      await agent.update(batch, progress);
      const after = await vectors();
      expect(after.critic, `update ${update}`).not.toEqual(before.critic);
      if (update % 3 === 0) {
        expect(after.actor).not.toEqual(before.actor);
        expectClose(
          after.actorTarget,
          before.actorTarget.map((value, i) => 0.75 * value + 0.25 * after.actor[i]),
        );
        expectClose(
          after.criticTarget,
          before.criticTarget.map((value, i) => 0.75 * value + 0.25 * after.critic[i]),
        );
      } else {
        expect(after.actor).toEqual(before.actor);
        expect(after.actorTarget).toEqual(before.actorTarget);
        expect(after.criticTarget).toEqual(before.criticTarget);
      }
      before = after;
    }
  });

  it('reports the last loss of the policy where it is left alone', async () => {
    const { agent } = await makeAgent({ policyDelay: 2 });
    const losses: number[] = [];
    for (let update = 1; update <= 5; update++)
      losses.push((await (await agent.update(batch, progress)).metrics.read()).actorLoss);
    expect([losses[0], losses[2], losses[4]]).toEqual([0, losses[1], losses[3]]);
    expect(losses[1]).not.toBe(0);
  });

  it('counts updates across a restore', async () => {
    const { agent } = await makeAgent({ policyDelay: 2 });
    const { agent: other, vectors } = await makeAgent({ policyDelay: 2 });
    await agent.update(batch, progress);
    await other.restore(structuredClone(await agent.state()));
    const before = await vectors();
    await other.update(batch, progress);
    expect((await vectors()).actor).not.toEqual(before.actor);
  });

  it('learns the policy at its own rate', async () => {
    const [slow, fast] = [await makeAgent({ policyDelay: 1, actorLearningRate: 0.001 }), await makeAgent({ policyDelay: 1 })];
    const moved = async ({ agent, vectors }: typeof slow) => {
      const before = (await vectors()).actor;
      await agent.update(batch, progress);
      return (await vectors()).actor.reduce((largest, value, i) => Math.max(largest, Math.abs(value - before[i])), 0);
    };
    // The first step of Adam is the step size.
    expect(await moved(slow)).toBeCloseTo(0.001, 5);
    expect(await moved(fast)).toBeCloseTo(0.01, 4);
  });

  it.each([
    ['gaussian', 1],
    ['ornstein-uhlenbeck', 1 / Math.sqrt(0.3 - 0.15 ** 2)],
  ] as const)('explores around its greedy action with %s noise of the scheduled scale', async (noise, deviation) => {
    const copies = 3000;
    const { agent } = await makeAgent({ noise, numEnvs: copies, noiseScale: { type: 'linear', from: 0.2, to: 0 } });
    const obs = new Float32Array(2 * copies).fill(0.3);
    const [greedy] = await agent.act(obs.subarray(0, 2), 'exploit');
    let actions = await agent.act(obs, 'explore', undefined, undefined, halfDone);
    for (let step = 0; step < 60; step++) actions = await agent.act(obs, 'explore', undefined, undefined, halfDone);
    const errors = Array.from(actions, x => (x - greedy) / 2);
    const mean = errors.reduce((sum, x) => sum + x, 0) / copies;
    const spread = Math.sqrt(errors.reduce((sum, x) => sum + x * x, 0) / copies);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(spread / (0.1 * deviation) - 1)).toBeLessThan(0.06);
  });

  it.each([false, true])(
    'begins drifting noise anew where an episode starts, normalizeObservations %s',
    async normalizeObservations => {
      // So slow that the noise of an episode stays what it was.
      const drift = { noise: 'ornstein-uhlenbeck', ouTheta: 1, ouTimeStep: 1e-9, noiseScale: 0.3 } as const;
      const { agent } = await makeAgent({ ...drift, numEnvs: 4, normalizeObservations });
      const obs = new Float32Array(8).fill(0.3);
      const act = async (...start: number[]) =>
        Array.from(await agent.act(obs, 'explore', undefined, Uint8Array.from(start), halfDone));
      const before = await act(1, 1, 1, 1);
      const after = await act(0, 1, 0, 1);
      expect(after.map((action, i) => Math.abs(action - before[i]) > 1e-2)).toEqual([false, true, false, true]);
    },
  );
});
