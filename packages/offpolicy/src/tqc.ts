/**
 * Truncated quantile critics: SAC with critics that learn the distribution of the return, whose largest quantiles targets leave out.
 *
 * Kuznetsov, Shvechikov, Grishin, Vetrov (2020), "Controlling Overestimation Bias with Truncated Mixture of Continuous Distributional Quantile
 * Critics", arXiv:2005.04269, algorithm 1.
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
 * 3. Those of SAC here: temperature, rescaled actions, time limits; n-step and prioritized replay and normalised observations as switches.
 */

import * as tf from '@tensorflow/tfjs';
import { ConfigError, message, type OffPolicyAgent, Rng } from '@zpin/contracts';
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
import { critics, meanError, weightedMean } from './critics.ts';
import { maybeNormalized, normalizationFields } from './normalized-agent.ts';
import { polyak } from './polyak.ts';
import { replayFields } from './replay-fields.ts';
import { temperatureLoss } from './sac.ts';
import { softAgent } from './soft-agent.ts';
import { stochasticActing, stochasticActor } from './stochastic-actor.ts';
import { tqcPresets } from './tqc-presets.ts';
import { trainOnReplay } from './train-on-replay.ts';

// ---- configuration ----

export const tqcConfig = z.strictObject({
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
  numCritics: count({ max: 100, default: 2, meaning: 'critics (N)' }),
  numQuantiles: count({ min: 2, max: 1000, default: 25, meaning: 'quantiles of each critic (M)' }),
  droppedQuantiles: count({
    min: 0,
    max: 1000,
    default: 2,
    meaning: 'quantiles per critic, the largest, that targets leave out (d)',
  }),
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

export type TqcConfig = z.output<typeof tqcConfig>;

/** Most quantiles of all critics together: an update compares each with each, a million pairs for every row of a batch. */
const MAX_ATOMS = 1000;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function tqcNetworks({ spec, config }: PolicyOptions<TqcConfig>) {
  const { hiddenSizes, activation, numCritics: count, numQuantiles: outputs } = config;
  const actor = stochasticActor('tqc', spec, config);
  const { observationSpace } = spec;
  const critic = critics({ observationSpace, actionSize: actor.box.size, hiddenSizes, activation, count, outputs });
  return { actor, critic };
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
 * @param quantiles θ `[B, M]` @param target y `[B, T]`, constant @param keep `[B, T]`: 1 for the targets that count @param kept their number
 */
export function tqcCriticLoss(quantiles: tf.Tensor, target: tf.Tensor, keep: tf.Tensor, kept: number): tf.Tensor {
  const size = quantiles.shape[1] as number;
  const tau = tf.tensor3d(
    Array.from({ length: size }, (_, m) => (m + 0.5) / size),
    [1, size, 1],
  );
  const error = tf.sub(tf.expandDims(target, 1), tf.expandDims(quantiles, 2));
  const distance = tf.abs(error);
  const near = tf.minimum(distance, 1);
  const huber = tf.add(tf.mul(tf.square(near), 0.5), tf.sub(distance, near));
  const slope = tf.abs(tf.sub(tau, tf.cast(tf.less(error, 0), 'float32')));
  const all = tf.mul(tf.mul(slope, huber), tf.expandDims(keep, 1));
  return tf.div(tf.sum(all, [1, 2]), size * kept);
}

/** J_π = mean (α log π(a|s) − mean of all atoms) (eq. 13): scalar. @param q `[B]` each: means of the critics @param logProb `[B]` */
export function tqcActorLoss(q: readonly tf.Tensor[], logProb: tf.Tensor, alpha: tf.Tensor): tf.Tensor {
  return tf.mean(tf.sub(tf.mul(alpha, logProb), tf.div(tf.addN([...q]), q.length)));
}

// ---- agent ----

/** Builds a TQC agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<TqcConfig>): OffPolicyAgent<TqcConfig> {
  const config = agentConfig('tqc', tqcConfig, { spec, config: given });
  const { numCritics, numQuantiles, droppedQuantiles } = config;
  if (droppedQuantiles >= numQuantiles) {
    const expectation = `droppedQuantiles must be below numQuantiles, ${numQuantiles}`;
    throw new ConfigError(message('tqc', expectation, droppedQuantiles, 'Drop fewer, or have more quantiles'));
  }
  const atoms = numCritics * numQuantiles;
  if (atoms > MAX_ATOMS) {
    const expectation = `numCritics times numQuantiles must be at most ${MAX_ATOMS}`;
    throw new ConfigError(message('tqc', expectation, atoms, 'Have fewer critics or fewer quantiles of each'));
  }
  const kept = (numQuantiles - droppedQuantiles) * numCritics;
  const { actor, critic } = tqcNetworks({ spec, config });
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
  const acting = stochasticActing({ algorithm: 'tqc', spec, actor, store, rng: actionRng, config });
  const { box, policy } = actor;
  const obsInput = observationInput(spec.observationSpace);
  const actionInput = ['batch', box.size] as const;

  /** One round of algorithm 1: critics, policy, temperature, targets. */
  const updateProgram = program(store, {
    name: 'tqc.update',
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
      const nextAtoms = tf.concat(critic.apply(unflattenParams(critic.layout, state.target), nextObs, next.action), 1);
      const y = tqcTarget({ reward, discount, nextAtoms, nextLogProb: next.logProb, alpha });
      const keep = smallestAtoms(nextAtoms, kept);
      const yMean = tf.div(tf.sum(tf.mul(y, keep), 1), kept);
      const action = box.toUnit(batch.action);
      const criticLoss = valueAndGrad(critic.layout, params => {
        const quantiles = critic.apply(params, obs, action);
        const losses = quantiles.map(own => weightedMean(tqcCriticLoss(own, y, keep, kept), batch.weight));
        const q = quantiles.map(own => tf.mean(own, 1));
        return { loss: tf.addN(losses), q: q[0], error: meanError(q, yMean) };
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
        const q = critic.apply(criticParams, obs, action).map(own => tf.mean(own, 1));
        return { loss: tqcActorLoss(q, logProb, alpha), logProb };
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
    algorithm: 'tqc',
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

/** Truncated Quantile Critics, for continuous actions. */
export const tqc: Algorithm<TqcConfig> = {
  id: 'tqc',
  title: 'Truncated Quantile Critics (TQC)',
  paper:
    'Kuznetsov et al. 2020, "Controlling Overestimation Bias with Truncated Mixture of Continuous Distributional Quantile Critics", arXiv:2005.04269',
  config: tqcConfig,
  presets: tqcPresets,
  create,
  policy: options => maybeNormalized(tqcNetworks(options).actor.greedy, options),
  train: trainOnReplay,
};
