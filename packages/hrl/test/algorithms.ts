import * as tf from '@tensorflow/tfjs-core';
import { type Agent, box, dict, discrete, type EnvSpec, multiDiscrete, type NumericArray } from '@zpin/contracts';
import { type Network, observationInput, type Params, program, Store, unflattenParams } from '@zpin/core';
import { type AlgorithmCase, compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { registerSubgoals } from '../src/goals/subgoals.ts';
import { type HDqnAgent, hDqn } from '../src/h-dqn.ts';
import { type OffPolicyOptionCriticConfig, offPolicyOptionCritic } from '../src/off-policy-option-critic.ts';
import { type OptionCriticConfig, optionCritic } from '../src/option-critic.ts';
import { optionHead } from '../src/options/option-head.ts';
import { optionNetworks, sharedOptionNetwork } from '../src/options/option-networks.ts';

/** V_Ω(s): the value of the best option, by the vector of a state and what Q_Ω is of it. */
async function bestValues(
  agent: Agent,
  { observationSpace }: EnvSpec,
  obs: NumericArray,
  name: string,
  network: Network<readonly [obs: tf.Tensor]>,
): Promise<NumericArray> {
  const { vectors } = await agent.state();
  const parameters = (vectors as Readonly<Record<string, Float32Array>>)[name];
  const store = new Store(await compiledEngine(), { parameters });
  const compute = program(store, {
    name: 'estimates',
    inputs: { obs: observationInput(observationSpace) },
    run: (state, inputs) => ({
      outputs: { value: tf.max(network.apply(unflattenParams(network.layout, state.parameters), inputs.obs), 1) },
    }),
  });
  const value = (await compute({ obs })).outputs.value.slice();
  compute.dispose();
  store.dispose();
  return value;
}

const refuses = [
  [
    box({ low: -1, high: Number.POSITIVE_INFINITY, shape: [2] }),
    /must be finite, low < high, got .*element 0 in \[-1, Infinity\]/,
  ],
  [box({ low: 0, high: 3, shape: [2], dtype: 'uint8' }), /must be Discrete or a Box of floats/],
  [multiDiscrete([2, 3]), /must be Discrete or a Box of floats/],
  [dict({ move: discrete(2) }), /must be Discrete or a Box of floats/],
] as const;

export const optionCriticCase: AlgorithmCase = {
  algorithm: optionCritic,
  actions: ['discrete', 'continuous'],
  masks: true,
  small: {
    numEnvs: 2,
    rolloutLength: 2,
    numOptions: 3,
    valueLearningRate: { type: 'linear', from: 3e-3, to: 3e-4 },
    policyLearningRate: { type: 'linear', from: 3e-3, to: 3e-4 },
    terminationLearningRate: { type: 'linear', from: 3e-2, to: 3e-3 },
    lambda: 0.9,
    epsilon: { type: 'linear', from: 0.4, to: 0.1 },
    deliberationCost: 0.02,
    hiddenSizes: [8],
  },
  constant: { valueLearningRate: 3e-3, policyLearningRate: 3e-3, terminationLearningRate: 3e-2, epsilon: 0.2 },
  probe: {
    numEnvs: 8,
    rolloutLength: 4,
    numOptions: 2,
    valueLearningRate: { type: 'linear', from: 3e-2, to: 0 },
    policyLearningRate: { type: 'linear', from: 5e-2, to: 0 },
    terminationLearningRate: 1e-2,
    epsilon: 0.2,
    entropyCoefficient: 0,
    hiddenSizes: [16],
  },
  probeSteps: 12_288,
  estimates: async (agent, spec, obs) => {
    const head = optionHead('estimates', spec);
    const { critic } = optionNetworks({ spec, head, ...(agent.config as OptionCriticConfig) });
    return bestValues(agent, spec, obs, 'critic', critic);
  },
  refuses,
};

export const offPolicyOptionCriticCase: AlgorithmCase = {
  algorithm: offPolicyOptionCritic,
  actions: ['discrete', 'continuous'],
  masks: true,
  small: {
    numEnvs: 2,
    bufferSize: 60,
    batchSize: 8,
    learningStarts: 20,
    trainEverySteps: 6,
    gradientSteps: 2,
    numOptions: 3,
    targetUpdateEveryUpdates: 7,
    learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
    epsilon: { type: 'linear', from: 0.6, to: 0.1 },
    deliberationCost: 0.02,
    hiddenSizes: [8],
  },
  constant: { learningRate: 1e-2, epsilon: 0.3 },
  probe: {
    numEnvs: 4,
    bufferSize: 4096,
    learningStarts: 200,
    numOptions: 2,
    targetUpdateEveryUpdates: 10,
    learningRate: { type: 'linear', from: 2e-2, to: 0 },
    epsilon: 0.3,
    entropyCoefficient: 0,
    valueCoefficient: 1,
    normalizeAdvantage: false,
    hiddenSizes: [16],
    activation: 'tanh',
  },
  probeSteps: 4096,
  estimates: async (agent, spec, obs) => {
    const head = optionHead('estimates', spec);
    const network = sharedOptionNetwork({ spec, head, ...(agent.config as OffPolicyOptionCriticConfig) });
    const values = { ...network, apply: (params: Params, seen: tf.Tensor) => network.apply(params, seen).q };
    return bestValues(agent, spec, obs, 'options', values);
  },
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
export const algorithmCases: readonly AlgorithmCase[] = [optionCriticCase, offPolicyOptionCriticCase, hDqnCase];
