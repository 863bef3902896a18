/**
 * Soft Actor-Critic with a fixed or a learned temperature.
 *
 * Haarnoja, Zhou, Hartikainen, Tucker, Ha, Tan, Kumar, Zhu, Gupta, Abbeel, Levine (2018), "Soft Actor-Critic Algorithms and
 * Applications", arXiv:1812.05905, algorithm 1.
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, `critic`; of their targets θ̄ `target`
 *   π_φ              policy, `actor`: a normal distribution squashed by tanh (appendix C)
 *   α                alpha, as its logarithm `logAlpha`
 *   H̄                targetEntropy
 *   τ                tau
 *   λ_Q, λ_π         criticLearningRate, actorLearningRate; λ is that of the critics
 *
 * Deviations from the paper:
 * 1. The temperature descends on −log α · (log π + H̄), whose gradient by log α is that of eq. 18 without the factor α: α stays
 *    positive, and a small one grows as fast as a large one falls.
 * 2. The policy ascends on the critics that this update has made, as the authors' code and most others do.
 * 3. Actions are rescaled to [−1, 1]ᴷ; entropy is counted there, so H̄ = −K suits any bounds.
 * 4. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations.
 * 5. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { type ConfigOf, type CreateOptions, type PolicyOptions, program, weightedMean } from '@zpin/core';
import { correlationField } from './acting/stochastic-actor.ts';
import { actorCriticAgent, actorCriticAlgorithm, checkedConfig } from './actor-critic/actor-critic-agent.ts';
import { actorCriticConfigSchema, actorCriticFields, criticFields } from './actor-critic/actor-critic-fields.ts';
import { softFields, softLearner, softNetworks, softReport } from './actor-critic/soft-learner.ts';
import { meanError, smallest } from './critics/critics.ts';
import { sacPresets } from './presets/sac.ts';

// ---- configuration ----

export const sacConfig = actorCriticConfigSchema({
  ...actorCriticFields({ batchSize: 256, learningStarts: 100, learningRate: 3e-4 }),
  ...criticFields,
  ...softFields,
  ...correlationField,
});

export type SacConfig = ConfigOf<typeof sacConfig>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function sacNetworks(options: PolicyOptions<SacConfig>) {
  return softNetworks('sac', options, { count: 2 });
}

// ---- losses ----

export interface SacTargetInput {
  /** `[B]` */
  readonly reward: tf.Tensor;
  /** `[B]`: γ, or 0 after a termination. */
  readonly discount: tf.Tensor;
  /** `[B]` each: the target critics' Q̄(s′, a′). */
  readonly nextQ: readonly tf.Tensor[];
  /** `[B]`: log π(a′|s′) */
  readonly nextLogProb: tf.Tensor;
  /** Scalar or `[1]` */
  readonly alpha: tf.Tensor;
}

/** y = r + d (min_i Q̄_i(s′, a′) − α log π(a′|s′)), a′ ~ π (eq. 2 and 3 in eq. 5): `[B]`. */
export function sacTarget({ reward, discount, nextQ, nextLogProb, alpha }: SacTargetInput): tf.Tensor {
  return tf.add(reward, tf.mul(discount, tf.sub(smallest(nextQ), tf.mul(alpha, nextLogProb))));
}

/**
 * J_Q = Σ_i mean ½ (Q_i(s, a) − y)² (eq. 5): scalar.
 * @param q `[B]` each @param target `[B]`, constant @param weight `[B]`; 1 when omitted
 */
export function sacCriticLoss(q: readonly tf.Tensor[], target: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.mul(tf.addN(q.map(values => weightedMean(tf.squaredDifference(values, target), weight))), 0.5);
}

/**
 * J_π = mean (α log π(a|s) − min_i Q_i(s, a)), a by the reparametrisation trick (eq. 9): scalar.
 * @param q `[B]` each @param logProb `[B]`
 */
export function sacActorLoss(q: readonly tf.Tensor[], logProb: tf.Tensor, alpha: tf.Tensor): tf.Tensor {
  return tf.mean(tf.sub(tf.mul(alpha, logProb), smallest(q)));
}

// ---- agent ----

/** Builds a SAC agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create(options: CreateOptions<SacConfig>) {
  const config = checkedConfig('sac', sacConfig, options);
  const { spec, seed, engine } = options;
  const learner = softLearner({ algorithm: 'sac', spec, config, seed, engine, ...sacNetworks({ spec, config }) });
  const { actor, critic, temperature, targetEntropy, toUnit } = learner;

  /** One round of algorithm 1: critics, policy, temperature, targets. */
  const update = program(learner.store, {
    name: 'sac.update',
    inputs: learner.inputs,
    run: (state, { obs, reward, nextObs, discount, weight, criticLearningRate, actorLearningRate, ...batch }) => {
      const alpha = temperature.at(state);

      const next = actor.at(state)(nextObs).sampleWithLogProb(batch.nextNoise);
      const nextQ = critic.targetAt(state)(nextObs, next.action);
      const y = sacTarget({ reward, discount, nextQ, nextLogProb: next.logProb, alpha });
      const action = toUnit(batch.action);
      const fit = critic.descend(state, criticLearningRate, q => {
        const values = q(obs, action);
        return { loss: sacCriticLoss(values, y, weight), q: values[0], error: meanError(values, y) };
      });

      const climb = actor.descend(state, actorLearningRate, policy => {
        const { action, logProb } = policy(obs).sampleWithLogProb(batch.noise);
        return { loss: sacActorLoss(critic.at(fit.next)(obs, action), logProb, alpha), logProb };
      });

      const { logProb } = climb;
      const adapted = temperature.adapt(state, { logProb, targetEntropy, learningRate: criticLearningRate });
      const target = critic.follow(state, fit.next, config.tau);
      return { state: { ...fit.next, ...climb.next, ...target, ...adapted }, ...softReport({ fit, climb, alpha }) };
    },
  });

  return actorCriticAgent({ ...learner.parts, learn: update, programs: [update] });
}

/** Soft Actor-Critic, for continuous actions. */
export const sac = actorCriticAlgorithm<SacConfig>({
  id: 'sac',
  title: 'Soft Actor-Critic',
  paper: 'Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", arXiv:1812.05905',
  config: sacConfig,
  presets: sacPresets,
  create,
  greedy: options => sacNetworks(options).actor.greedy,
});
