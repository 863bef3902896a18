/**
 * Soft Actor-Critic with a fixed or a learned temperature.
 *
 * Haarnoja, Zhou, Hartikainen, Tucker, Ha, Tan, Kumar, Zhu, Gupta, Abbeel, Levine (2018), "Soft Actor-Critic Algorithms and Applications",
 * arXiv:1812.05905, algorithm 1.
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, `critic`; of their targets θ̄ `target`
 *   π_φ              policy, `actor`: a normal distribution squashed by tanh (appendix C)
 *   α                alpha, as its logarithm `logAlpha`
 *   H̄                targetEntropy
 *   τ                tau
 *   λ_Q, λ_π, λ      learningRate, that of the policy times actorLearningRateScale
 *
 * Deviations from the paper:
 * 1. The temperature descends on −log α · (log π + H̄), whose gradient by log α is that of eq. 18 without the factor α: α stays positive, and
 *    a small one grows as fast as a large one falls.
 * 2. The policy ascends on the critics that this update has made, as the authors' code and most others do.
 * 3. Actions are rescaled to [−1, 1]ᴷ; entropy is counted there, so H̄ = −K suits any bounds.
 * 4. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations.
 * 5. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs';
import { type OffPolicyAgent, Rng } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  count,
  field,
  hiddenSizes,
  layout,
  observationInput,
  type PolicyOptions,
  positive,
  probability,
  program,
  Store,
  scheduled,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { agentConfig } from './agent-config.ts';
import { critics, meanError, smallest, weightedMean } from './critics.ts';
import { maybeNormalized, normalizationFields } from './normalized-agent.ts';
import { polyak } from './polyak.ts';
import { replayFields } from './replay-fields.ts';
import { sacPresets } from './sac-presets.ts';
import { softAgent } from './soft-agent.ts';
import { stochasticActing, stochasticActor } from './stochastic-actor.ts';
import { trainOnReplay } from './train-on-replay.ts';

// ---- configuration ----

export const sacConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  batchSize: count({ default: 256, unit: 'transitions', meaning: 'size of a minibatch' }),
  learningStarts: count({
    min: 0,
    default: 100,
    unit: 'environment steps',
    meaning: 'steps of uniform actions before the first update',
  }),
  trainEverySteps: count({ default: 1, unit: 'environment steps', meaning: 'steps between two rounds of updates' }),
  gradientSteps: count({ default: 1, meaning: 'updates in each round' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  tau: field(z.number().gt(0).max(1), {
    default: 0.005,
    meaning: 'share of the critics that goes into their targets at each update',
  }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  actorLearningRateScale: positive({ default: 1, meaning: 'step size of Adam for the policy, as a multiple of learningRate' }),
  alpha: positive({ default: 1, meaning: 'weight of the entropy (temperature); where it is learned, the first one' }),
  learnAlpha: field(z.boolean(), { default: true, meaning: 'adapt the temperature to the target entropy' }),
  targetEntropy: field(z.number().nullable(), {
    default: null,
    unit: 'nats',
    meaning: 'entropy that a learned temperature aims at, of actions in [-1, 1]; null: minus the size of an action',
  }),
  noiseCorrelation: field(z.number().min(0).lt(1), {
    default: 0,
    meaning: 'correlation of the noise of exploring actions from step to step; 0: independent',
  }),
  ...replayFields,
  ...normalizationFields,
  hiddenSizes: hiddenSizes({ default: [256, 256], meaning: 'units of each hidden layer of the policy and of each critic' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
});

export type SacConfig = z.output<typeof sacConfig>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function sacNetworks({ spec, config }: PolicyOptions<SacConfig>) {
  const { hiddenSizes, activation } = config;
  const actor = stochasticActor('sac', spec, config);
  const { observationSpace } = spec;
  const critic = critics({ observationSpace, actionSize: actor.box.size, hiddenSizes, activation, count: 2 });
  return { actor, critic };
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

/** J_Q = Σ_i mean ½ (Q_i(s, a) − y)² (eq. 5): scalar. @param q `[B]` each @param target `[B]`, constant @param weight `[B]`; 1 when omitted */
export function sacCriticLoss(q: readonly tf.Tensor[], target: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.mul(tf.addN(q.map(values => weightedMean(tf.squaredDifference(values, target), weight))), 0.5);
}

/** J_π = mean (α log π(a|s) − min_i Q_i(s, a)), a by the reparametrisation trick (eq. 9): scalar. @param q `[B]` each @param logProb `[B]` */
export function sacActorLoss(q: readonly tf.Tensor[], logProb: tf.Tensor, alpha: tf.Tensor): tf.Tensor {
  return tf.mean(tf.sub(tf.mul(alpha, logProb), smallest(q)));
}

/** J(α) = −log α · mean (log π(a|s) + H̄) (eq. 18; deviation 1): scalar. @param logAlpha `[1]` @param logProb `[B]`, constant */
export function temperatureLoss(logAlpha: tf.Tensor, logProb: tf.Tensor, targetEntropy: number | tf.Tensor): tf.Tensor {
  return tf.neg(tf.mul(tf.sum(logAlpha), tf.add(tf.mean(logProb), targetEntropy)));
}

// ---- agent ----

/** Builds a SAC agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<SacConfig>): OffPolicyAgent<SacConfig> {
  const config = agentConfig('sac', sacConfig, { spec, config: given });
  const { actor, critic } = sacNetworks({ spec, config });
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const optimizer = adam();
  const alphaLayout = layout([['logAlpha', [1]]]);
  const firstCritic = critic.init(initRng);
  const store = new Store(engine, {
    actor: actor.init(initRng),
    critic: firstCritic,
    target: firstCritic,
    logAlpha: Float32Array.of(Math.log(config.alpha)),
    actorAdam: optimizer.init(actor.layout.size),
    criticAdam: optimizer.init(critic.layout.size),
    alphaAdam: optimizer.init(1),
  });
  const acting = stochasticActing({ algorithm: 'sac', spec, actor, store, rng: actionRng, config });
  const { box, policy } = actor;
  const obsInput = observationInput(spec.observationSpace);
  const actionInput = ['batch', box.size] as const;

  /** One round of algorithm 1: critics, policy, temperature, targets. */
  const updateProgram = program(store, {
    name: 'sac.update',
    inputs: {
      obs: obsInput,
      action: actionInput,
      reward: ['batch'],
      nextObs: obsInput,
      discount: ['batch'],
      weight: ['batch'],
      noise: actionInput,
      nextNoise: actionInput,
      learningRate: [],
    },
    run: (state, batch) => {
      const alpha = tf.exp(state.logAlpha);
      const { obs, reward, nextObs, discount } = batch;

      const next = policy(unflattenParams(actor.layout, state.actor), nextObs).sampleWithLogProb(batch.nextNoise);
      const nextQ = critic.apply(unflattenParams(critic.layout, state.target), nextObs, next.action);
      const y = sacTarget({ reward, discount, nextQ, nextLogProb: next.logProb, alpha });
      const action = box.toUnit(batch.action);
      const criticLoss = valueAndGrad(critic.layout, params => {
        const q = critic.apply(params, obs, action);
        return { loss: sacCriticLoss(q, y, batch.weight), q: q[0], error: meanError(q, y) };
      })(state.critic);
      const newCritic = optimizer.step({
        parameters: state.critic,
        gradient: criticLoss.gradient,
        state: state.criticAdam,
        learningRate: batch.learningRate,
      });

      const criticParams = unflattenParams(critic.layout, newCritic.parameters);
      const actorLoss = valueAndGrad(actor.layout, params => {
        const { action, logProb } = policy(params, obs).sampleWithLogProb(batch.noise);
        return { loss: sacActorLoss(critic.apply(criticParams, obs, action), logProb, alpha), logProb };
      })(state.actor);
      const newActor = optimizer.step({
        parameters: state.actor,
        gradient: actorLoss.gradient,
        state: state.actorAdam,
        learningRate: tf.mul(batch.learningRate, config.actorLearningRateScale),
      });

      const targetEntropy = config.targetEntropy ?? -box.size;
      const alphaLoss = valueAndGrad(alphaLayout, ({ logAlpha }) => ({
        loss: temperatureLoss(logAlpha, actorLoss.logProb, targetEntropy),
      }))(state.logAlpha);
      const newAlpha = optimizer.step({
        parameters: state.logAlpha,
        gradient: alphaLoss.gradient,
        state: state.alphaAdam,
        learningRate: batch.learningRate,
      });

      return {
        state: {
          critic: newCritic.parameters,
          criticAdam: newCritic.state,
          actor: newActor.parameters,
          actorAdam: newActor.state,
          target: polyak(state.target, newCritic.parameters, config.tau),
          ...(config.learnAlpha && { logAlpha: newAlpha.parameters, alphaAdam: newAlpha.state }),
        },
        outputs: { error: criticLoss.error },
        metrics: {
          criticLoss: criticLoss.loss,
          actorLoss: actorLoss.loss,
          qValue: tf.mean(criticLoss.q),
          entropy: tf.neg(tf.mean(actorLoss.logProb)),
          alpha,
        },
      };
    },
  });

  return softAgent({
    algorithm: 'sac',
    config,
    spec,
    actionSize: box.size,
    store,
    acting,
    updateRng,
    learn: updateProgram,
    programs: [updateProgram],
  });
}

/** Soft Actor-Critic, for continuous actions. */
export const sac: Algorithm<SacConfig> = {
  id: 'sac',
  title: 'Soft Actor-Critic',
  paper: 'Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", arXiv:1812.05905',
  config: sacConfig,
  presets: sacPresets,
  create,
  policy: options => maybeNormalized(sacNetworks(options).actor.greedy, options),
  train: trainOnReplay,
};
