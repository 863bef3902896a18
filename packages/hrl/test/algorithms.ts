import * as tf from '@tensorflow/tfjs-core';
import { box, dict, discrete, multiDiscrete } from '@zpin/contracts';
import { observationInput, program, Store, unflattenParams } from '@zpin/core';
import { type AlgorithmCase, compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { registerSubgoals } from '../src/goals/subgoals.ts';
import { type HDqnAgent, hDqn } from '../src/h-dqn.ts';
import { type OptionCriticConfig, optionCritic } from '../src/option-critic.ts';
import { optionNetworks } from '../src/options/option-networks.ts';

/** V_Ω(s): the value of the best option. */
const optionValues: AlgorithmCase['estimates'] = async (agent, spec, obs) => {
  const { actionSpace } = spec;
  const numActions = actionSpace.type === 'discrete' ? actionSpace.n : 0;
  const network = optionNetworks({ spec, numActions, ...(agent.config as OptionCriticConfig) }).critic;
  const { vectors } = await agent.state();
  const { critic } = vectors as unknown as Record<'critic', Float32Array>;
  const store = new Store(await compiledEngine(), { critic });
  const compute = program(store, {
    name: 'estimates',
    inputs: { obs: observationInput(spec.observationSpace) },
    run: ({ critic }, inputs) => ({
      outputs: { value: tf.max(network.apply(unflattenParams(network.layout, critic), inputs.obs), 1) },
    }),
  });
  const value = (await compute({ obs })).outputs.value.slice();
  compute.dispose();
  store.dispose();
  return value;
};

const refuses = [
  [box({ low: -1, high: 1, shape: [2] }), /Use ppo or sac, or --wrap/],
  [multiDiscrete([2, 3]), /must be Discrete/],
  [dict({ move: discrete(2) }), /must be Discrete/],
] as const;

export const optionCriticCase: AlgorithmCase = {
  algorithm: optionCritic,
  actions: ['discrete'],
  masks: true,
  small: {
    numEnvs: 2,
    rolloutLength: 2,
    numOptions: 3,
    valueLearningRate: { type: 'linear', from: 3e-3, to: 3e-4 },
    policyLearningRate: { type: 'linear', from: 3e-3, to: 3e-4 },
    terminationLearningRate: { type: 'linear', from: 3e-2, to: 3e-3 },
    lambda: 0.9,
    epsilon: 0.2,
    deliberationCost: 0.02,
    hiddenSizes: [8],
  },
  constant: { valueLearningRate: 3e-3, policyLearningRate: 3e-3, terminationLearningRate: 3e-2 },
  probe: {
    numEnvs: 8,
    rolloutLength: 4,
    numOptions: 2,
    valueLearningRate: { type: 'linear', from: 3e-2, to: 0 },
    policyLearningRate: { type: 'linear', from: 3e-2, to: 0 },
    terminationLearningRate: 1e-2,
    entropyCoefficient: 0,
    hiddenSizes: [16],
  },
  probeSteps: 12_288,
  estimates: optionValues,
  refuses,
};

// Sub-goals of the environments of the shared suites: left and right of the middle.
const sides = () => ({
  names: ['left', 'right'],
  isReached: (goal: number, obs: ArrayLike<number>, offset: number) => obs[offset] < 0 === (goal === 0),
});
registerSubgoals('CartPole-v1', sides);
registerSubgoals('Probe-v0', sides);

export const hDqnCase: AlgorithmCase = {
  algorithm: hDqn,
  actions: ['discrete'],
  masks: true,
  small: {
    numEnvs: 2,
    bufferSize: 60,
    metaBufferSize: 10,
    batchSize: 8,
    learningStarts: 20,
    pretrainSteps: 40,
    trainEverySteps: 6,
    gradientSteps: 2,
    targetUpdateEverySteps: 20,
    learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
    metaLearningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
    explorationFraction: 0.8,
    metaExplorationFraction: 0.8,
    hiddenSizes: [8],
  },
  constant: {
    learningRate: 1e-2,
    metaLearningRate: 1e-2,
    epsilonStart: 0.3,
    epsilonEnd: 0.3,
    metaEpsilonStart: 0.3,
    metaEpsilonEnd: 0.3,
  },
  // The values of probes need sub-goals that lead somewhere: h-dqn.test.ts has some.
  probe: { numEnvs: 2 },
  probeSteps: 0,
  estimates: async agent => Float32Array.from((agent as HDqnAgent).pursuit.goals),
  refuses: [
    [box({ low: -1, high: 1, shape: [2] }), /Use ddpg, td3 or sac, or --wrap/],
    [multiDiscrete([2, 3]), /must be Discrete/],
    [dict({ move: discrete(2) }), /must be Discrete/],
  ],
};

/** Every algorithm of this package, for the shared suites. */
export const algorithmCases: readonly AlgorithmCase[] = [optionCriticCase, hDqnCase];
