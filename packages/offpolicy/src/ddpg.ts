/**
 * Deep Deterministic Policy Gradient.
 *
 * Lillicrap, Hunt, Pritzel, Heess, Erez, Tassa, Silver, Wierstra (2016), "Continuous control with deep reinforcement learning",
 * arXiv:1509.02971, algorithm 1.
 *
 *   paper            here
 *   Q, θ^Q           critic, `critic`; of its target Q′ `criticTarget`
 *   μ, θ^μ           policy, `actor`; of its target μ′ `actorTarget`
 *   N_t              exploration noise: `noise`, `noiseScale`
 *   N                batchSize
 *   τ                tau
 *
 * Deviations from the paper:
 * 1. Exploration noise is Gaussian unless `noise` says otherwise; the paper's is `ornstein-uhlenbeck` with a scale of 0.2. Its
 *    process begins anew in each episode, as there, but in its stationary distribution (`action-noise.ts` says why).
 * 2. No batch normalisation and no weight decay; the action enters the critic's first layer; all layers start as PyTorch draws
 *    them.
 * 3. Targets may be copied now and then instead of followed slowly (`targetUpdateEveryUpdates` with `tau` 1).
 * 4. Actions are rescaled to [−1, 1]ᴷ; noise is counted there.
 * 5. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations, and what hindsight replay
 *    works best with: targets clipped to what returns can be, a penalty on large actions, some wholly random ones (Andrychowicz
 *    et al. 2017, appendix A).
 * 6. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, field, message } from '@zpin/contracts';
import { type ConfigOf, type CreateOptions, type PolicyOptions, program, weightedMean } from '@zpin/core';
import { explorationFields } from './acting/deterministic-actor.ts';
import { actorCriticAgent, actorCriticAlgorithm, checkedConfig } from './actor-critic/actor-critic-agent.ts';
import { actorCriticConfigSchema, actorCriticFields, criticFields } from './actor-critic/actor-critic-fields.ts';
import { deterministicLearner, deterministicNetworks } from './actor-critic/deterministic-learner.ts';
import { periodicUpdate } from './actor-critic/periodic-update.ts';
import { meanError } from './critics/critics.ts';
import { ddpgPresets } from './presets/ddpg.ts';

// ---- configuration ----

export const ddpgConfig = actorCriticConfigSchema({
  ...actorCriticFields({ batchSize: 256, learningStarts: 100, learningRate: 1e-3 }),
  ...criticFields,
  targetUpdateEveryUpdates: field.count({
    default: 1,
    unit: 'updates',
    meaning: 'updates of the networks per update of their targets',
  }),
  valueMin: field.number({ default: null, meaning: 'smallest target of the critic; null: none' }),
  valueMax: field.number({ default: null, meaning: 'largest target of the critic; null: none' }),
  ...explorationFields,
  actionPenalty: field.nonNegative({
    default: 0,
    meaning: "weight of the mean squared action, in [-1, 1], in the policy's loss",
  }),
});

export type DdpgConfig = ConfigOf<typeof ddpgConfig>;

// ---- networks ----

/** The policy and the critic. @throws SpaceError unless actions are a bounded `Box` */
export function ddpgNetworks(options: PolicyOptions<DdpgConfig>) {
  return deterministicNetworks('ddpg', options, { count: 1 });
}

// ---- losses ----

/** y = r + d Q′(s′, μ′(s′)) (algorithm 1): `[B]`. @param reward `[B]` @param discount `[B]` @param nextQ `[B]` */
export function ddpgTarget(reward: tf.Tensor, discount: tf.Tensor, nextQ: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, nextQ));
}

/**
 * clip(y, min, max): targets within what returns can be (Andrychowicz et al. 2017, arXiv:1707.01495, appendix A).
 * @param target `[B]` @param min null for none @param max null for none @returns `[B]`
 */
export function clippedTarget(target: tf.Tensor, min: number | null, max: number | null): tf.Tensor {
  const above = min === null ? target : tf.maximum(target, min);
  return max === null ? above : tf.minimum(above, max);
}

/**
 * L = mean (Q(s, a) − y)² (algorithm 1): scalar.
 * @param q `[B]` @param target `[B]`, constant @param weight `[B]`; 1 when omitted
 */
export function ddpgCriticLoss(q: tf.Tensor, target: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return weightedMean(tf.squaredDifference(q, target), weight);
}

/**
 * −mean Q(s, μ(s)): its gradient is the deterministic policy gradient (eq. 6), negated. To it comes `penalty` · mean μ(s)².
 * @param q `[B]` @param action `[B, K]`: μ(s), in [−1, 1]
 */
export function ddpgActorLoss(q: tf.Tensor, action: tf.Tensor, penalty: number): tf.Tensor {
  const loss = tf.neg(tf.mean(q));
  return penalty === 0 ? loss : tf.add(loss, tf.mul(tf.mean(tf.square(action)), penalty));
}

// ---- agent ----

/** Builds a DDPG agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create(options: CreateOptions<DdpgConfig>) {
  const config = checkedConfig('ddpg', ddpgConfig, options);
  const { valueMin, valueMax, actionPenalty, tau } = config;
  if (valueMin !== null && valueMax !== null && valueMin >= valueMax) {
    throw new ConfigError(
      message('ddpg', `valueMin must be below valueMax, ${valueMax}`, valueMin, 'Swap them, or give null for no bound'),
    );
  }
  const { spec, seed, engine } = options;
  const learner = deterministicLearner({ algorithm: 'ddpg', spec, config, seed, engine, ...ddpgNetworks({ spec, config }) });
  const { actor, critic, toUnit } = learner;

  /** One round of algorithm 1, with or without the step of the targets. */
  const update = periodicUpdate(config.targetUpdateEveryUpdates, movesTargets =>
    program(learner.store, {
      name: movesTargets ? 'ddpg.update' : 'ddpg.update-networks',
      inputs: learner.inputs,
      run: (state, { obs, reward, nextObs, discount, weight, ...batch }) => {
        const [nextQ] = critic.targetAt(state)(nextObs, actor.targetAt(state)(nextObs));
        const y = clippedTarget(ddpgTarget(reward, discount, nextQ), valueMin, valueMax);
        const action = toUnit(batch.action);
        const fit = critic.descend(state, batch.criticLearningRate, critics => {
          const [q] = critics(obs, action);
          return { loss: ddpgCriticLoss(q, y, weight), q };
        });

        const climb = actor.descend(state, batch.actorLearningRate, policy => {
          const action = policy(obs);
          const [q] = critic.at(fit.next)(obs, action);
          return { loss: ddpgActorLoss(q, action, actionPenalty) };
        });

        const targets = { ...actor.follow(state, climb.next, tau), ...critic.follow(state, fit.next, tau) };
        return {
          state: { ...fit.next, ...climb.next, ...(movesTargets && targets) },
          outputs: { error: meanError([fit.q], y) },
          metrics: { criticLoss: fit.loss, actorLoss: climb.loss, qValue: tf.mean(fit.q) },
        };
      },
    }),
  );

  return actorCriticAgent({ ...learner.parts, ...update });
}

/** Deep Deterministic Policy Gradient, for continuous actions. */
export const ddpg = actorCriticAlgorithm<DdpgConfig>({
  id: 'ddpg',
  title: 'Deep Deterministic Policy Gradient (DDPG)',
  paper: 'Lillicrap et al. 2016, "Continuous control with deep reinforcement learning", arXiv:1509.02971',
  config: ddpgConfig,
  presets: ddpgPresets,
  create,
  greedy: options => ddpgNetworks(options).actor.greedy,
});
