import * as tf from '@tensorflow/tfjs-core';
import { type AgentState, box, type EnvSpec, Rng, type TransitionBatch } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { temperatureLoss } from '../src/actor-critic/temperature.ts';
import { type SacConfig, sac, sacActorLoss, sacCriticLoss, sacTarget } from '../src/sac.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('the losses', () => {
  const q = [tf.tensor1d([1, 5, -3]), tf.tensor1d([2, 4, -3])];
  const logProb = tf.tensor1d([-1, 0.5, 2]);
  const alpha = tf.tensor1d([0.2]);

  it('bootstrap from the smaller critic and the entropy, and not after an end', () => {
    const reward = tf.tensor1d([1, 2, 3]);
    const discount = tf.tensor1d([0.9, 0.9, 0]);
    // 1 + 0.9 (1 + 0.2), 2 + 0.9 (4 − 0.1), 3.
    expectClose(sacTarget({ reward, discount, nextQ: q, nextLogProb: logProb, alpha }), [2.08, 5.51, 3]);
  });

  it('of the critics add up half the mean squared errors', () => {
    // Errors (1, 1, −3) and (2, 0, −3) from targets (0, 4, 0): (11 + 13) / 3 / 2.
    expectClose(sacCriticLoss(q, tf.tensor1d([0, 4, 0])), [4]);
  });

  it('of the policy weighs entropy against the smaller critic', () => {
    // −0.2 − 1, 0.1 − 4, 0.4 + 3, averaged.
    expectClose(sacActorLoss(q, logProb, alpha), [-1.7 / 3]);
    const slope = tf.grad(x => sacActorLoss([x, q[1]], logProb, alpha))(q[0]);
    expectClose(tf.slice(slope, 0, 2), [-1 / 3, 0]);
  });

  it('of the temperature has the slope −(mean log π + H̄), whatever the temperature is', () => {
    const slope = (logAlpha: number, targetEntropy: number) =>
      tf.grad(x => temperatureLoss(x, logProb, targetEntropy))(tf.tensor1d([logAlpha]));
    // Entropy −0.5 is above −1: the temperature falls. It is below 0: it rises.
    expectClose(slope(0, -1), [0.5]);
    expectClose(slope(-7, -1), [0.5]);
    expectClose(slope(3, 0), [-0.5]);
    expectClose(temperatureLoss(tf.tensor1d([2]), logProb, -1), [1]);
  });
});

const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: box({ low: [-2, 0], high: [2, 10] }),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const rng = new Rng(6);
const draw = (size: number) => rng.uniformInto(new Float32Array(size), -1, 1);
const batch: TransitionBatch = {
  size: 16,
  obs: draw(32),
  action: draw(32).map((x, i) => (i % 2 === 0 ? 2 * x : 5 + 5 * x)),
  reward: draw(16),
  nextObs: draw(32),
  discount: new Float32Array(16).fill(0.9),
};
const halfDone = { step: 500, totalSteps: 1000 };
type Vectors = Record<'actor' | 'critic' | 'target' | 'logAlpha', Float32Array>;

async function makeAgent(config: Partial<SacConfig>) {
  const settings = { hiddenSizes: [8], criticLearningRate: 0.01, actorLearningRate: 0.01, ...config };
  const agent = await sac.create({ spec, seed: 1, engine, config: settings });
  const vectors = async () => ((await agent.state()) as AgentState & { vectors: Vectors }).vectors;
  const step = async () => (await agent.update(batch, { step: 200, totalSteps: 1000 })).metrics.read();
  return { agent, vectors, step };
}

describe('the agent', () => {
  it('lets the targets follow the new critics by tau', async () => {
    const { vectors, step } = await makeAgent({ tau: 0.25 });
    const first = await vectors();
    expect(first.target).toEqual(first.critic);
    await step();
    const { critic, target } = await vectors();
    expect(critic).not.toEqual(first.critic);
    expectClose(
      target,
      first.target.map((value, i) => 0.75 * value + 0.25 * critic[i]),
    );
  });

  it('lowers a learned temperature while entropy is above its target, and raises it below', async () => {
    for (const [targetEntropy, sign] of [
      [-50, -1],
      [50, 1],
    ]) {
      const { vectors, step } = await makeAgent({ targetEntropy, alpha: 0.5 });
      for (let i = 0; i < 5; i++) await step();
      // Adam moves by about its step size while the gradient keeps its sign.
      expect((await vectors()).logAlpha[0]).toBeCloseTo(Math.log(0.5) + sign * 0.05, 2);
    }
  });

  it('keeps a fixed temperature, and uses it', async () => {
    const [cold, hot] = [await makeAgent({ learnAlpha: false, alpha: 0.1 }), await makeAgent({ learnAlpha: false, alpha: 5 })];
    const [a, b] = [await cold.step(), await hot.step()];
    expect(a.alpha).toBeCloseTo(0.1, 6);
    expect(b.alpha).toBeCloseTo(5, 5);
    expect(b.criticLoss).not.toBeCloseTo(a.criticLoss, 2);
    expectClose((await hot.vectors()).logAlpha, [Math.log(5)]);
  });

  it('becomes more random where only entropy counts', async () => {
    const { step } = await makeAgent({ learnAlpha: false, alpha: 1000 });
    const { entropy: first } = await step();
    let last = first;
    for (let i = 0; i < 200; i++) ({ entropy: last } = await step());
    // The entropy of the uniform distribution over [−1, 1]² is 2 log 2, the largest there is.
    expect(last).toBeGreaterThan(first);
    expect(Math.abs(last - 2 * Math.LN2)).toBeLessThan(0.1);
  });

  it('samples from the normal distribution whose squashed mean it plays greedily, within the bounds', async () => {
    const { agent } = await makeAgent({});
    const obs = new Float32Array(2 * 4000).fill(0.3);
    const actions = (await agent.act(obs, 'explore', undefined, undefined, halfDone)).slice();
    const [greedyA, greedyB] = await agent.act(obs.subarray(0, 2), 'exploit');
    const median = (k: number) => actions.filter((_, i) => i % 2 === k).sort()[2000];
    expect(Math.abs(median(0) - greedyA)).toBeLessThan(0.15);
    expect(Math.abs(median(1) - greedyB)).toBeLessThan(0.4);
    expect(actions.every((x, i) => (i % 2 === 0 ? Math.abs(x) <= 2 : x >= 0 && x <= 10))).toBe(true);
  });

  it('reports the entropy of its distribution in [−1, 1]ᴷ', async () => {
    const { agent } = await makeAgent({ criticLearningRate: 0, actorLearningRate: 0 });
    const rows = 4000;
    const obs = new Float32Array(2 * rows).fill(0.3);
    const explored = await agent.act(obs, 'explore', undefined, undefined, halfDone);
    const actions = Array.from(explored, (x, i) => (i % 2 === 0 ? x / 2 : x / 5 - 1));
    // The normal numbers u behind the actions have the entropy log(σ √(2πe)) each; squashing adds the mean of log(1 − tanh² u).
    let expected = 0;
    for (const k of [0, 1]) {
      const u = actions.filter((_, i) => i % 2 === k).map(Math.atanh);
      const mean = u.reduce((sum, x) => sum + x, 0) / rows;
      const variance = u.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows;
      const squashing = u.reduce((sum, x) => sum + Math.log(1 - Math.tanh(x) ** 2), 0) / rows;
      expected += 0.5 * Math.log(2 * Math.PI * Math.E * variance) + squashing;
    }
    const ofRows = (size: number) => new Float32Array(size * rows);
    const same = { size: rows, obs, nextObs: obs, action: ofRows(2), reward: ofRows(1), discount: ofRows(1) };
    const { entropy } = await (await agent.update(same, halfDone)).metrics.read();
    expect(Math.abs(entropy - expected)).toBeLessThan(0.1);
  });

  it('plays uniform actions until learning starts', async () => {
    const { agent } = await makeAgent({ learningStarts: 50 });
    const obs = new Float32Array(2 * 4000).fill(0.3);
    const actions = await agent.act(obs, 'explore', undefined, undefined, { step: 49, totalSteps: 1000 });
    const share = (test: (x: number) => boolean, k: number) => actions.filter((x, i) => i % 2 === k && test(x)).length / 4000;
    for (const bound of [-1, 0, 1]) expect(Math.abs(share(x => x < bound, 0) - (bound + 2) / 4)).toBeLessThan(0.03);
    for (const bound of [2, 5, 9]) expect(Math.abs(share(x => x < bound, 1) - bound / 10)).toBeLessThan(0.03);
    // The array of the first call is reused by the second.
    const greedy = (await agent.act(obs.subarray(0, 2), 'exploit')).slice();
    expect(await agent.act(obs.subarray(2, 4), 'exploit')).toEqual(greedy);
  });
});
