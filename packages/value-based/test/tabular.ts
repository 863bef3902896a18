import { box } from '@zpin/contracts';
import type { Algorithm } from '@zpin/core';
import type { AlgorithmCase } from '../../../tools/testing/algorithm-case.ts';
import { expectedSarsa } from '../src/tabular/expected-sarsa.ts';
import { qLearning } from '../src/tabular/q-learning.ts';
import { sarsa } from '../src/tabular/sarsa.ts';
import { sarsaLambda } from '../src/tabular/sarsa-lambda.ts';
import type { TabularAgent } from '../src/tabular/tabular-agent.ts';

const algorithms: readonly Algorithm[] = [qLearning, sarsa, expectedSarsa, sarsaLambda];

/** Every tabular algorithm, for the shared suites. */
export const tabularCases: readonly AlgorithmCase[] = algorithms.map(algorithm => ({
  algorithm,
  actions: ['discrete'],
  masks: true,
  onIndices: true,
  small: {
    numEnvs: 2,
    learningRate: { type: 'linear', from: 0.5, to: 0.1 },
    explorationFraction: 0.8,
    reportEverySteps: 16,
    ties: algorithm === sarsa ? 'first' : 'random',
  },
  constant: { learningRate: 0.3, epsilonStart: 0.3, epsilonEnd: 0.3 },
  probe: { numEnvs: 2, learningRate: { type: 'linear', from: 0.5, to: 0.05 }, epsilonEnd: 0.3 },
  probeSteps: 2000,
  estimates: async agent => (agent as TabularAgent).table,
  refuses: [[box({ low: -1, high: 1, shape: [2] }), /Use ddpg, td3 or sac, or --wrap/]],
}));
