import type * as tf from '@tensorflow/tfjs-core';
import { type Agent, box, dict, discrete, type EnvSpec, multiDiscrete, type NumericArray } from '@zpin/contracts';
import { type Algorithm, observationInput, type PolicyOptions, program, Store, unflattenParams } from '@zpin/core';
import { type AlgorithmCase, compiledEngine, type Settings } from '../../../tools/testing/algorithm-case.ts';
import { atomsOf, c51, categoricalValues } from '../src/c51.ts';
import { doubleDqn } from '../src/double-dqn.ts';
import { dqn } from '../src/dqn.ts';
import { duelingDoubleDqn } from '../src/dueling-double-dqn.ts';
import { duelingDqn } from '../src/dueling-dqn.ts';
import { iqn, iqnNetwork } from '../src/iqn.ts';
import { munchausenDqn } from '../src/munchausen-dqn.ts';
import { neuralQLearning, neuralQNetwork } from '../src/neural-q-learning.ts';
import { noisyDqn } from '../src/noisy-dqn.ts';
import { prioritizedDqn } from '../src/prioritized-dqn.ts';
import type { QConfig } from '../src/q-learner/q-fields.ts';
import { type QNetwork, type QNetworkOptions, qNetwork } from '../src/q-learner/q-network.ts';
import { qrDqn, quantileValues } from '../src/qr-dqn.ts';
import { rainbow } from '../src/rainbow.ts';

type Shape = Pick<QNetworkOptions, 'outputs' | 'isDueling' | 'noiseScale'>;
type MakeNetwork = (options: PolicyOptions<never>) => QNetwork;
type Values = (output: tf.Tensor) => tf.Tensor;

/** Q of the weights that the agent acts with. */
const estimates =
  (shape: Shape, values: Values, makeNetwork?: MakeNetwork) =>
  async (agent: Agent, spec: EnvSpec, obs: NumericArray): Promise<NumericArray> => {
    const network = makeNetwork
      ? makeNetwork({ spec, config: agent.config as never })
      : qNetwork({ spec, config: agent.config as QConfig, algorithm: agent.algorithm, ...shape });
    const policy = await agent.policy?.();
    if (!policy) throw new Error('an agent with a policy is expected');
    const store = new Store(await compiledEngine(), { weights: policy.weights });
    const compute = program(store, {
      name: 'estimates',
      inputs: { obs: observationInput(spec.observationSpace) },
      run: ({ weights }, inputs) => ({
        outputs: { q: values(network.apply(unflattenParams(network.layout, weights), inputs.obs)) },
      }),
    });
    const q = (await compute({ obs })).outputs.q.slice();
    compute.dispose();
    store.dispose();
    return q;
  };

interface Variant {
  readonly algorithm: Algorithm;
  readonly shape?: Shape;
  /** Where the network is of another kind. */
  readonly makeNetwork?: MakeNetwork;
  readonly values?: Values;
  /** Settings of its own, for `small` and for `probe`. */
  readonly settings?: Settings;
  readonly small?: Settings;
  readonly constant?: Settings;
}

const atoms = { numAtoms: 31, valueMin: -3, valueMax: 6 };
const categorical: Values = logits => categoricalValues(logits, atomsOf(atoms, 'test'));

const variants: readonly Variant[] = [
  { algorithm: dqn },
  { algorithm: doubleDqn, settings: { loss: 'mse', nSteps: 2 }, small: { optimizer: 'rmsprop', initialization: 'normal' } },
  // Slower, so that gradients have not yet shrunk to rounding errors when the agreement of engines is measured.
  { algorithm: duelingDqn, shape: { isDueling: true }, small: { learningRate: { type: 'linear', from: 3e-3, to: 1e-3 } } },
  { algorithm: duelingDoubleDqn, shape: { isDueling: true } },
  { algorithm: prioritizedDqn, small: { optimizer: 'centered-rmsprop' }, constant: { priorityWeight: 1 } },
  {
    algorithm: noisyDqn,
    shape: { noiseScale: 0.5 },
    small: { noisyLayers: 'all' },
    constant: { epsilonStart: 0, epsilonEnd: 0 },
  },
  { algorithm: c51, shape: { outputs: atoms.numAtoms }, values: categorical, settings: atoms, small: { risk: 'cvar' } },
  {
    algorithm: qrDqn,
    shape: { outputs: 8 },
    values: quantileValues,
    settings: { numQuantiles: 8 },
    small: { risk: 'mean-deviation', kappa: 0.5 },
  },
  {
    algorithm: iqn,
    makeNetwork: iqnNetwork,
    values: quantileValues,
    settings: { numQuantiles: 4, numActingQuantiles: 6, embeddingSize: 8 },
    small: { risk: 'cvar' },
  },
  // Without the bonus the values are those of the returns.
  {
    algorithm: munchausenDqn,
    settings: { temperature: 0.01, logPolicyWeight: 0 },
    small: { temperature: 0.1, logPolicyWeight: 0.9 },
  },
  {
    algorithm: rainbow,
    shape: { outputs: atoms.numAtoms, isDueling: true, noiseScale: 0.5 },
    values: categorical,
    settings: atoms,
    small: { noisyLayers: 'all' },
    constant: { priorityWeight: 1 },
  },
];

function toCase({
  algorithm,
  shape = {},
  makeNetwork,
  values = output => output,
  settings,
  small,
  constant,
}: Variant): AlgorithmCase {
  return {
    algorithm,
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
      ...settings,
      ...small,
    },
    constant: { learningRate: 1e-2, epsilonStart: 0.3, epsilonEnd: 0.3, ...constant },
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
      ...settings,
    },
    probeSteps: 2000,
    estimates: estimates(shape, values, makeNetwork),
    refuses: [
      [box({ low: -1, high: 1, shape: [2] }), /Use ddpg, td3 or sac/],
      [multiDiscrete([2, 3]), /must be Discrete/],
      [dict({ move: discrete(2) }), /must be Discrete/],
    ],
  };
}

/** The one without a memory, whose settings are few. */
const neuralCase: AlgorithmCase = {
  algorithm: neuralQLearning,
  actions: ['discrete'],
  masks: true,
  small: { numEnvs: 2, learningRate: { type: 'linear', from: 1e-2, to: 1e-3 }, explorationFraction: 0.8, hiddenSizes: [8] },
  constant: { learningRate: 5e-3, epsilonStart: 0.3, epsilonEnd: 0.3 },
  probe: { numEnvs: 4, learningRate: { type: 'linear', from: 0.3, to: 0.003 }, epsilonEnd: 0.3, hiddenSizes: [16] },
  probeSteps: 6000,
  estimates: estimates({}, output => output, neuralQNetwork),
  refuses: [[box({ low: -1, high: 1, shape: [2] }), /Use ddpg, td3 or sac/]],
};

/** Every algorithm of this package that learns by networks, for the shared suites. */
export const algorithmCases: readonly AlgorithmCase[] = [...variants.map(toCase), neuralCase];

/** DQN without a target network, which is known by the name of DQN. */
export const dqnOf2013 = toCase({ algorithm: dqn, settings: { targetNetwork: false } });
