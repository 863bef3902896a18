import { observationInput, program, Store, unflattenParams } from '@zpin/core';
import { box, dict, discrete, multiDiscrete } from '@zpin/core/spec';
import { type AlgorithmCase, compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { type DqnConfig, dqn } from '../src/dqn.ts';
import { qNetwork } from '../src/q-network.ts';

/** Q of the weights that the agent acts with. */
const estimates: AlgorithmCase['estimates'] = async (agent, spec, obs) => {
  const network = qNetwork({ spec, config: agent.config as DqnConfig, algorithm: agent.algorithm });
  const policy = await agent.policy?.();
  if (!policy) throw new Error('an agent with a policy is expected');
  const store = new Store(await compiledEngine(), { weights: policy.weights });
  const compute = program(store, {
    name: 'estimates',
    inputs: { obs: observationInput(spec.observationSpace) },
    run: ({ weights }, inputs) => ({ outputs: { q: network.apply(unflattenParams(network.layout, weights), inputs.obs) } }),
  });
  const q = (await compute({ obs })).outputs.q.slice();
  compute.dispose();
  store.dispose();
  return q;
};

/** Every algorithm of this package, for the shared suites. */
export const algorithmCases: readonly AlgorithmCase[] = [
  {
    algorithm: dqn,
    actions: ['discrete'],
    masks: true,
    small: {
      numEnvs: 2,
      bufferSize: 60,
      batchSize: 8,
      learningStarts: 30,
      trainEverySteps: 6,
      gradientSteps: 2,
      targetUpdateEverySteps: 20,
      learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
      explorationFraction: 0.8,
      hiddenSizes: [8],
    },
    constant: { learningRate: 1e-2, epsilonStart: 0.3, epsilonEnd: 0.3 },
    probe: {
      numEnvs: 4,
      bufferSize: 1000,
      batchSize: 64,
      learningStarts: 64,
      trainEverySteps: 4,
      targetUpdateEverySteps: 40,
      learningRate: { type: 'linear', from: 1e-2, to: 1e-4 },
      epsilonEnd: 0.3,
      hiddenSizes: [16],
    },
    probeSteps: 2000,
    estimates,
    refuses: [
      [box({ low: -1, high: 1, shape: [2] }), /Use ppo/],
      [multiDiscrete([2, 3]), /must be Discrete/],
      [dict({ move: discrete(2) }), /must be Discrete/],
    ],
  },
];
