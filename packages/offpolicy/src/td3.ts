/**
 * Twin Delayed Deep Deterministic policy gradient.
 *
 * Fujimoto, van Hoof, Meger (2018), "Addressing Function Approximation Error in Actor-Critic Methods", arXiv:1802.09477,
 * algorithm 1.
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, `critic`; of their targets θ′ `criticTarget`
 *   π_φ, φ′          policy `actor` and its target `actorTarget`
 *   d                policyDelay
 *   σ                noiseScale, of exploration
 *   σ̃, c             targetNoise, targetNoiseClip, of target policy smoothing
 *   τ                tau
 *
 * Deviations from the paper:
 * 1. Actions are rescaled to [−1, 1]ᴷ; all noise is counted there.
 * 2. Smoothed target actions are clipped to the bounds of the actions, which eq. 14 does not say; the authors' code does it.
 * 3. Exploration noise may be that of Ornstein and Uhlenbeck (`noise`; off).
 * 4. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations.
 * 5. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import { type ConfigOf, type CreateOptions, noiseInputs, type PolicyOptions, program, weightedMean } from '@zpin/core';
import { explorationFields } from './acting/deterministic-actor.ts';
import { actorCriticAgent, actorCriticAlgorithm, checkedConfig } from './actor-critic/actor-critic-agent.ts';
import { actorCriticConfigSchema, actorCriticFields, criticFields } from './actor-critic/actor-critic-fields.ts';
import { deterministicLearner, deterministicNetworks } from './actor-critic/deterministic-learner.ts';
import { periodicUpdate } from './actor-critic/periodic-update.ts';
import { meanError, smallest } from './critics/critics.ts';
import { td3Presets } from './presets/td3.ts';

// ---- configuration ----

/** Settings of what TD3 adds to a deterministic actor-critic: delayed updates and target policy smoothing. */
export const smoothingFields = {
  policyDelay: field.count({ default: 2, meaning: 'updates of the critics per update of the policy and of all targets (d)' }),
  targetNoise: field.nonNegative({
    default: 0.2,
    unit: 'half widths of the action box',
    meaning: 'deviation of the noise on target actions',
  }),
  targetNoiseClip: field.positive({
    default: 0.5,
    unit: 'half widths of the action box',
    meaning: 'largest noise on target actions (c)',
  }),
};

export const td3Config = actorCriticConfigSchema({
  ...actorCriticFields({ batchSize: 256, learningStarts: 100, learningRate: 1e-3 }),
  ...criticFields,
  ...smoothingFields,
  ...explorationFields,
});

export type Td3Config = ConfigOf<typeof td3Config>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function td3Networks(options: PolicyOptions<Td3Config>) {
  return deterministicNetworks('td3', options, { count: 2 });
}

// ---- losses ----

/**
 * ã = clip(π′(s′) + clip(σ̃ ε, −c, c), −1, 1) (eq. 14; deviation 2): target policy smoothing.
 * @param action `[B, K]`: π′(s′), in [−1, 1] @param noise `[B, K]`: ε, standard normal @returns `[B, K]`
 */
export function smoothedAction(action: tf.Tensor, noise: tf.Tensor, { scale, clip }: { scale: number; clip: number }): tf.Tensor {
  return tf.clipByValue(tf.add(action, tf.clipByValue(tf.mul(noise, scale), -clip, clip)), -1, 1);
}

/** y = r + d min_i Q′_i(s′, ã) (algorithm 1): `[B]`. @param reward `[B]` @param discount `[B]` @param nextQ `[B]` each */
export function td3Target(reward: tf.Tensor, discount: tf.Tensor, nextQ: readonly tf.Tensor[]): tf.Tensor {
  return tf.add(reward, tf.mul(discount, smallest(nextQ)));
}

/**
 * Σ_i mean (Q_i(s, a) − y)² (algorithm 1): scalar.
 * @param q `[B]` each @param target `[B]`, constant @param weight `[B]`; 1 when omitted
 */
export function td3CriticLoss(q: readonly tf.Tensor[], target: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.addN(q.map(values => weightedMean(tf.squaredDifference(values, target), weight)));
}

/**
 * −mean Q_1(s, π(s)): its gradient is the deterministic policy gradient (eq. 1), negated: scalar.
 * @param q `[B]`: of the first critic
 */
export function td3ActorLoss(q: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(q));
}

// ---- agent ----

/** Builds a TD3 agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create(options: CreateOptions<Td3Config>) {
  const config = checkedConfig('td3', td3Config, options);
  const { spec, seed, engine } = options;
  // The last loss of the policy, to be reported by the updates that leave it alone.
  const extra = { actorLoss: new Float32Array(1) };
  const learner = deterministicLearner({
    ...{ algorithm: 'td3', spec, config, seed, engine, extra },
    ...td3Networks({ spec, config }),
  });
  const { actor, critic, store, toUnit, updateRng, actionSize: width } = learner;
  const smoothing = { scale: config.targetNoise, clip: config.targetNoiseClip };

  /** One round of algorithm 1, with or without the delayed steps of the policy and of the targets. */
  const update = periodicUpdate(config.policyDelay, isDelayedStep =>
    program(store, {
      name: isDelayedStep ? 'td3.update' : 'td3.update-critics',
      inputs: { ...learner.inputs, nextNoise: ['batch', width] },
      run: (state, { obs, reward, nextObs, discount, weight, ...batch }) => {
        const nextAction = smoothedAction(actor.targetAt(state)(nextObs), batch.nextNoise, smoothing);
        const y = td3Target(reward, discount, critic.targetAt(state)(nextObs, nextAction));
        const action = toUnit(batch.action);
        const fit = critic.descend(state, batch.criticLearningRate, q => {
          const values = q(obs, action);
          return { loss: td3CriticLoss(values, y, weight), q: values[0], error: meanError(values, y) };
        });
        const outputs = { error: fit.error };
        const metrics = { criticLoss: fit.loss, qValue: tf.mean(fit.q) };
        if (!isDelayedStep) return { state: fit.next, outputs, metrics: { ...metrics, actorLoss: state.actorLoss } };

        const climb = actor.descend(state, batch.actorLearningRate, policy => ({
          loss: td3ActorLoss(critic.at(fit.next)(obs, policy(obs))[0]),
        }));
        const targets = { ...actor.follow(state, climb.next, config.tau), ...critic.follow(state, fit.next, config.tau) };
        return {
          state: { ...fit.next, ...climb.next, ...targets, actorLoss: climb.loss },
          outputs,
          metrics: { ...metrics, actorLoss: climb.loss },
        };
      },
    }),
  );

  const noise = noiseInputs(updateRng, { nextNoise: { width } });
  return actorCriticAgent({ ...learner.parts, ...update, memory: { updateRng, ...update.memory }, noise });
}

/** Twin Delayed Deep Deterministic policy gradient, for continuous actions. */
export const td3 = actorCriticAlgorithm<Td3Config>({
  id: 'td3',
  title: 'Twin Delayed Deep Deterministic policy gradient (TD3)',
  paper: 'Fujimoto et al. 2018, "Addressing Function Approximation Error in Actor-Critic Methods", arXiv:1802.09477',
  config: td3Config,
  presets: td3Presets,
  create,
  greedy: options => td3Networks(options).actor.greedy,
});
