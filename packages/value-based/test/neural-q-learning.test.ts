import { discrete, type EnvSpec, type OffPolicyAgent, Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { expect, it } from 'vitest';
import { neuralQLearning } from '../src/neural-q-learning.ts';

const engine = await createEngine('onnx');
const spec: EnvSpec = {
  id: 'Four-v0',
  observationSpace: discrete(4, 2),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

it('without hidden layers is the table of Q-learning, number for number', async () => {
  const config = { learningRate: 0.3, gamma: 0.9 };
  const agent = (await neuralQLearning.create({ spec, seed: 1, engine, config })) as OffPolicyAgent;
  const table = new Float64Array(4 * 3);
  const rng = new Rng(5);
  for (let step = 0; step < 200; step++) {
    const [state, action, next] = [rng.integers(0, 4), rng.integers(0, 3), rng.integers(0, 4)];
    const [reward, isEnd] = [rng.standardNormal(), rng.random() < 0.2];
    const batch = {
      size: 1,
      obs: Int32Array.of(2 + state),
      action: Int32Array.of(action),
      reward: Float32Array.of(reward),
      nextObs: Int32Array.of(2 + next),
      discount: Float32Array.of(isEnd ? 0 : 0.9),
    };
    await agent.update(batch, { step: 0, totalSteps: 100 });
    const target = reward + (isEnd ? 0 : 0.9 * Math.max(...table.subarray(3 * next, 3 * next + 3)));
    table[3 * state + action] += 0.3 * (target - table[3 * state + action]);
  }
  const weights = (await agent.policy?.())?.weights ?? new Float32Array(0);
  expect(weights).toHaveLength(12);
  for (const [i, value] of table.entries()) expect(weights[i]).toBeCloseTo(value, 4);
  agent.dispose();
});

it('says its own settings, and no others, of its policy', async () => {
  const agent = (await neuralQLearning.create({ spec, seed: 1, engine, config: { hiddenSizes: [3] } })) as OffPolicyAgent;
  expect(Object.keys((await agent.policy?.())?.config ?? {})).toEqual(Object.keys(agent.config as object));
  expect(agent.config).not.toHaveProperty('bufferSize');
  agent.dispose();
});
