import type { OnPolicyAgent } from '@zpin/contracts';
import { box, dict, discrete, flatSize, tuple } from '@zpin/contracts';
import type { AlgorithmCase } from '../../../tools/testing/algorithm-case.ts';
import { a2c } from '../src/a2c.ts';
import { dppoWith } from '../src/dppo.ts';
import { npg } from '../src/npg.ts';
import { oneStepActorCritic } from '../src/one-step-actor-critic.ts';
import { ppo } from '../src/ppo.ts';
import { ppoPenalty } from '../src/ppo-penalty.ts';
import { recurrentPpo } from '../src/recurrent-ppo.ts';
import { reinforce } from '../src/reinforce.ts';
import { trpo } from '../src/trpo.ts';
import { vpg } from '../src/vpg.ts';
import { inThisThread } from '../src/workers/in-this-thread.ts';

const estimates: AlgorithmCase['estimates'] = async (agent, spec, obs) => {
  const values = new Float32Array(obs.length / flatSize(spec.observationSpace));
  await (agent as OnPolicyAgent).value(obs, values);
  return values;
};

const common = {
  actions: ['discrete', 'continuous'],
  masks: true,
  estimates,
  refuses: [
    [tuple([]), /must have at least one part/],
    [
      dict({ move: discrete(2), far: box({ low: 0, high: 1e6, dtype: 'int32' }) }),
      /Probe-v0, far must have bounds .* 65536 choices/,
    ],
    [box({ low: -(2 ** 31), high: 2 ** 31 - 1, dtype: 'int32' }), /at most 65536 choices/],
    [box({ low: 0, high: 255, shape: [84, 84, 3], dtype: 'uint8' }), /at most 65536 choices/],
  ],
} as const;
const fit = { batchSize: 12, valueEpochs: 2, valueLearningRate: { type: 'linear', from: 1e-2, to: 1e-3 } };
const probeFit = { batchSize: 64, valueEpochs: 8, valueLearningRate: { type: 'linear', from: 1e-2, to: 0 } };
const rollouts = { numEnvs: 8, rolloutLength: 16, hiddenSizes: [16] };

/** Every algorithm of this package without a memory, for the shared suites. */
export const algorithmCases: readonly AlgorithmCase[] = [
  {
    algorithm: ppo,
    ...common,
    actions: [...common.actions, 'hybrid'],
    small: {
      numEnvs: 2,
      rolloutLength: 16,
      batchSize: 12,
      epochs: 2,
      learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      clipRange: { type: 'linear', from: 0.2, to: 0.1 },
      valueClipRange: 0.5,
      entropyCoefficient: 0.01,
      hiddenSizes: [8],
    },
    constant: { learningRate: 1e-2, clipRange: 0.2 },
    probe: {
      numEnvs: 8,
      rolloutLength: 16,
      batchSize: 64,
      epochs: 8,
      learningRate: { type: 'linear', from: 1e-2, to: 0 },
      hiddenSizes: [16],
    },
    probeSteps: 5120,
  },
  {
    // What threads compute does not depend on threads; that is shown apart, as each takes its time to start.
    algorithm: dppoWith(inThisThread),
    ...common,
    small: {
      workers: 2,
      numEnvs: 2,
      rolloutLength: 9,
      batchSize: 12,
      epochs: 2,
      learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      clipRange: { type: 'linear', from: 0.2, to: 0.1 },
      entropyCoefficient: 0.01,
      policyLearningRate: { type: 'linear', from: 2e-2, to: 1e-3 },
      valueEpochs: 1,
      targetKl: 0.5,
      hiddenSizes: [8],
      activation: 'relu6',
      actionDeviation: 'softplus',
      boundMeans: true,
    },
    constant: { learningRate: 1e-2, policyLearningRate: 1e-2, clipRange: 0.2 },
    probe: { workers: 3, ...rollouts, batchSize: 64, epochs: 8, learningRate: { type: 'linear', from: 1e-2, to: 0 } },
    probeSteps: 5120,
  },
  {
    algorithm: ppoPenalty,
    ...common,
    small: {
      numEnvs: 2,
      rolloutLength: 16,
      batchSize: 12,
      epochs: 2,
      learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      entropyCoefficient: 0.01,
      hiddenSizes: [8],
      sharedTrunk: true,
    },
    constant: { learningRate: 1e-2 },
    // A step that is not made is one that the value does not make either.
    probe: {
      ...rollouts,
      stopKl: null,
      sharedTrunk: true,
      batchSize: 64,
      epochs: 8,
      learningRate: { type: 'linear', from: 1e-2, to: 0 },
    },
    probeSteps: 5120,
  },
  {
    algorithm: a2c,
    ...common,
    actions: [...common.actions, 'hybrid'],
    small: {
      numEnvs: 2,
      rolloutLength: 2,
      // RMSprop on batches of four: at larger rates rounding alone parts two runs within 100 updates.
      learningRate: { type: 'linear', from: 3e-3, to: 3e-4 },
      hiddenSizes: [8],
      sharedTrunk: true,
      squashActions: true,
    },
    constant: { learningRate: 1e-2 },
    probe: {
      ...rollouts,
      rolloutLength: 4,
      learningRate: { type: 'linear', from: 1e-2, to: 0 },
    },
    probeSteps: 8192,
  },
  {
    algorithm: vpg,
    ...common,
    small: {
      numEnvs: 2,
      rolloutLength: 16,
      ...fit,
      policyLearningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      entropyCoefficient: 0.01,
      hiddenSizes: [8],
    },
    constant: { policyLearningRate: 1e-2, valueLearningRate: 1e-2 },
    probe: { ...rollouts, ...probeFit, policyLearningRate: 3e-2, actionDeviation: 'softplus', boundMeans: true },
    probeSteps: 5120,
  },
  {
    algorithm: npg,
    ...common,
    small: { numEnvs: 2, rolloutLength: 16, ...fit, cgIterations: 4, hiddenSizes: [8], actionDeviation: 'exp' },
    constant: { valueLearningRate: 1e-2 },
    probe: { ...rollouts, ...probeFit, maxKl: 0.05 },
    probeSteps: 5120,
  },
  {
    algorithm: trpo,
    ...common,
    small: { numEnvs: 2, rolloutLength: 16, ...fit, squashActions: true, cgIterations: 4, hiddenSizes: [8] },
    constant: { valueLearningRate: 1e-2 },
    probe: { ...rollouts, ...probeFit, maxKl: 0.05 },
    probeSteps: 5120,
  },
  {
    algorithm: reinforce,
    ...common,
    small: {
      numEnvs: 2,
      rolloutLength: 10,
      valueEpochs: 6,
      policyLearningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      valueLearningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      hiddenSizes: [8],
    },
    constant: { policyLearningRate: 1e-2, valueLearningRate: 1e-2 },
    probe: { ...rollouts, valueEpochs: 8, valueLearningRate: { type: 'linear', from: 1e-2, to: 0 }, policyLearningRate: 3e-2 },
    probeSteps: 5120,
  },
  {
    algorithm: oneStepActorCritic,
    ...common,
    small: {
      numEnvs: 2,
      policyLearningRate: { type: 'linear', from: 2e-3, to: 2e-4 },
      valueLearningRate: { type: 'linear', from: 2e-3, to: 2e-4 },
      hiddenSizes: [8],
    },
    constant: { policyLearningRate: 2e-3, valueLearningRate: 2e-3 },
    probe: {
      numEnvs: 8,
      hiddenSizes: [16],
      optimizer: 'adam',
      valueLearningRate: { type: 'linear', from: 1e-2, to: 0 },
      policyLearningRate: { type: 'linear', from: 1e-2, to: 0 },
    },
    probeSteps: 5120,
  },
];

/**
 * Those that remember. What they know of a state depends on how it was reached, so the suites of values and of saved policies are
 * not for them: `recurrent-ppo.test.ts` has values with a memory.
 */
export const recurrentCases: readonly AlgorithmCase[] = [
  {
    algorithm: recurrentPpo,
    ...common,
    small: {
      numEnvs: 2,
      rolloutLength: 16,
      sequenceLength: 4,
      batchSize: 12,
      epochs: 2,
      learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      clipRange: { type: 'linear', from: 0.2, to: 0.1 },
      entropyCoefficient: 0.01,
      hiddenSizes: [8],
      recurrentSize: 5,
    },
    constant: { learningRate: 1e-2, clipRange: 0.2 },
    probe: {
      ...rollouts,
      sequenceLength: 4,
      batchSize: 64,
      epochs: 8,
      learningRate: { type: 'linear', from: 1e-2, to: 0 },
      recurrentSize: 16,
    },
    probeSteps: 5120,
  },
];
