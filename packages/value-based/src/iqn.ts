/**
 * Implicit quantile networks: learns any quantile of the return, and is trained on quantiles drawn at random.
 *
 * Dabney et al. (2018), "Implicit quantile networks for distributional reinforcement learning", arXiv:1806.06923.
 *
 *   paper        here
 *   ψ(x)         hidden layers [B, d]
 *   φ_j(τ)       `embed` (equation 4): relu(Σ_i cos(π i τ) w_ij + b_j), n = `embeddingSize` cosines
 *   Z_τ(x, a)    linear in ψ(x) ⊙ φ(τ): outputs of the network [B, A, N]
 *   N, N′        numQuantiles, drawn from U[0, 1) for each row of a batch and each of both networks
 *   K            numActingQuantiles
 *   β            `risk`
 *   loss, κ      `quantileLoss` with the drawn τ (equation 3), kappa
 *
 * Deviations from the paper:
 * 1. The agent acts on the mean of K quantiles at the midpoints of equal shares, where the paper draws K at random: a policy is
 *    then a function of the observation. With another measure of risk than the mean it acts on that of these K quantiles, where the
 *    paper draws the fractions from another distribution.
 * 2. N = N′, and the next action of a target is chosen by the mean of the quantiles that make the target. Any other measure of risk
 *    is taken at the K midpoints there, too.
 * 3. All hidden layers come before the product with φ.
 * 4. Step size and epsilon of Adam; a time limit bootstraps; the gradient is clipped to a global norm.
 */
import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import {
  type ConfigOf,
  combine,
  configSchema,
  dense,
  observationFeatures,
  type PolicyOptions,
  quantileMidpoints,
} from '@zpin/core';
import { cartPole } from './presets/cart-pole.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { doubleField, kappaField, qFields } from './q-learner/q-fields.ts';
import { discreteActions, type QNetwork } from './q-learner/q-network.ts';
import { riskFields } from './q-learner/risk.ts';
import { quantileUpdate } from './qr-dqn.ts';

// ---- configuration ----

export const iqnConfig = configSchema({
  ...qFields,
  numQuantiles: field.count({ max: 1000, default: 8, meaning: 'quantiles drawn for each row of a batch (N)' }),
  numActingQuantiles: field.count({ max: 10_000, default: 32, meaning: 'quantiles whose mean is the value of an action (K)' }),
  embeddingSize: field.count({ max: 10_000, default: 64, meaning: 'cosines that a fraction of the distribution is read by (n)' }),
  kappa: kappaField,
  double: doubleField(false),
  ...riskFields,
});

export type IqnConfig = ConfigOf<typeof iqnConfig>;

// ---- network ----

/** cos(π i τ) for i = 0 … n − 1 (equation 4). @param fractions τ `[B, N]` @returns `[B · N, n]` */
export function cosines(fractions: tf.Tensor, n: number): tf.Tensor {
  const frequencies = tf.tensor2d(
    Array.from({ length: n }, (_, i) => Math.PI * i),
    [1, n],
  );
  return tf.cos(tf.matMul(tf.reshape(fractions, [-1, 1]), frequencies));
}

/** Makes the network. @throws SpaceError unless actions are `Discrete` */
export function iqnNetwork({ spec, config }: PolicyOptions<IqnConfig>): QNetwork {
  const { numActions, firstAction } = discreteActions(spec, 'iqn');
  const { numQuantiles, numActingQuantiles, embeddingSize } = config;
  const hidden = observationFeatures(spec.observationSpace, { ...config, initialization: 'fan-in' });
  const width = hidden.outputSize;
  const { layout, init, parts } = combine({
    hidden,
    embedding: dense({ inputSize: embeddingSize, outputSize: width }),
    output: dense({ inputSize: width, outputSize: numActions }),
  });
  const embed = (params: Parameters<QNetwork['apply']>[0], fractions: tf.Tensor) =>
    tf.reshape(tf.relu(parts.embedding.apply(params, cosines(fractions, embeddingSize))), [
      -1,
      fractions.shape[1] as number,
      width,
    ]);
  return {
    layout,
    init,
    numActions,
    firstAction,
    outputs: numActingQuantiles,
    noiseSize: numQuantiles,
    noiseKind: 'fractions',
    apply(params, obs, noise) {
      const fractions = noise ?? quantileMidpoints(numActingQuantiles);
      const product = tf.mul(tf.expandDims(parts.hidden.apply(params, obs), 1), embed(params, fractions));
      const quantiles = parts.output.apply(params, tf.reshape(product, [-1, width]));
      return tf.transpose(tf.reshape(quantiles, [-1, fractions.shape[1] as number, numActions]), [0, 2, 1]);
    },
  };
}

// ---- algorithm ----

/** Implicit quantile networks, for discrete actions. */
export const iqn = qAlgorithm<IqnConfig>({
  id: 'iqn',
  title: 'Implicit quantile networks (IQN)',
  paper: 'Dabney et al. 2018, "Implicit quantile networks for distributional reinforcement learning", arXiv:1806.06923',
  network: iqnNetwork,
  update: quantileUpdate,
  config: iqnConfig,
  samplesPerRow: ({ numQuantiles, numActingQuantiles }) => Math.max(numQuantiles, numActingQuantiles),
  presets: { 'CartPole-v1': cartPole.iqn },
});
