import * as tf from '@tensorflow/tfjs-core';
import { type AgentState, box, ConfigError, type EnvSpec, Rng, type TransitionBatch } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { clippedTarget, type DdpgConfig, ddpg, ddpgActorLoss, ddpgCriticLoss, ddpgTarget } from '../src/ddpg.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('the losses', () => {
  it('bootstrap from the target critic, and not after an end', () => {
    expectClose(ddpgTarget(tf.tensor1d([1, 2]), tf.tensor1d([0.9, 0]), tf.tensor1d([10, 100])), [10, 2]);
  });

  it('of the critic is the mean squared error, of the policy the value of its actions, negated', () => {
    expectClose(ddpgCriticLoss(tf.tensor1d([1, 3]), tf.tensor1d([0, 1])), [2.5]);
    const action = tf.tensor2d([
      [1, 0],
      [0.5, -1],
    ]);
    expectClose(ddpgActorLoss(tf.tensor1d([1, 3]), action, 0), [-2]);
    // Mean of 1, 0, 0.25, 1.
    expectClose(ddpgActorLoss(tf.tensor1d([1, 3]), action, 2), [-2 + 2 * 0.5625]);
  });

  it('count each row of the critic by its importance weight', () => {
    expectClose(ddpgCriticLoss(tf.tensor1d([1, 3]), tf.tensor1d([0, 1]), tf.tensor1d([1, 0.5])), [1.5]);
  });

  it('keep targets within what returns can be', () => {
    const targets = tf.tensor1d([-60, -20, 3]);
    expectClose(clippedTarget(targets, -50, 0), [-50, -20, 0]);
    expectClose(clippedTarget(targets, null, 0), [-60, -20, 0]);
    expectClose(clippedTarget(targets, -50, null), [-50, -20, 3]);
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
type Vectors = Record<'actor' | 'actorTarget' | 'critic' | 'criticTarget', Float32Array>;

async function makeAgent(config: Partial<DdpgConfig>) {
  const settings = { hiddenSizes: [8], criticLearningRate: 0.01, actorLearningRate: 0.01, ...config };
  const agent = await ddpg.create({ spec, seed: 1, engine, config: settings });
  const vectors = async () => ((await agent.state()) as AgentState & { vectors: Vectors }).vectors;
  return { agent, vectors };
}

describe('the agent', () => {
  it('lets both targets follow by tau at every update', async () => {
    const { agent, vectors } = await makeAgent({ tau: 0.25 });
    const before = await vectors();
    await agent.update(batch, progress);
    const after = await vectors();
    expectClose(
      after.actorTarget,
      before.actor.map((value, i) => 0.75 * value + 0.25 * after.actor[i]),
    );
    expectClose(
      after.criticTarget,
      before.critic.map((value, i) => 0.75 * value + 0.25 * after.critic[i]),
    );
    expect(after.actor).not.toEqual(before.actor);
    expect(after.critic).not.toEqual(before.critic);
  });

  it('copies both into the targets now and then, where asked to', async () => {
    const { agent, vectors } = await makeAgent({ tau: 1, targetUpdateEveryUpdates: 3 });
    let before = await vectors();
    for (let update = 1; update <= 7; update++) {
      await agent.update(batch, progress);
      const after = await vectors();
      const isCopy = update % 3 === 0;
      expect(after.actorTarget, `update ${update}`).toEqual(isCopy ? after.actor : before.actorTarget);
      expect(after.criticTarget, `update ${update}`).toEqual(isCopy ? after.critic : before.criticTarget);
      expect(after.actor).not.toEqual(before.actor);
      before = after;
    }
  });
});

describe('exploration', () => {
  it('replaces the asked share of actions by uniform ones', async () => {
    const config = { randomActionProbability: 0.3, noiseScale: 0, learningStarts: 0, hiddenSizes: [4], numEnvs: 1 };
    const agent = await ddpg.create({ spec, config, seed: 1, engine });
    const obs = Float32Array.of(0.3, -0.2);
    const [greedy] = await agent.act(obs, 'exploit');
    const explored: number[] = [];
    for (let i = 0; i < 2000; i++) explored.push((await agent.act(obs, 'explore'))[0]);
    const random = explored.filter(action => action !== greedy);
    // Five standard deviations of a share of 0.3 of 2000, and of the mean of 600 numbers uniform in [-2, 2].
    expect(Math.abs(random.length / 2000 - 0.3)).toBeLessThan(0.052);
    expect(Math.abs(random.reduce((sum, action) => sum + action, 0) / random.length)).toBeLessThan(0.24);
    expect(random.every(action => action >= -2 && action < 2)).toBe(true);
    expect(Math.max(...random)).toBeGreaterThan(1.9);
    agent.dispose();
  });
});

it('refuses bounds of targets with nothing between them', async () => {
  for (const valueMin of [0, 3]) {
    const make = async () => ddpg.create({ spec, config: { valueMin, valueMax: 0 }, seed: 1, engine });
    await expect(make).rejects.toThrow(ConfigError);
    await expect(make).rejects.toThrow(`ddpg: valueMin must be below valueMax, 0, got ${valueMin}. Swap them`);
  }
});
