import * as tf from '@tensorflow/tfjs';
import { createEngine } from '@zpin/core';
import { discrete, type EnvSpec, type OffPolicyAgent, type TransitionBatch } from '@zpin/core/spec';
import { describe, expect, it } from 'vitest';
import { maskQ } from './mask-q.ts';
import { munchausenDqn, munchausenDqnConfig, munchausenTarget, scaledLogPolicy, softValue } from './munchausen-dqn.ts';

const engine = await createEngine('onnx');
await createEngine('tensorflow', { backend: 'cpu' });

function expectClose(actual: tf.Tensor, expected: readonly number[]): void {
  const numbers = Array.from(actual.dataSync());
  expect(numbers.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(numbers[i], `[${i}]`).toBeCloseTo(value, 5);
}

/** Σ_a π(a | s) (q(s, a) − τ ln π(a | s)) with π = softmax(q / τ), as the paper writes it. */
function slowSoftValue(q: readonly number[], temperature: number): number {
  const policy = slowPolicy(q, temperature);
  return q.reduce((sum, value, a) => sum + (policy[a] > 0 ? policy[a] * (value - temperature * Math.log(policy[a])) : 0), 0);
}

function slowPolicy(q: readonly number[], temperature: number): number[] {
  const best = Math.max(...q);
  const powers = q.map(value => Math.exp((value - best) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}

const q = [
  [1, 2, 0.5],
  [-3, -3.01, -2.98],
];

describe('the soft value', () => {
  it('is the sum over actions in the paper', () => {
    for (const temperature of [0.03, 1]) {
      expectClose(
        softValue(tf.tensor2d(q), temperature),
        q.map(row => slowSoftValue(row, temperature)),
      );
    }
  });

  it('is the largest value, and ln A of the temperature where all are equal', () => {
    expectClose(softValue(tf.tensor2d([[5, 1, 1]]), 0.01), [5]);
    expectClose(softValue(tf.tensor2d([[2, 2, 2]]), 0.5), [2 + 0.5 * Math.log(3)]);
  });

  it('leaves illegal actions out', () => {
    const masked = maskQ(tf.tensor2d([[9, 1, 1]]), tf.tensor2d([[0, 1, 1]]));
    expectClose(softValue(masked, 0.5), [1 + 0.5 * Math.log(2)]);
  });
});

it('the log-probability is that of the softmax, times the temperature, within its bounds', () => {
  const logPolicy = (temperature: number, least: number) =>
    scaledLogPolicy(tf.tensor2d(q), tf.tensor1d([2, 0], 'int32'), temperature, least);
  expectClose(logPolicy(1, -10), [Math.log(slowPolicy(q[0], 1)[2]), Math.log(slowPolicy(q[1], 1)[0])]);
  // q − max q = −1.5 for the first: below l₀ = −1.
  expectClose(logPolicy(0.03, -1), [-1, 0.03 * Math.log(slowPolicy(q[1], 0.03)[0])]);
});

it('the target adds the bonus of the action taken and bootstraps from the soft value', () => {
  const config = munchausenDqnConfig.parse({ temperature: 1, logPolicyMin: -10 });
  const nextQ = [
    [0, 1, 2],
    [7, 7, 7],
  ];
  const batch = {
    obs: tf.tensor1d([0, 1]),
    nextObs: tf.tensor1d([10, 11]),
    action: tf.tensor1d([1, 0], 'int32'),
    reward: tf.tensor1d([0.5, -1]),
    discount: tf.tensor1d([0.9, 0]),
  };
  const target = (obs: tf.Tensor) => tf.tensor2d(obs === batch.obs ? q : nextQ);
  const online = () => {
    throw new Error('the target network alone is asked');
  };
  expectClose(munchausenTarget(config)(batch, { online, target }), [
    0.5 + 0.9 * Math.log(slowPolicy(q[0], 1)[1]) + 0.9 * slowSoftValue(nextQ[0], 1),
    -1 + 0.9 * Math.log(slowPolicy(q[1], 1)[0]),
  ]);
});

it('the agent counts legal actions alone, in the observation and in the successor', async () => {
  const spec: EnvSpec = {
    id: 'One-v0',
    observationSpace: discrete(2),
    actionSpace: discrete(3),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  const config = { hiddenSizes: [], temperature: 0.1, learningRate: 0.01 };
  const batch: TransitionBatch = {
    size: 1,
    obs: Int32Array.of(0),
    action: Int32Array.of(0),
    reward: Float32Array.of(0),
    nextObs: Int32Array.of(1),
    discount: Float32Array.of(0.9),
  };
  const all = Uint8Array.of(1, 1, 1);
  const loss = async (actionMask: Uint8Array, nextActionMask: Uint8Array) => {
    const agent = (await munchausenDqn.create({ spec, seed: 1, engine, config })) as OffPolicyAgent;
    const metrics = await agent.update({ ...batch, actionMask, nextActionMask });
    const found = (await metrics.read()).loss;
    agent.dispose();
    return found;
  };
  const free = await loss(all, all);
  expect(await loss(Uint8Array.of(1, 0, 0), all)).not.toBe(free);
  expect(await loss(all, Uint8Array.of(0, 1, 0))).not.toBe(free);
});
