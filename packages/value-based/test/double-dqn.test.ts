import { box, discrete, type EnvSpec, type OffPolicyAgent, type TransitionBatch } from '@zpin/contracts';
import { type Algorithm, createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { c51 } from '../src/c51.ts';
import { doubleDqn } from '../src/double-dqn.ts';
import { dqn } from '../src/dqn.ts';
import { duelingDoubleDqn } from '../src/dueling-double-dqn.ts';
import { duelingDqn } from '../src/dueling-dqn.ts';
import { noisyDqn } from '../src/noisy-dqn.ts';
import { prioritizedDqn } from '../src/prioritized-dqn.ts';
import { rainbow } from '../src/rainbow.ts';
import { setBiases } from './set-biases.ts';

const engine = await createEngine('onnx');
const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

interface Case {
  readonly config?: object;
  readonly online: readonly number[];
  readonly target: readonly number[];
  readonly action: number;
  readonly discount: number;
}

/** Loss of the first update on one transition without reward. */
async function lossOf(algorithm: Algorithm, { config, online, target, action, discount }: Case): Promise<number> {
  const settings = { hiddenSizes: [4], ...config };
  const agent = (await algorithm.create({ spec, seed: 1, engine, config: settings })) as OffPolicyAgent;
  await setBiases(agent, { algorithm, spec, online, target });
  const batch: TransitionBatch = {
    size: 1,
    obs: Float32Array.of(0.1, 0.2),
    action: Int32Array.of(action),
    reward: Float32Array.of(0),
    nextObs: Float32Array.of(0.5, 0.6),
    discount: Float32Array.of(discount),
  };
  const { loss } = await (await agent.update(batch, { step: 0, totalSteps: 1 })).metrics.read();
  agent.dispose();
  return loss;
}

describe('the next action of the target', () => {
  // The online network prefers action 1, which the target network values with 1; that one prefers action 0, with 3. Q(s, 0) = 0.
  const values = { online: [0, 1, -1], target: [3, 1, -4], action: 0, discount: 0.5 };
  // Huber of 0.5 · 1 and of 0.5 · 3.
  const [ofDouble, ofSingle] = [0.125, 1];

  it.each([
    ['double-dqn', doubleDqn, {}, ofDouble],
    ['dueling-double-dqn', duelingDoubleDqn, {}, ofDouble],
    ['prioritized-dqn', prioritizedDqn, {}, ofDouble],
    ['dqn with double', dqn, { double: true }, ofDouble],
    ['dueling-dqn with double', duelingDqn, { double: true }, ofDouble],
    ['noisy-dqn with double', noisyDqn, { double: true }, ofDouble],
    ['rainbow without a distribution', rainbow, { distributional: false }, ofDouble],
    ['dqn', dqn, {}, ofSingle],
    ['dueling-dqn', duelingDqn, {}, ofSingle],
    ['noisy-dqn', noisyDqn, {}, ofSingle],
    ['double-dqn without double', doubleDqn, { double: false }, ofSingle],
    ['dueling-double-dqn without double', duelingDoubleDqn, { double: false }, ofSingle],
    ['prioritized-dqn without double', prioritizedDqn, { double: false }, ofSingle],
    ['rainbow without a distribution and double', rainbow, { distributional: false, double: false }, ofSingle],
  ] as const)('of %s gives the worked loss', async (_, algorithm, config, loss) => {
    expect(await lossOf(algorithm as Algorithm, { ...values, config })).toBeCloseTo(loss, 6);
  });

  // Two atoms, 0 and 1, so that Q is the probability of the second. Online 1/2, 3/4, 1/4: action 1; target 3/4, 1/4, 1/2: action
  // 0.
  const log3 = Math.log(3);
  const atoms = { numAtoms: 2, valueMin: 0, valueMax: 1 };
  const logits = { online: [0, 0, 0, log3, log3, 0], target: [0, log3, log3, 0, 0, 0], action: 1, discount: 1 };
  const crossEntropy = (p: number) => -p * Math.log(0.75) - (1 - p) * Math.log(0.25);

  it.each([
    ['c51', c51, {}, crossEntropy(0.75)],
    ['rainbow', rainbow, { dueling: false }, crossEntropy(0.25)],
    ['rainbow without double', rainbow, { dueling: false, double: false }, crossEntropy(0.75)],
  ] as const)('of %s gives the worked loss of distributions', async (_, algorithm, config, loss) => {
    expect(await lossOf(algorithm as Algorithm, { ...logits, config: { ...atoms, ...config } })).toBeCloseTo(loss, 6);
  });
});
