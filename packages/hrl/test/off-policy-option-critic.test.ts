import * as tf from '@tensorflow/tfjs-core';
import { type AgentState, box, discrete, type EnvSpec, type Space, type TransitionBatch } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import {
  importanceRatio,
  type OffPolicyOptionCriticConfig,
  offPolicyOptionCritic,
  optionTarget,
} from '../src/off-policy-option-critic.ts';

await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');
const floats = (...values: number[]) => Float32Array.from(values);
const specOf = (actionSpace: Space): EnvSpec => ({
  ...{ id: 'Three-v0', observationSpace: discrete(3), actionSpace, maxEpisodeSteps: null, rewardThreshold: null },
});

it('the importance ratio is truncated, and does not overflow', () => {
  const ratio = importanceRatio(tf.tensor1d([Math.log(0.2), -1, 300]), tf.tensor1d([Math.log(0.8), -3, -300]), 2);
  expect(Array.from(ratio.dataSync())).toEqual([0.25, 2, 2].map(value => expect.closeTo(value, 6)));
});

it('nothing follows a termination', () => {
  const target = optionTarget(tf.tensor1d([1, 1]), tf.tensor1d([0.5, 0]), tf.tensor1d([4, 4]));
  expect(Array.from(target.dataSync())).toEqual([3, 1]);
});

/** What learning reads and writes, as numbers. */
interface Vectors {
  readonly options: Float32Array;
  readonly target: Float32Array;
  readonly m: Float32Array;
}

async function agentOf(spec: EnvSpec, config: Partial<OffPolicyOptionCriticConfig>) {
  const agent = await offPolicyOptionCritic.create({ spec, config: { hiddenSizes: [], ...config }, seed: 1, engine });
  return {
    agent,
    async vectors(): Promise<Vectors> {
      const { vectors } = await agent.state();
      const { options, target, 'optimizer.m': m } = vectors as unknown as Readonly<Record<string, Float32Array>>;
      return { options, target, m };
    },
    async set(vectors: Partial<Vectors>) {
      const state = await agent.state();
      await agent.restore({ ...state, vectors: { ...(state.vectors as AgentState), ...vectors } });
    },
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
/** Numbers that repeat in no pattern. */
const scattered = (length: number, phase: number) => Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + phase));

/**
 * The loss of three states without hidden layers, in plain numbers: a weight for each state and output, and a bias, of values,
 * ends and policies in this order.
 */
function slowLoss({ P, logProb }: { P: number; logProb: (numbers: number[], action: number) => [number, number] }) {
  const O = 2;
  const sizes = [O, O, O * P];
  const part = (flat: Float32Array, head: number, state: number, k: number) => {
    const from = sizes.slice(0, head).reduce((sum, size) => sum + 4 * size, 0);
    return flat[from + state * sizes[head] + k] + flat[from + 3 * sizes[head] + k];
  };
  const q = (flat: Float32Array, s: number, o: number) => part(flat, 0, s, o);
  const beta = (flat: Float32Array, s: number, o: number) => sigmoid(part(flat, 1, s, o));
  const numbers = (flat: Float32Array, s: number, o: number) => Array.from({ length: P }, (_, k) => part(flat, 2, s, o * P + k));
  const best = (flat: Float32Array, s: number) => Math.max(q(flat, s, 0), q(flat, s, 1));

  return (
    flat: Float32Array,
    now: Float32Array,
    frozen: Float32Array,
    batch: TransitionBatch,
    c: OffPolicyOptionCriticConfig,
  ) => {
    const rows = Array.from({ length: batch.size }, (_, i) => {
      const [action, before, option, behavior, lastOption] = batch.action.slice(5 * i, 5 * i + 5);
      return { s: batch.obs[i], next: batch.nextObs[i], action, before, option, behavior, lastOption };
    });
    const errors = rows.map(({ s, next, option, lastOption }, i) => {
      const b = beta(now, next, lastOption);
      const arrival = (1 - b) * q(frozen, next, lastOption) + b * (best(frozen, next) - c.deliberationCost);
      return batch.reward[i] + batch.discount[i] * arrival - q(now, s, option);
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (errors.length - 1));
    return rows.reduce((sum, { s, action, before, option, behavior }, i) => {
      const ratio = Math.min(c.largestRatio, Math.exp(logProb(numbers(now, s, option), action)[0] - behavior));
      const advantage = c.normalizeAdvantage ? (errors[i] - mean) / deviation : errors[i];
      const [log, entropy] = logProb(numbers(flat, s, option), action);
      const target = errors[i] + q(now, s, option);
      const value = 0.5 * c.valueCoefficient * ratio * (target - q(flat, s, option)) ** 2;
      const policy = -(ratio * advantage * log + c.entropyCoefficient * entropy);
      const worse = before > 0 ? q(now, s, before - 1) - best(now, s) : 0;
      const end = before > 0 ? beta(flat, s, before - 1) * (worse + c.terminationMargin + c.deliberationCost) : 0;
      return sum + (value + policy + end) / batch.size;
    }, 0);
  };
}

describe.each([
  {
    kind: 'discrete',
    actionSpace: discrete(3),
    P: 3,
    actions: [2, 0, 1, 2, 0],
    logProb([...logits]: number[], action: number): [number, number] {
      const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
      const logs = logits.map(x => x - total);
      return [logs[action], -logs.reduce((sum, x) => sum + x * Math.exp(x), 0)];
    },
  },
  {
    kind: 'continuous',
    actionSpace: box({ low: -2, high: 2, shape: [1] }),
    P: 2,
    actions: [1.2, -0.3, 1.9, 0, -1.5],
    logProb([score, rawStd]: number[], action: number): [number, number] {
      const mean = 2.5 * Math.tanh(score / 2.5);
      const std = Math.exp(Math.min(0, Math.max(-3, rawStd)));
      const log = (a: number) =>
        -0.5 * ((Math.atanh(a / 2) - mean) / std) ** 2 -
        Math.log(std * Math.sqrt(2 * Math.PI)) -
        Math.log(2 * (1 - (a / 2) ** 2));
      // The entropy as the mean of −log π over evenly spread u.
      let entropy = 0;
      for (let k = 0; k < 800; k++) {
        const z = -6 + (k + 0.5) * (12 / 800);
        entropy -= (log(2 * Math.tanh(mean + std * z)) * Math.exp(-0.5 * z * z) * (12 / 800)) / Math.sqrt(2 * Math.PI);
      }
      return [log(action), entropy];
    },
  },
])('an update of $kind actions', ({ actionSpace, P, actions, logProb }) => {
  const config: Partial<OffPolicyOptionCriticConfig> = {
    ...{ gamma: 0.5, entropyCoefficient: 0.3, deliberationCost: 0.1, terminationMargin: 0.2, valueCoefficient: 0.7 },
    ...{ largestRatio: 1.2, maxGradientNorm: 1e6, batchSize: 5, learningRate: 1e-3, targetUpdateEveryUpdates: 2 },
  };
  const batch: TransitionBatch = {
    ...{ size: 5, obs: Int32Array.of(0, 1, 2, 0, 1), nextObs: Int32Array.of(1, 2, 0, 0, 2) },
    ...{ reward: floats(1, -0.5, 2, 0.3, 0), discount: floats(0.5, 0.5, 0, 0.5, 0.5) },
    // In the second and the last row another option acted in the last of the summed steps than in the first.
    action: floats(
      ...[actions[0], 1, 0, -1.1, 0, actions[1], 2, 0, -0.4, 1, actions[2], 0, 1, -2.5, 1],
      ...[actions[3], 2, 1, -0.9, 1, actions[4], 1, 0, -1.6, 1],
    ),
  };

  it.each([true, false])('has the gradient of a slow oracle, with normalizeAdvantage %s', async normalizeAdvantage => {
    const { agent, vectors, set } = await agentOf(specOf(actionSpace), { ...config, normalizeAdvantage, numOptions: 2 });
    const size = 4 * (2 + 2 + 2 * P);
    const [options, target] = [scattered(size, 0.3).map(x => 0.6 * x), scattered(size, 2)];
    await set({ options, target });
    await agent.update(batch, { step: 0, totalSteps: 1 });
    // Adam's mean of gradients after one step is a tenth of the first one.
    const { m } = await vectors();
    const loss = slowLoss({ P, logProb });
    const step = 1e-3;
    for (let i = 0; i < size; i++) {
      const at = (change: number) => {
        const moved = Array.from(options, (x, k) => (k === i ? x + change : x));
        return loss(moved as unknown as Float32Array, options, target, batch, agent.config);
      };
      expect(10 * m[i], `parameter ${i}`).toBeCloseTo((at(step) - at(-step)) / (2 * step), 3);
    }
    agent.dispose();
  });

  it('copies the network into the frozen one after so many updates, and not before', async () => {
    const { agent, vectors } = await agentOf(specOf(actionSpace), { ...config, numOptions: 2 });
    const first = await vectors();
    await agent.update(batch, { step: 0, totalSteps: 1 });
    expect((await vectors()).target).toEqual(first.target);
    await agent.update(batch, { step: 0, totalSteps: 1 });
    const second = await vectors();
    expect(second.target).toEqual(second.options);
    expect(second.target).not.toEqual(first.target);
    agent.dispose();
  });
});

it.each([1, 3])('keeps, with each transition of %s steps, the options that arrived and acted', async nSteps => {
  const env = makeVectorEnv('CartPole-v1', 2, { maxEpisodeSteps: 5 });
  const config = { numEnvs: 2, numOptions: 3, learningStarts: 10, batchSize: 16, epsilon: 0.5, nSteps };
  const agent = await offPolicyOptionCritic.create({ spec: env.spec, config, seed: 1, engine });
  const rows: number[][] = [];
  const update: typeof agent.update = (batch, progress) => {
    for (let i = 0; i < batch.size; i++) rows.push(Array.from(batch.action.slice(5 * i, 5 * i + 5)));
    return agent.update(batch, progress);
  };
  const spied = Object.create(agent, { update: { value: update } });
  for await (const _ of offPolicyOptionCritic.train({ agent: spied, env, totalSteps: 200, seed: 1 }));
  const ofColumn = (k: number) => [...new Set(rows.map(row => row[k]))].sort();
  expect([ofColumn(0), ofColumn(1), ofColumn(2)]).toEqual([
    [0, 1],
    [0, 1, 2, 3],
    [0, 1, 2],
  ]);
  // Every fifth step at most begins an episode, and options that arrive go on in about half of the cases.
  const share = (test: (row: number[]) => boolean) => rows.filter(test).length / rows.length;
  expect(share(([, before]) => before === 0)).toBeGreaterThan(0.1);
  expect(share(([, before]) => before === 0)).toBeLessThan(0.4);
  expect(share(([, before, option]) => before === option + 1)).toBeGreaterThan(0.4);
  expect(rows.every(([, , , logProb]) => logProb < 0)).toBe(true);
  // Options change within three steps now and then.
  expect(share(([, , option, , last]) => last === option) === 1).toBe(nSteps === 1);
  agent.dispose();
});
