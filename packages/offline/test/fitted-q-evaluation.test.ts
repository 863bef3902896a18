import * as tf from '@tensorflow/tfjs-core';
import { type Actor, box, discrete, type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { OfflineDataset } from '../src/dataset/offline-dataset.ts';
import { fittedQEvaluation, fqeLoss } from '../src/evaluation/fitted-q-evaluation.ts';

const engine = await compiledEngine();
await createEngine('tensorflow', { backend: 'cpu' });

const config = { hiddenSizes: [16], batchSize: 64, learningRate: { type: 'linear', from: 1e-2, to: 1e-3 }, tau: 0.1 } as const;

it('weighs each critic by its own bootstrap', () => {
  const q = [tf.tensor1d([1, 2]), tf.tensor1d([0, 4])];
  const y = [tf.tensor1d([0, 0]), tf.tensor1d([1, 1])];
  // (2 · 1 + 0 · 4) / 2 + (1 · 1 + 3 · 9) / 2.
  const loss = fqeLoss(q, y, tf.tensor2d([2, 1, 0, 3], [2, 2]));
  expectClose(loss, [1 + 14]);
});

describe('a corridor of two rooms', () => {
  // In the first room one action pays 0 and leads on, the other pays 1 and leads on; in the second they pay −1 and 3 and end it.
  const [gamma, episodes] = [0.5, 300];
  const rewards = [
    [0, 1],
    [-1, 3],
  ];

  function walk(kind: 'discrete' | 'continuous'): { spec: EnvSpec; dataset: OfflineDataset } {
    const rng = new Rng(3);
    const isDiscrete = kind === 'discrete';
    const spec: EnvSpec = {
      id: 'Rooms-v0',
      observationSpace: box({ low: -1, high: 1, shape: [1] }),
      actionSpace: isDiscrete ? discrete(2, 7) : box({ low: -2, high: 2, shape: [1] }),
      maxEpisodeSteps: null,
      rewardThreshold: null,
    };
    const chosen = Array.from({ length: 2 * episodes }, () => rng.integers(0, 2));
    const flags = (of: number) => Uint8Array.from(chosen, (_, row) => Number(row % 2 === of));
    const transitions = {
      obs: Float32Array.from(chosen, (_, row) => (row % 2 === 0 ? -1 : 1)),
      nextObs: new Float32Array(2 * episodes).fill(1),
      action: isDiscrete
        ? Int32Array.from(chosen, action => action + 7)
        : Float32Array.from(chosen, action => (action === 0 ? -1 : 1) * rng.uniform(0.5, 2)),
      reward: Float32Array.from(chosen, (action, row) => rewards[row % 2][action]),
      terminated: flags(1),
      truncated: new Uint8Array(2 * episodes),
    };
    return { spec, dataset: new OfflineDataset({ spec, transitions }) };
  }

  it.each(['discrete', 'continuous'] as const)('is worth what the policy makes of it, with %s actions', async kind => {
    const { dataset } = walk(kind);
    /** In both rooms the same action. */
    const always = (action: number): Actor => ({
      act: obs =>
        kind === 'discrete' ? new Int32Array(obs.length).fill(action + 7) : new Float32Array(obs.length).fill(2 * action - 1),
    });
    const settings = { ...config, gamma, totalSteps: 800, numBootstraps: 3 };
    for (const action of [0, 1]) {
      const found = await fittedQEvaluation({ policy: always(action), dataset, config: settings, seed: 1, engine });
      const truth = rewards[0][action] + gamma * rewards[1][action];
      expect(Math.abs(found.estimate - truth), `action ${action}: ${found.estimate}`).toBeLessThan(0.2);
      expect(found.standardError).toBeLessThan(0.2);
      expect([found.episodes, found.transitions]).toEqual([episodes, 2 * episodes]);
      // Half of the time either: ½ + ½ · 1.
      expect(Math.abs(found.behaviour.estimate - 1)).toBeLessThan(4 * found.behaviour.standardError);
    }
  });

  it('is found the same for a seed', async () => {
    const { dataset } = walk('discrete');
    const policy: Actor = { act: obs => new Int32Array(obs.length).fill(8) };
    const run = (seed: number) =>
      fittedQEvaluation({ policy, dataset, config: { ...config, gamma, totalSteps: 20 }, seed, engine });
    const [one, same, other] = [await run(1), await run(1), await run(2)];
    expect(same).toEqual(one);
    expect(other.estimate).not.toBe(one.estimate);
  });
});

it('does not ask what the policy does where no action is left', async () => {
  const spec: EnvSpec = {
    ...{ id: 'Once-v0', maxEpisodeSteps: null, rewardThreshold: null, hasActionMask: true },
    ...{ observationSpace: box({ low: 0, high: 2, shape: [1] }), actionSpace: discrete(2) },
  };
  const dataset = new OfflineDataset({
    spec,
    transitions: {
      ...{
        obs: Float32Array.of(0, 1),
        action: Int32Array.of(1, 0),
        reward: Float32Array.of(1, 2),
        nextObs: Float32Array.of(1, 2),
      },
      ...{ terminated: Uint8Array.of(0, 1), truncated: new Uint8Array(2) },
      ...{ actionMask: Uint8Array.of(1, 1, 1, 0), nextActionMask: Uint8Array.of(1, 0, 0, 0) },
    },
  });
  const masks: (number[] | undefined)[] = [];
  const policy: Actor = {
    act: (obs, _mode, mask) => {
      masks.push(mask && Array.from(mask));
      return new Int32Array(obs.length);
    },
  };
  await fittedQEvaluation({ policy, dataset, config: { ...config, totalSteps: 2 }, seed: 1, engine });
  expect(masks).toEqual([
    [1, 0, 1, 1],
    [1, 1],
  ]);
});

it('errs by as much as the episodes do, over the root of their number', async () => {
  // One step that pays 1 ± 2.
  const [episodes, rng] = [200, new Rng(1)];
  const spec: EnvSpec = {
    id: 'Coin-v0',
    observationSpace: box({ low: -1, high: 1, shape: [1] }),
    actionSpace: discrete(1),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  const transitions = {
    obs: new Float32Array(episodes),
    nextObs: new Float32Array(episodes),
    action: new Int32Array(episodes),
    reward: Float32Array.from({ length: episodes }, () => 1 + 2 * rng.standardNormal()),
    terminated: new Uint8Array(episodes).fill(1),
    truncated: new Uint8Array(episodes),
  };
  const dataset = new OfflineDataset({ spec, transitions });
  const policy: Actor = { act: obs => new Int32Array(obs.length) };
  const settings = { ...config, hiddenSizes: [2], batchSize: 200, totalSteps: 800, numBootstraps: 20 };
  const { estimate, standardError, behaviour } = await fittedQEvaluation({ policy, dataset, config: settings, seed: 1, engine });
  expect(Math.abs(estimate - behaviour.estimate)).toBeLessThan(0.1);
  // 2 / √200, which 20 bootstraps give to some 16 %.
  expect(behaviour.standardError).toBeCloseTo(2 / Math.sqrt(episodes), 1);
  expect(standardError / behaviour.standardError).toBeGreaterThan(0.5);
  expect(standardError / behaviour.standardError).toBeLessThan(1.6);
});
