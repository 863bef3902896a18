import * as tf from '@tensorflow/tfjs-core';
import { type Agent, box, discrete, type EnvSpec, multiDiscrete, type NumericArray } from '@zpin/contracts';
import { observationInput, type ParameterLayout, program, Store, unflattenParams } from '@zpin/core';
import { type AlgorithmCase, compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { smallest } from '../src/critics/critics.ts';
import { type DdpgConfig, ddpg, ddpgNetworks } from '../src/ddpg.ts';
import { type DiscreteSacConfig, discreteSac, discreteSacNetworks } from '../src/discrete-sac.ts';
import { type RedqConfig, redq, redqNetworks } from '../src/redq.ts';
import { type SacConfig, sac, sacNetworks } from '../src/sac.ts';
import { type Td3Config, td3, td3Networks } from '../src/td3.ts';
import { type TqcConfig, tqc, tqcNetworks } from '../src/tqc.ts';

type Flat = Readonly<Record<'actor' | 'critic', tf.Tensor1D>>;

/** Computes on the weights that the agent acts and learns with. */
async function compute(
  agent: Agent,
  spec: EnvSpec,
  obs: NumericArray,
  run: (flat: Flat, obs: tf.Tensor) => tf.Tensor,
): Promise<NumericArray> {
  const { vectors } = (await agent.state()) as { vectors: Record<'actor' | 'critic', Float32Array> };
  const store = new Store(await compiledEngine(), { actor: vectors.actor, critic: vectors.critic });
  const call = program(store, {
    name: 'estimates',
    inputs: { obs: observationInput(spec.observationSpace) },
    run: (flat, inputs) => ({ outputs: { estimate: run(flat, inputs.obs) } }),
  });
  const estimate = (await call({ obs })).outputs.estimate.slice();
  call.dispose();
  store.dispose();
  return estimate;
}

/** V: what the critics say about the greedy action, which lies in [−10, 10] in all probes. */
const greedyValue =
  (
    networks: (
      spec: EnvSpec,
      config: unknown,
    ) => {
      readonly actor: ParameterLayout;
      readonly critic: {
        readonly layout: ParameterLayout;
        apply(params: ReturnType<typeof unflattenParams>, obs: tf.Tensor, action: tf.Tensor): tf.Tensor[];
      };
      greedy(params: ReturnType<typeof unflattenParams>, obs: tf.Tensor): tf.Tensor;
    },
  ): AlgorithmCase['estimates'] =>
  (agent, spec, obs) => {
    const { actor, critic, greedy } = networks(spec, agent.config);
    return compute(agent, spec, obs, (flat, seen) => {
      const action = tf.div(greedy(unflattenParams(actor, flat.actor), seen), 10);
      return smallest(critic.apply(unflattenParams(critic.layout, flat.critic), seen, action));
    });
  };

/** Q of both critics, the smaller one. */
const discreteValues: AlgorithmCase['estimates'] = (agent, spec, obs) => {
  const { critic } = discreteSacNetworks({ spec, config: agent.config as DiscreteSacConfig });
  return compute(agent, spec, obs, (flat, seen) => smallest(critic.apply(unflattenParams(critic.layout, flat.critic), seen)));
};

const small = {
  numEnvs: 2,
  bufferSize: 60,
  batchSize: 8,
  learningStarts: 30,
  trainEverySteps: 6,
  gradientSteps: 3,
  tau: 0.1,
  criticLearningRate: { type: 'linear', from: 1e-2, to: 1e-3 },
  actorLearningRate: { type: 'linear', from: 5e-3, to: 5e-4 },
  hiddenSizes: [8],
} as const;

const probe = {
  numEnvs: 4,
  bufferSize: 1000,
  batchSize: 64,
  learningStarts: 200,
  trainEverySteps: 4,
  gradientSteps: 1,
  tau: 0.1,
  criticLearningRate: { type: 'linear', from: 1e-2, to: 1e-4 },
  actorLearningRate: { type: 'linear', from: 1e-2, to: 1e-4 },
  hiddenSizes: [16],
} as const;

/** Step sizes that stay as they are. */
const constantRates = { criticLearningRate: 1e-2, actorLearningRate: 5e-3 } as const;

const noDiscrete = [
  [discrete(4), /Use discrete-sac, dqn or ppo/],
  [multiDiscrete([2, 3]), /Use ppo/],
  [box({ low: 0, high: Number.POSITIVE_INFINITY, shape: [2] }), /must be finite.*Bound the action space/],
] as const;

/** Every algorithm of this package, for the shared suites. */
export const algorithmCases: readonly AlgorithmCase[] = [
  {
    algorithm: sac,
    actions: ['continuous'],
    masks: false,
    small: { ...small, noiseCorrelation: 0.5 },
    constant: constantRates,
    // A small fixed temperature: the value of a soft optimal policy is that of the optimal one.
    probe: { ...probe, learnAlpha: false, alpha: 0.0005 },
    probeSteps: 4000,
    estimates: greedyValue((spec, config) => {
      const { actor, critic } = sacNetworks({ spec, config: config as SacConfig });
      return { actor: actor.layout, critic, greedy: actor.greedy.act };
    }),
    refuses: noDiscrete,
  },
  {
    algorithm: td3,
    actions: ['continuous'],
    masks: false,
    small: { ...small, noise: 'ornstein-uhlenbeck', noiseScale: { type: 'linear', from: 0.3, to: 0.1 } },
    constant: { ...constantRates, noiseScale: 0.1 },
    probe: { ...probe, noiseScale: 0.5, tau: 0.2 },
    probeSteps: 4000,
    estimates: greedyValue((spec, config) => {
      const { actor, critic } = td3Networks({ spec, config: config as Td3Config });
      return { actor: actor.layout, critic, greedy: actor.greedy.act };
    }),
    refuses: noDiscrete,
  },
  {
    algorithm: ddpg,
    actions: ['continuous'],
    masks: false,
    small: {
      ...small,
      targetUpdateEveryUpdates: 2,
      randomActionProbability: 0.2,
      actionPenalty: 0.1,
      valueMin: -20,
      noise: 'ornstein-uhlenbeck',
      noiseScale: { type: 'linear', from: 0.3, to: 0.1 },
    },
    constant: { ...constantRates, noiseScale: 0.1 },
    probe: { ...probe, noiseScale: 0.5, tau: 0.2 },
    probeSteps: 4000,
    estimates: greedyValue((spec, config) => {
      const { actor, critic } = ddpgNetworks({ spec, config: config as DdpgConfig });
      return { actor: actor.layout, critic, greedy: actor.greedy.act };
    }),
    refuses: noDiscrete,
  },
  {
    algorithm: redq,
    actions: ['continuous'],
    masks: false,
    small: { ...small, numCritics: 3, policyDelay: 2 },
    constant: constantRates,
    probe: { ...probe, numCritics: 3, policyDelay: 1, learnAlpha: false, alpha: 0.0005 },
    probeSteps: 4000,
    estimates: greedyValue((spec, config) => {
      const { actor, critic } = redqNetworks({ spec, config: config as RedqConfig });
      return { actor: actor.layout, critic, greedy: actor.greedy.act };
    }),
    refuses: noDiscrete,
  },
  {
    algorithm: tqc,
    actions: ['continuous'],
    masks: false,
    small: { ...small, numQuantiles: 5, droppedQuantiles: 1 },
    constant: constantRates,
    // Without truncation the mean of the quantiles is the value.
    probe: { ...probe, numQuantiles: 5, droppedQuantiles: 0, learnAlpha: false, alpha: 0.0005 },
    probeSteps: 4000,
    estimates: greedyValue((spec, config) => {
      const { actor, critic } = tqcNetworks({ spec, config: config as TqcConfig });
      const apply: typeof critic.apply = (...inputs) => critic.apply(...inputs).map(quantiles => tf.mean(quantiles, 1));
      return { actor: actor.layout, critic: { ...critic, apply }, greedy: actor.greedy.act };
    }),
    refuses: noDiscrete,
  },
  {
    algorithm: discreteSac,
    actions: ['discrete'],
    masks: true,
    // Slow enough for errors, in which rounding is small beside them, at every step.
    small: {
      ...small,
      criticLearningRate: { type: 'linear', from: 3e-3, to: 3e-4 },
      actorLearningRate: { type: 'linear', from: 1.5e-3, to: 1.5e-4 },
    },
    constant: constantRates,
    probe: { ...probe, learnAlpha: false, alpha: 0.01 },
    probeSteps: 4000,
    estimates: discreteValues,
    refuses: [
      [box({ low: -1, high: 1, shape: [2] }), /Use sac/],
      [multiDiscrete([2, 3]), /Use ppo/],
    ],
  },
];

const caseOf = (id: string): AlgorithmCase => {
  const found = algorithmCases.find(({ algorithm }) => algorithm.id === id);
  if (!found) throw new Error(`${id} must be in the table`);
  return found;
};

/** The same algorithms with what is off by default, for the suites that follow every bit. */
export const switchedCases: readonly AlgorithmCase[] = [
  { id: 'sac', small: { normalizeObservations: true, nSteps: 3, criticLayerNorm: true } },
  { id: 'td3', small: { prioritizedReplay: true }, constant: { priorityWeight: 1 } },
  {
    id: 'ddpg',
    small: { normalizeObservations: true, prioritizedReplay: true, nSteps: 2, criticLayerNorm: true },
    constant: { priorityWeight: 1 },
  },
  { id: 'redq', small: { normalizeObservations: true, noiseCorrelation: 0.5 } },
  { id: 'tqc', small: { prioritizedReplay: true, nSteps: 2 }, constant: { priorityWeight: 1 } },
  { id: 'discrete-sac', small: { prioritizedReplay: true, nSteps: 3 }, constant: { priorityWeight: 1 } },
].map(({ id, small, constant }) => {
  const plain = caseOf(id);
  const { algorithm } = plain;
  return {
    ...plain,
    algorithm: { ...algorithm, title: `${algorithm.title}, switches on` },
    small: { ...plain.small, ...small },
    constant: { ...plain.constant, ...constant },
  };
});
