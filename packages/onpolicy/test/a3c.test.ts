import type { OnPolicyAgent } from '@zpin/core/spec';
import { multiBinary } from '@zpin/core/spec';
import { describeAgent } from '../../../tools/testing/agent-suite.ts';
import type { AlgorithmCase } from '../../../tools/testing/algorithm-case.ts';
import { describeExactness } from '../../../tools/testing/exactness-suite.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { a3cWith } from '../src/a3c.ts';
import { inThisThread } from '../src/in-this-thread.ts';

// With one worker: the order of the changes that several make is not fixed.
const subject: AlgorithmCase = {
  algorithm: a3cWith(inThisThread),
  actions: ['discrete', 'continuous'],
  masks: true,
  async estimates(agent, { observationSpace: space }, obs) {
    const values = new Float32Array(obs.length / (space.type === 'box' ? space.low.length : 1));
    await (agent as OnPolicyAgent).value(obs, values);
    return values;
  },
  refuses: [[multiBinary(3), /Discrete, MultiDiscrete or a Box of floats/]],
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

describeAgent(subject);
describeExactness(subject);
describeProbes(subject);
