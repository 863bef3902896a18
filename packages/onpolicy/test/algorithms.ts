import type { OnPolicyAgent } from '@zpin/core/spec';
import { dict, discrete, multiDiscrete } from '@zpin/core/spec';
import type { AlgorithmCase } from '../../../tools/testing/algorithm-case.ts';
import { ppo } from '../src/ppo.ts';

const estimates: AlgorithmCase['estimates'] = async (agent, spec, obs) => {
  const { observationSpace: space } = spec;
  const width = space.type === 'box' ? space.low.length : 1;
  const values = new Float32Array(obs.length / width);
  await (agent as OnPolicyAgent).value(obs, values);
  return values;
};

/** Every algorithm of this package, for the shared suites. */
export const algorithmCases: readonly AlgorithmCase[] = [
  {
    algorithm: ppo,
    actions: ['discrete', 'continuous'],
    masks: true,
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
    estimates,
    refuses: [
      [multiDiscrete([2, 3]), /Discrete or a Box of floats/],
      [dict({ move: discrete(2) }), /Discrete or a Box of floats/],
    ],
  },
];
