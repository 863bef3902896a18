import { flatSize, type OnPolicyAgent, Rng, tuple } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { describeAgent } from '../../../tools/testing/agent-suite.ts';
import { type AlgorithmCase, compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { describeExactness } from '../../../tools/testing/exactness-suite.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { type A3cAgent, a3cWith } from '../src/a3c.ts';
import { inThisThread } from '../src/workers/in-this-thread.ts';

// With one worker: the order of the changes that several make is not fixed.
const subject: AlgorithmCase = {
  algorithm: a3cWith(inThisThread),
  actions: ['discrete', 'continuous'],
  masks: true,
  async estimates(agent, { observationSpace }, obs) {
    const values = new Float32Array(obs.length / flatSize(observationSpace));
    await (agent as OnPolicyAgent).value(obs, values);
    return values;
  },
  refuses: [[tuple([]), /must have at least one part/]],
  small: {
    workers: 1,
    numEnvs: 2,
    rolloutLength: 2,
    reportEverySteps: 8,
    learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
    hiddenSizes: [8],
  },
  constant: { learningRate: 1e-2 },
  probe: {
    workers: 1,
    numEnvs: 8,
    rolloutLength: 4,
    hiddenSizes: [16],
    learningRate: { type: 'linear', from: 1e-2, to: 0 },
  },
  probeSteps: 8192,
};

it('computes the same gradient compiled as op by op, clipped to the norm', async () => {
  const env = makeVectorEnv('Pendulum-v1', 3);
  const gradients: Float32Array[] = [];
  const engines = [await compiledEngine(), await createEngine('tensorflow', { backend: 'cpu' })];
  for (const engine of engines) {
    const config = { numEnvs: 3, hiddenSizes: [8], maxGradientNorm: 1e-3 };
    const agent = (await subject.algorithm.create({ spec: env.spec, config, seed: 1, engine })) as A3cAgent;
    const rng = new Rng(2);
    const normal = (size: number) => rng.standardNormalInto(new Float32Array(size));
    const { gradient } = await agent.gradient({
      numSteps: 4,
      numEnvs: 3,
      obs: normal(36),
      action: normal(12),
      reward: normal(12),
      terminated: new Uint8Array(12),
      truncated: new Uint8Array(12),
      logProb: normal(12),
      value: normal(12),
      nextValue: normal(12),
    });
    gradients.push(gradient.slice());
    agent.dispose();
  }
  expect(Math.hypot(...gradients[0])).toBeCloseTo(1e-3, 8);
  gradients[0].forEach((slope, i) => expect(slope).toBeCloseTo(gradients[1][i], 8));
});

describeAgent(subject);
describeExactness(subject);
describeProbes(subject);
