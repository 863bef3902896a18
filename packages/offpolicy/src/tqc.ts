/**
 * Truncated quantile critics: SAC with critics that learn the distribution of the return, whose largest quantiles targets leave
 * out.
 *
 * Kuznetsov, Shvechikov, Grishin, Vetrov (2020), "Controlling Overestimation Bias with Truncated Mixture of Continuous
 * Distributional Quantile Critics", arXiv:2005.04269, algorithm 1.
 *
 *   paper            here
 *   N, Z_ψn          numCritics, `critic`; of their targets `target`
 *   M, θ^m_ψn        numQuantiles
 *   d = M − k        droppedQuantiles, for each critic
 *   π_φ, α           policy `actor`, temperature `logAlpha`, as in SAC
 *   β                tau
 *
 * Deviations from the paper:
 * 1. Two critics unless asked for more, as others use it; the paper has five, and drops two quantiles of each.
 * 2. The quantiles that stay are told by their ranks instead of by sorting: the loss gives the others weight 0.
 * 3. Those of SAC here: temperature, rescaled actions, time limits; n-step and prioritized replay and normalised observations as
 *    switches.
 */

import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, field, message } from '@zpin/contracts';
import { type ConfigOf, type CreateOptions, type PolicyOptions, program, quantileMidpoints, weightedMean } from '@zpin/core';
import { correlationField } from './acting/stochastic-actor.ts';
import { actorCriticAgent, actorCriticAlgorithm, checkedConfig } from './actor-critic/actor-critic-agent.ts';
import { actorCriticConfigSchema, actorCriticFields, criticFields } from './actor-critic/actor-critic-fields.ts';
import { softFields, softLearner, softNetworks, softReport } from './actor-critic/soft-learner.ts';
import { meanError } from './critics/critics.ts';
import { tqcPresets } from './presets/tqc.ts';

// ---- configuration ----

export const tqcConfig = actorCriticConfigSchema({
  ...actorCriticFields({ batchSize: 256, learningStarts: 100, learningRate: 3e-4 }),
  ...criticFields,
  numCritics: field.count({ max: 100, default: 2, meaning: 'critics (N)' }),
  numQuantiles: field.count({ min: 2, max: 1000, default: 25, meaning: 'quantiles of each critic (M)' }),
  droppedQuantiles: field.count({
    min: 0,
    max: 1000,
    default: 2,
    meaning: 'quantiles per critic, the largest, that targets leave out (d)',
  }),
  ...softFields,
  ...correlationField,
});

export type TqcConfig = ConfigOf<typeof tqcConfig>;

/** Most quantiles of all critics together: an update compares each with each, a million pairs for every row of a batch. */
const MAX_ATOMS = 1000;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function tqcNetworks(options: PolicyOptions<TqcConfig>) {
  const { numCritics: count, numQuantiles: outputs } = options.config;
  return softNetworks('tqc', options, { count, outputs });
}

// ---- losses ----

/**
 * Which atoms a target keeps: 1 for the `kept` smallest of each row, 0 for the rest. Of equal ones the first are smaller.
 * @param atoms `[B, T]` @returns `[B, T]`
 */
export function smallestAtoms(atoms: tf.Tensor, kept: number): tf.Tensor {
  const size = atoms.shape[1] as number;
  const [mine, other] = [tf.expandDims(atoms, 2), tf.expandDims(atoms, 1)];
  const isEarlier = tf.tensor2d(Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => Number(j < i))));
  const ties = tf.mul(tf.cast(tf.equal(other, mine), 'float32'), isEarlier);
  const rank = tf.sum(tf.add(tf.cast(tf.less(other, mine), 'float32'), ties), 2);
  return tf.cast(tf.less(rank, kept), 'float32');
}

export interface TqcTargetInput {
  /** `[B]` */
  readonly reward: tf.Tensor;
  /** `[B]`: γ, or 0 after a termination. */
  readonly discount: tf.Tensor;
  /** `[B, T]`: the atoms of all target critics at (s′, a′). */
  readonly nextAtoms: tf.Tensor;
  /** `[B]`: log π(a′|s′) */
  readonly nextLogProb: tf.Tensor;
  /** Scalar or `[1]` */
  readonly alpha: tf.Tensor;
}

/** y_i = r + d (z_i − α log π(a′|s′)), a′ ~ π (eq. 10): `[B, T]`. */
export function tqcTarget({ reward, discount, nextAtoms, nextLogProb, alpha }: TqcTargetInput): tf.Tensor {
  const soft = tf.sub(nextAtoms, tf.expandDims(tf.mul(alpha, nextLogProb), 1));
  return tf.add(tf.expandDims(reward, 1), tf.mul(tf.expandDims(discount, 1), soft));
}

/**
 * Quantile Huber loss of one critic (eq. 11 and 12): `[B]`, mean over its quantiles and the kept targets.
 * @param quantiles θ `[B, M]` @param target y `[B, T]`, constant @param keep `[B, T]`: 1 for the targets that count @param kept
 * their number
 */
export function tqcCriticLoss(quantiles: tf.Tensor, target: tf.Tensor, keep: tf.Tensor, kept: number): tf.Tensor {
  const size = quantiles.shape[1] as number;
  const tau = tf.expandDims(quantileMidpoints(size), 2);
  const error = tf.sub(tf.expandDims(target, 1), tf.expandDims(quantiles, 2));
  // The slope of core's `huber` is rounded in another way, which would change every run in the last bits.
  const distance = tf.abs(error);
  const near = tf.minimum(distance, 1);
  const huber = tf.add(tf.mul(tf.square(near), 0.5), tf.sub(distance, near));
  const slope = tf.abs(tf.sub(tau, tf.cast(tf.less(error, 0), 'float32')));
  const all = tf.mul(tf.mul(slope, huber), tf.expandDims(keep, 1));
  return tf.div(tf.sum(all, [1, 2]), size * kept);
}

/**
 * J_π = mean (α log π(a|s) − mean of all atoms) (eq. 13): scalar.
 * @param q `[B]` each: means of the critics @param logProb `[B]`
 */
export function tqcActorLoss(q: readonly tf.Tensor[], logProb: tf.Tensor, alpha: tf.Tensor): tf.Tensor {
  return tf.mean(tf.sub(tf.mul(alpha, logProb), tf.div(tf.addN([...q]), q.length)));
}

// ---- agent ----

/** Builds a TQC agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create(options: CreateOptions<TqcConfig>) {
  const config = checkedConfig('tqc', tqcConfig, options);
  const kept = keptAtoms(config);
  const { spec, seed, engine } = options;
  const learner = softLearner({ algorithm: 'tqc', spec, config, seed, engine, ...tqcNetworks({ spec, config }) });
  const { actor, critic, temperature, targetEntropy, toUnit } = learner;

  /** One round of algorithm 1: critics, policy, temperature, targets. */
  const update = program(learner.store, {
    name: 'tqc.update',
    inputs: learner.inputs,
    run: (state, { obs, reward, nextObs, discount, weight, criticLearningRate: learningRate, ...batch }) => {
      const alpha = temperature.at(state);

      const next = actor.at(state)(nextObs).sampleWithLogProb(batch.nextNoise);
      const nextAtoms = tf.concat(critic.targetAt(state)(nextObs, next.action), 1);
      const y = tqcTarget({ reward, discount, nextAtoms, nextLogProb: next.logProb, alpha });
      const keep = smallestAtoms(nextAtoms, kept);
      const yMean = tf.div(tf.sum(tf.mul(y, keep), 1), kept);
      const action = toUnit(batch.action);
      const fit = critic.descend(state, learningRate, z => {
        const quantiles = z(obs, action);
        const losses = quantiles.map(own => weightedMean(tqcCriticLoss(own, y, keep, kept), weight));
        const q = quantiles.map(own => tf.mean(own, 1));
        return { loss: tf.addN(losses), q: q[0], error: meanError(q, yMean) };
      });

      const climb = actor.descend(state, batch.actorLearningRate, policy => {
        const { action, logProb } = policy(obs).sampleWithLogProb(batch.noise);
        const q = critic
          .at(fit.next)(obs, action)
          .map(own => tf.mean(own, 1));
        return { loss: tqcActorLoss(q, logProb, alpha), logProb };
      });

      const adapted = temperature.adapt(state, { logProb: climb.logProb, targetEntropy, learningRate });
      const target = critic.follow(state, fit.next, config.tau);
      return { state: { ...fit.next, ...climb.next, ...target, ...adapted }, ...softReport({ fit, climb, alpha }) };
    },
  });

  return actorCriticAgent({ ...learner.parts, learn: update, programs: [update] });
}

/** Atoms of all critics that targets keep. @throws ConfigError when none are left, or there are too many to compare */
function keptAtoms({ numCritics, numQuantiles, droppedQuantiles }: TqcConfig): number {
  if (droppedQuantiles >= numQuantiles) {
    const expectation = `droppedQuantiles must be below numQuantiles, ${numQuantiles}`;
    throw new ConfigError(message('tqc', expectation, droppedQuantiles, 'Drop fewer, or have more quantiles'));
  }
  const atoms = numCritics * numQuantiles;
  if (atoms > MAX_ATOMS) {
    const expectation = `numCritics times numQuantiles must be at most ${MAX_ATOMS}`;
    throw new ConfigError(message('tqc', expectation, atoms, 'Have fewer critics or fewer quantiles of each'));
  }
  return (numQuantiles - droppedQuantiles) * numCritics;
}

/** Truncated Quantile Critics, for continuous actions. */
export const tqc = actorCriticAlgorithm<TqcConfig>({
  id: 'tqc',
  title: 'Truncated Quantile Critics (TQC)',
  paper:
    'Kuznetsov et al. 2020, "Controlling Overestimation Bias with Truncated Mixture of Continuous Distributional Quantile Critics", arXiv:2005.04269',
  config: tqcConfig,
  presets: tqcPresets,
  create,
  greedy: options => tqcNetworks(options).actor.greedy,
});
