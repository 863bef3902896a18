import * as tf from '@tensorflow/tfjs-core';
import { type AgentState, box, discrete, type EnvSpec, Rng, type TransitionBatch } from '@zpin/contracts';
import { Categorical, createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import {
  type DiscreteSacConfig,
  discreteSac,
  discreteSacNetworks,
  discreteSacTarget,
  maskedTargetEntropy,
  softValue,
} from '../src/discrete-sac.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('the soft value', () => {
  const q = [tf.tensor2d([[1, 2, 9]]), tf.tensor2d([[3, 0, 9]])];
  const probabilities = new Categorical(tf.log(tf.tensor2d([[0.5, 0.25, 0.25]])));

  it('is the expectation over all actions, of the smaller critic and the entropy', () => {
    const entropy = 0.5 * Math.log(2) + 0.5 * Math.log(4);
    expectClose(softValue(q, probabilities, tf.scalar(0.1)), [0.5 * 1 + 0.25 * 0 + 0.25 * 9 + 0.1 * entropy]);
  });

  it('leaves illegal actions out', () => {
    const masked = new Categorical(tf.zeros([1, 3]), tf.tensor2d([[1, 1, 0]], [1, 3], 'int32'));
    expectClose(softValue(q, masked, tf.scalar(0.1)), [0.5 + 0.1 * Math.log(2)]);
  });

  it('is largest for the softmax of Q / α, where it is α log Σ exp(Q / α)', () => {
    const alpha = 0.5;
    const values = tf.tensor2d([[1, 2, 0.5]]);
    const best = Math.log(Math.exp(2) + Math.exp(4) + Math.exp(1)) * alpha;
    const at = (logits: tf.Tensor) => softValue([values], new Categorical(logits), tf.scalar(alpha));
    const optimum = tf.div(values, alpha);
    expectClose(at(optimum), [best]);
    expectClose(tf.grad(logits => tf.sum(at(logits)))(optimum), [0, 0, 0]);
    expect(at(tf.zeros([1, 3])).dataSync()[0]).toBeLessThan(best);
  });

  it('gives the logits of illegal actions no gradient', () => {
    const mask = tf.tensor2d([[1, 0, 1]], [1, 3], 'int32');
    const values = tf.tensor2d([[1, 100, 0]]);
    const slope = tf.grad(logits => tf.sum(softValue([values], new Categorical(logits, mask), tf.scalar(0.5))))(
      tf.tensor2d([[0, 5, 0]]),
    );
    // Of two equal probabilities p: p (1 − p) (Q_0 − Q_2), the entropy is flat there.
    expectClose(slope, [0.25, 0, -0.25]);
  });

  it('counts in the target until the end', () => {
    expectClose(discreteSacTarget(tf.tensor1d([1, 2]), tf.tensor1d([0.9, 0]), tf.tensor1d([10, 100])), [10, 2]);
  });
});

describe('the target entropy', () => {
  it('of a row is a share of what its legal actions allow', () => {
    const mask = tf.tensor2d([1, 1, 1, 0, 1, 1, 0, 1, 0], [3, 3], 'int32');
    expectClose(maskedTargetEntropy(mask, 0.5), [0.5 * Math.log(3), 0.5 * Math.log(2), 0]);
    expect(maskedTargetEntropy(mask, 0.5).dataSync()[2]).toBe(0);
  });
});

const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const rng = new Rng(6);
const draw = (size: number) => rng.uniformInto(new Float32Array(size), -1, 1);
const batch: TransitionBatch = {
  size: 16,
  obs: draw(32),
  action: Int32Array.from({ length: 16 }, (_, i) => i % 3),
  reward: draw(16),
  nextObs: draw(32),
  discount: new Float32Array(16).fill(0.9),
};

const progress = { step: 2000, totalSteps: 10_000 };

async function makeAgent(config: Partial<DiscreteSacConfig>) {
  const settings = { hiddenSizes: [8], criticLearningRate: 0.01, actorLearningRate: 0.01, ...config };
  const agent = await discreteSac.create({ spec, seed: 1, engine, config: settings });
  const vectors = async () => ((await agent.state()) as AgentState & { vectors: Record<string, Float32Array> }).vectors;
  return { agent, vectors };
}

describe('the agent', () => {
  it('lets the targets follow the new critics by tau', async () => {
    const { agent, vectors } = await makeAgent({ tau: 0.25 });
    const first = await vectors();
    await agent.update(batch, progress);
    const { critic, target } = await vectors();
    expect(critic).not.toEqual(first.critic);
    expectClose(
      target,
      first.critic.map((value, i) => 0.75 * value + 0.25 * critic[i]),
    );
  });

  it('steers the temperature towards a share of the largest entropy', async () => {
    for (const [targetEntropyScale, sign] of [
      [0.01, -1],
      [1, 1],
    ]) {
      const { agent, vectors } = await makeAgent({ targetEntropyScale, alpha: 0.5 });
      for (let i = 0; i < 5; i++) await agent.update(batch, progress);
      // Adam moves by about its step size while the gradient keeps its sign.
      expect((await vectors()).logAlpha[0]).toBeCloseTo(Math.log(0.5) + sign * 0.05, 2);
    }
  });

  it('plays the softmax of Q / α once it has learned it', async () => {
    const alpha = 0.3;
    const { agent } = await makeAgent({ learnAlpha: false, alpha });
    const oneState = { ...batch, obs: new Float32Array(32).fill(0.5), discount: new Float32Array(16) };
    const reward = [0.5, 0, -0.5];
    oneState.reward = Float32Array.from(oneState.action, action => reward[action]);
    for (let i = 0; i < 400; i++) await agent.update(oneState, progress);
    const rows = 10_000;
    const actions = await agent.act(new Float32Array(2 * rows).fill(0.5), 'explore', undefined, undefined, progress);
    const weights = reward.map(value => Math.exp(value / alpha));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [action, weight] of weights.entries()) {
      const share = actions.filter(chosen => chosen === action).length / rows;
      expect(Math.abs(share - weight / total), `action ${action}`).toBeLessThan(0.03);
    }
    expect(Array.from(await agent.act(Float32Array.of(0.5, 0.5), 'exploit'))).toEqual([0]);
  });

  it('plays all legal actions alike until learning starts', async () => {
    const { agent } = await makeAgent({ learningStarts: 100 });
    const before = { step: 99, totalSteps: 10_000 };
    const rows = 3000;
    const obs = new Float32Array(2 * rows);
    const share = (actions: ArrayLike<number>, action: number) => Array.from(actions).filter(x => x === action).length / rows;
    const free = await agent.act(obs, 'explore', undefined, undefined, before);
    for (const action of [0, 1, 2]) expect(Math.abs(share(free, action) - 1 / 3)).toBeLessThan(0.05);
    const mask = new Uint8Array(3 * rows).map((_, i) => Number(i % 3 !== 1));
    const legal = await agent.act(obs, 'explore', mask, undefined, before);
    expect(share(legal, 1)).toBe(0);
    expect(Math.abs(share(legal, 0) - 1 / 2)).toBeLessThan(0.05);
  });
});

describe('masks of legal actions', () => {
  const rows = (...mask: number[]) => Uint8Array.from({ length: 48 }, (_, i) => mask[i % 3]);
  const masked = (mask: Uint8Array, nextMask = rows(1, 1, 1)): TransitionBatch => ({
    ...batch,
    action: new Int32Array(16),
    actionMask: mask,
    nextActionMask: nextMask,
  });

  it('leave the part of the policy alone that is about illegal actions', async () => {
    const { agent, vectors } = await makeAgent({});
    const before = (await vectors()).actor;
    for (let i = 0; i < 3; i++) await agent.update(masked(rows(1, 0, 1)), progress);
    const after = (await vectors()).actor;
    const { entries } = discreteSacNetworks({ spec, config: agent.config }).actor.layout;
    const last = entries.filter(({ shape }) => shape.at(-1) === 3);
    expect(last.map(({ size }) => size)).toEqual([24, 3]);
    for (const { offset, size } of last) {
      for (let i = 0; i < size; i++) {
        const hasMoved = after[offset + i] !== before[offset + i];
        expect(hasMoved, `number ${i} of ${size}`).toBe(i % 3 !== 1);
      }
    }
  });

  it('leave policy and temperature alone where one action is legal', async () => {
    const { agent, vectors } = await makeAgent({});
    const before = await vectors();
    for (let i = 0; i < 3; i++) await agent.update(masked(rows(1, 0, 0)), progress);
    const after = await vectors();
    expect(after.logAlpha).toEqual(before.logAlpha);
    expect(after.actor).toEqual(before.actor);
    expect(after.critic).not.toEqual(before.critic);
  });

  it('lower the target of the entropy with the number of legal actions', async () => {
    const { agent, vectors } = await makeAgent({ targetEntropyScale: 0.8, alpha: 0.5 });
    for (let i = 0; i < 5; i++) await agent.update(masked(rows(1, 1, 0)), progress);
    // 0.8 log 2 is below the entropy of a new policy of two actions, 0.8 log 3 above all that it can have.
    expect((await vectors()).logAlpha[0]).toBeCloseTo(Math.log(0.5) - 0.05, 2);
  });

  it('of all actions learn what is learned without', async () => {
    const [plain, full] = [await makeAgent({}), await makeAgent({})];
    const { entropy, ...metrics } = await (await plain.agent.update(batch, progress)).metrics.read();
    const whole = { ...masked(rows(1, 1, 1)), action: batch.action };
    const found = await (await full.agent.update(whole, progress)).metrics.read();
    expect(found.entropy).toBeCloseTo(entropy, 5);
    for (const [name, value] of Object.entries(metrics)) expect(found[name], name).toBeCloseTo(value, 5);
    expectClose((await full.vectors()).logAlpha, (await plain.vectors()).logAlpha);
  });
});
