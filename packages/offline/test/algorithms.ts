import * as tf from '@tensorflow/tfjs-core';
import {
  type Agent,
  box,
  discrete,
  type EnvSpec,
  multiDiscrete,
  type NumericArray,
  type OfflineAgent,
  type StateValue,
  tuple,
} from '@zpin/contracts';
import {
  type Algorithm,
  type DatasetAlgorithm,
  observationInput,
  type Params,
  program,
  Store,
  unflattenParams,
} from '@zpin/core';
import { smallest } from '@zpin/offpolicy';
import { qNetwork, quantileValues } from '@zpin/value-based';
import { type AlgorithmCase, compiledEngine, type Settings } from '../../../tools/testing/algorithm-case.ts';
import { bc } from '../src/bc.ts';
import { type BcqConfig, bcq, bcqNetworks, bcqPolicy } from '../src/bcq.ts';
import { type CqlConfig, cql, cqlNetworks } from '../src/cql.ts';
import { behaviour } from '../src/dataset/behaviour.ts';
import { collectDataset } from '../src/dataset/collect-dataset.ts';
import { type DiscreteBcqConfig, discreteBcq, discreteBcqNetwork } from '../src/discrete-bcq.ts';
import { type DiscreteCqlConfig, discreteCql } from '../src/discrete-cql.ts';
import { type IqlConfig, iql, iqlNetworks } from '../src/iql.ts';
import { tabularBcq } from '../src/tabular-bcq.ts';
import { type Td3BcConfig, td3Bc, td3BcNetworks } from '../src/td3-bc.ts';

/** Transitions in the data of a test. */
const ROWS = 1000;

/** Copies of the environment are for the suites to make: an offline algorithm has no setting for them. */
const numEnvs = 2;

/**
 * The algorithm as the shared suites take it. Its data are what a random policy did in the environment that it is given, the same
 * for every seed of the run.
 */
function onRandomData<Config>(descriptor: DatasetAlgorithm<Config>): Algorithm {
  // A suite gives settings as they come.
  const algorithm = descriptor as DatasetAlgorithm;
  return {
    ...algorithm,
    create({ config = {}, ...options }) {
      const { numEnvs: _, ...rest } = config as Settings;
      return algorithm.create({ ...options, config: rest });
    },
    async *train(options) {
      const { env } = options;
      const agent = options.agent as OfflineAgent;
      const actor = behaviour({ spec: env.spec, seed: 5 });
      const dataset = await collectDataset({ env, actor, steps: ROWS, seed: 5 });
      return yield* algorithm.train({ ...options, agent, dataset });
    },
  };
}

type Vectors = Readonly<Record<string, tf.Tensor1D>>;

/** Computes on all vectors that the agent learns with. */
async function compute(
  agent: Agent,
  spec: EnvSpec,
  obs: NumericArray,
  run: (vectors: Vectors, obs: tf.Tensor) => tf.Tensor,
): Promise<NumericArray> {
  const { vectors } = (await agent.state()) as { readonly vectors: Readonly<Record<string, StateValue>> };
  const store = new Store(await compiledEngine(), vectors as Readonly<Record<string, Float32Array>>);
  const call = program(store, {
    name: 'estimates',
    inputs: { obs: observationInput(spec.observationSpace) },
    run: (state, inputs) => ({ outputs: { estimate: run(state, inputs.obs) } }),
  });
  const estimate = (await call({ obs })).outputs.estimate.slice();
  call.dispose();
  store.dispose();
  return estimate;
}

/** Q of the online network. */
const discreteValues =
  (values: (options: { spec: EnvSpec; config: unknown }) => (params: Params, obs: tf.Tensor) => tf.Tensor) =>
  (agent: Agent, spec: EnvSpec, obs: NumericArray): Promise<NumericArray> => {
    const { policy } = algorithmOf(agent.algorithm);
    if (!policy) throw new Error(`${agent.algorithm} must have a policy`);
    const { layout } = policy({ spec, config: agent.config });
    const q = values({ spec, config: agent.config });
    return compute(agent, spec, obs, ({ online }, seen) => q(unflattenParams(layout, online), seen));
  };

const algorithmOf = (id: string): Algorithm => {
  const found = [bc, discreteBcq, discreteCql].find(algorithm => algorithm.id === id);
  if (!found) throw new Error(`${id} must be in the table`);
  return found as Algorithm;
};

const small = {
  numEnvs,
  batchSize: 8,
  learningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
  hiddenSizes: [8],
} as const;
const constant = { learningRate: 1e-2 };
const probe = {
  numEnvs,
  batchSize: 64,
  learningRate: { type: 'linear', from: 1e-2, to: 1e-4 },
  hiddenSizes: [16],
} as const;
const qSmall = { ...small, tau: 0.1, targetUpdateEveryUpdates: 3, nSteps: 2 };
const qProbe = { ...probe, tau: 0.1 };
const cqlSizes = { numEnvs, tau: 0.1, numProposals: 3 };

const onlyDiscrete = [
  [box({ low: -1, high: 1, shape: [2] }), /Use cql, iql, td3-bc, bcq or bc/],
  [multiDiscrete([2, 3]), /must be Discrete/],
] as const;

const onlyContinuous = [
  [discrete(4), /Use discrete-cql, discrete-bcq, iql or bc/],
  [multiDiscrete([2, 3]), /must be a Box of floats/],
  [box({ low: 0, high: Number.POSITIVE_INFINITY, shape: [2] }), /must be finite/],
] as const;

/** What the smaller critic says of the greedy action, which lies in [−10, 10] in all probes. */
const greedyValue =
  (
    networks: (options: { spec: EnvSpec; config: unknown }) => {
      readonly critic: ReturnType<typeof cqlNetworks>['critic'];
      greedy(vectors: Vectors, obs: tf.Tensor): tf.Tensor;
    },
  ): AlgorithmCase['estimates'] =>
  (agent, spec, obs) => {
    const { critic, greedy } = networks({ spec, config: agent.config });
    return compute(agent, spec, obs, (vectors, seen) => {
      const action = tf.div(greedy(vectors, seen), 10);
      return smallest(critic.apply(unflattenParams(critic.layout, vectors.critic), seen, action));
    });
  };

const ratesSmall = {
  criticLearningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
  actorLearningRate: { type: 'linear', from: 3.3e-3, to: 3.3e-4 },
} as const;
const ratesConstant = { criticLearningRate: 1e-2, actorLearningRate: 3.3e-3 };
const ratesProbe = { criticLearningRate: probe.learningRate, actorLearningRate: probe.learningRate };

const noValue: AlgorithmCase['estimates'] = () => Promise.reject(new Error('a clone knows no values'));

/** Behavioural cloning, which obeys masks, but learns nothing where they leave one action. */
export const bcCase: AlgorithmCase = {
  algorithm: onRandomData(bc),
  actions: ['discrete', 'continuous'],
  masks: true,
  small,
  constant,
  probe,
  probeSteps: 0,
  estimates: noValue,
  refuses: [
    [tuple([discrete(2), discrete(3)]), /must be Discrete, MultiDiscrete, MultiBinary or a Box/],
    [box({ low: 0, high: 2 ** 30, dtype: 'int32' }), /at most 65536 choices/],
    [box({ low: 0, high: Number.POSITIVE_INFINITY, shape: [2] }), /must be finite/],
  ],
};

/** Every algorithm of this package that learns values, for the shared suites. */
export const valueCases: readonly AlgorithmCase[] = [
  {
    algorithm: onRandomData(discreteCql),
    actions: ['discrete'],
    masks: true,
    small: { ...qSmall, numQuantiles: 4, cqlWeight: 0.5 },
    constant,
    // A small weight: the values are those of plain Q-learning.
    probe: { ...qProbe, cqlWeight: 0.001 },
    probeSteps: 1500,
    estimates: discreteValues(({ spec, config }) => {
      const { apply, outputs } = qNetwork({
        spec,
        config: config as DiscreteCqlConfig,
        algorithm: 'discrete-cql',
        outputs: (config as DiscreteCqlConfig).numQuantiles,
      });
      return (params, obs) => (outputs === 1 ? apply(params, obs) : quantileValues(apply(params, obs)));
    }),
    refuses: onlyDiscrete,
  },
  {
    algorithm: onRandomData(discreteBcq),
    actions: ['discrete'],
    masks: true,
    small: qSmall,
    constant,
    probe: qProbe,
    probeSteps: 1500,
    estimates: discreteValues(({ spec, config }) => {
      const { apply } = discreteBcqNetwork({ spec, config: config as DiscreteBcqConfig });
      return (params, obs) => tf.unstack(apply(params, obs), 2)[0] as tf.Tensor;
    }),
    refuses: onlyDiscrete,
  },
  {
    algorithm: onRandomData(cql),
    actions: ['continuous'],
    masks: false,
    small: {
      ...cqlSizes,
      ...ratesSmall,
      batchSize: 8,
      hiddenSizes: [8],
      nSteps: 2,
      learnCqlWeight: true,
      nextProposals: true,
      cloningSteps: 50,
      softTarget: true,
    },
    constant: ratesConstant,
    // Small weights of penalty and entropy: the values are those of the optimal policy.
    probe: {
      ...cqlSizes,
      ...ratesProbe,
      batchSize: 64,
      hiddenSizes: [32],
      cqlWeight: 0.001,
      alpha: 0.0005,
      learnAlpha: false,
    },
    probeSteps: 2500,
    estimates: greedyValue(({ spec, config }) => {
      const { actor, critic } = cqlNetworks({ spec, config: config as CqlConfig });
      return { critic, greedy: (vectors, obs) => actor.greedy.act(unflattenParams(actor.layout, vectors.actor), obs) };
    }),
    refuses: onlyContinuous,
  },
  {
    algorithm: onRandomData(bcq),
    actions: ['continuous'],
    masks: false,
    small: { ...small, tau: 0.1, nSteps: 2, numCandidates: 3, numActingCandidates: 4 },
    constant,
    probe: { ...probe, hiddenSizes: [32], tau: 0.1, numCandidates: 5, numActingCandidates: 20 },
    probeSteps: 2500,
    estimates: greedyValue(({ spec, config }) => {
      const { critic } = bcqNetworks({ spec, config: config as BcqConfig });
      const greedy = bcqPolicy({ spec, config: config as BcqConfig });
      const names = ['vae', 'perturbation', 'critic', 'latents'];
      return {
        critic,
        greedy: (vectors, obs) => {
          const [first, ...rest] = names.map(name => vectors[name]);
          return greedy.act(unflattenParams(greedy.layout, tf.concat([first, ...rest])), obs);
        },
      };
    }),
    refuses: onlyContinuous,
  },
  {
    algorithm: onRandomData(td3Bc),
    actions: ['continuous'],
    masks: false,
    small: { ...ratesSmall, numEnvs, batchSize: 8, hiddenSizes: [8], tau: 0.1, nSteps: 2, policyDelay: 3 },
    constant: ratesConstant,
    // A large weight: the policy is that of TD3.
    probe: { ...ratesProbe, numEnvs, batchSize: 64, hiddenSizes: [32], tau: 0.1, targetNoise: 0, valueWeight: 100 },
    probeSteps: 2500,
    estimates: greedyValue(({ spec, config }) => {
      const { actor, critic } = td3BcNetworks({ spec, config: config as Td3BcConfig });
      return { critic, greedy: (vectors, obs) => actor.greedy.act(unflattenParams(actor.layout, vectors.actor), obs) };
    }),
    refuses: onlyContinuous,
  },
  {
    algorithm: onRandomData(iql),
    actions: ['discrete', 'continuous'],
    masks: true,
    small: { ...ratesSmall, numEnvs, batchSize: 8, hiddenSizes: [8], tau: 0.1, nSteps: 2 },
    constant: ratesConstant,
    probe: { ...ratesProbe, numEnvs, batchSize: 64, hiddenSizes: [16], tau: 0.1 },
    probeSteps: 1500,
    estimates: (agent, spec, obs) => {
      const { critic, greedy } = iqlNetworks({ spec, config: agent.config as IqlConfig });
      const { actionSpace } = spec;
      return compute(agent, spec, obs, (vectors, seen) => {
        const judge = (action: tf.Tensor) => smallest(critic.apply(unflattenParams(critic.layout, vectors.critic), seen, action));
        if (actionSpace.type === 'box') return judge(tf.div(greedy.act(unflattenParams(greedy.layout, vectors.actor), seen), 10));
        const numActions = actionSpace.type === 'discrete' ? actionSpace.n : 0;
        const rows = tf.mul(tf.cast(tf.slice(seen, [0, 0], [seen.shape[0], 1]), 'float32'), 0);
        const same = (action: number) => tf.cast(tf.reshape(tf.add(rows, action), [-1]), 'int32');
        return tf.stack(
          Array.from({ length: numActions }, (_, action) => judge(same(action))),
          1,
        );
      });
    },
    refuses: [
      [multiDiscrete([2, 3]), /must be Discrete or a Box of floats/],
      [box({ low: 0, high: Number.POSITIVE_INFINITY, shape: [2] }), /must be finite/],
    ],
  },
];

/** The one on a table, which has no networks for the other suites to look at. */
export const tabularCase: AlgorithmCase = {
  algorithm: onRandomData(tabularBcq),
  actions: ['discrete'],
  masks: true,
  onIndices: true,
  small: { numEnvs, batchSize: 8, learningRate: { type: 'linear', from: 0.5, to: 0.1 }, nSteps: 2 },
  constant: { learningRate: 0.3 },
  probe: { numEnvs, batchSize: 64, learningRate: { type: 'linear', from: 0.5, to: 0.05 } },
  probeSteps: 200,
  estimates: async agent => ((await agent.state()) as { readonly vectors: { readonly table: Float32Array } }).vectors.table,
  refuses: [],
};

/** Every algorithm of this package, for the shared suites. */
export const algorithmCases: readonly AlgorithmCase[] = [{ ...bcCase, masks: false }, ...valueCases];
