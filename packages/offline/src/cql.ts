/**
 * Conservative Q-learning on soft actor-critic: actions that the data do not show are valued low.
 *
 * Kumar, Zhou, Tucker, Levine (2020), "Conservative Q-Learning for Offline Reinforcement Learning", arXiv:2006.04779, algorithm 1 with CQL(H)
 * (equation 4), its importance sampling and its Lagrange variant (appendix F).
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, `critic`; of their targets `target`
 *   π_φ              policy, `actor`, of SAC
 *   α                cqlWeight; where it is learned, as its logarithm `logCqlWeight`
 *   τ                cqlThreshold, of the Lagrange variant (equation 30)
 *   log Σ_a exp Q    `logSumExpEstimate`
 *
 * Deviations from the paper:
 * 1. Actions are rescaled to [−1, 1]ᴷ: densities, and with them the penalty, are counted there.
 * 2. Entropy is in the target of the critics only where `softTarget` is on; the authors' code leaves it out too.
 * 3. Proposals are uniform actions and the policy's at s, as in appendix F; the authors' code adds the policy's at s′, and leaves out the
 *    constant log of their number, which shifts τ.
 * 4. The policy learns from the critics from the start; the authors' code clones the data in its first steps.
 * 5. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs';
import { type OfflineAgent, Rng } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  count,
  field,
  layout,
  nonNegative,
  observationInput,
  type PolicyOptions,
  parseConfig,
  positive,
  program,
  SquashedGaussian,
  Store,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import {
  critics,
  polyak,
  sacActorLoss,
  sacCriticLoss,
  sacTarget,
  stochasticActing,
  stochasticActor,
  temperatureLoss,
} from '@zpin/offpolicy';
import { z } from 'zod';
import { requireBox } from './action-kind.ts';
import { offlineAgent } from './offline-agent.ts';
import { tauField, valueFields } from './offline-fields.ts';
import { cqlPresets } from './offline-presets.ts';
import { repeatRows } from './repeat-rows.ts';
import { trainOnDataset } from './train-on-dataset.ts';

// ---- configuration ----

export const cqlConfig = z.strictObject({
  ...valueFields,
  tau: tauField,
  actorLearningRateScale: positive({
    default: 0.33,
    meaning: 'step size of Adam for the policy, as a multiple of learningRate',
  }),
  alpha: positive({ default: 1, meaning: 'weight of the entropy (temperature); where it is learned, the first one' }),
  learnAlpha: field(z.boolean(), { default: true, meaning: 'adapt the temperature to the target entropy' }),
  targetEntropy: field(z.number().nullable(), {
    default: null,
    unit: 'nats',
    meaning: 'entropy that a learned temperature aims at, of actions in [-1, 1]; null: minus the size of an action',
  }),
  softTarget: field(z.boolean(), { default: false, meaning: 'whether the entropy of the next action counts in the target' }),
  cqlWeight: nonNegative({
    default: 5,
    meaning: 'weight of the conservative penalty (alpha of the paper); where it is learned, the first one; 0 is SAC',
  }),
  learnCqlWeight: field(z.boolean(), {
    default: false,
    meaning: 'adapt the weight of the penalty to cqlThreshold (Lagrange variant)',
  }),
  cqlThreshold: positive({ default: 10, meaning: 'penalty that a learned weight aims at (tau of the paper)' }),
  numProposals: count({ default: 10, meaning: 'uniform actions, and as many of the policy, that stand for all in the penalty' }),
});

export type CqlConfig = z.output<typeof cqlConfig>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function cqlNetworks({ spec, config }: PolicyOptions<CqlConfig>) {
  const { hiddenSizes, activation } = config;
  const actor = stochasticActor('cql', spec, config);
  const { observationSpace } = spec;
  const critic = critics({ observationSpace, actionSize: actor.box.size, hiddenSizes, activation, count: 2 });
  return { actor, critic };
}

// ---- losses ----

/**
 * log ∫ exp Q(s, a) da, by importance sampling: the mean of exp Q / density over proposals of both kinds, half and half (appendix F).
 * @param q `[B, M]` of the proposals @param logDensity `[B, M]`: log of the density that each was drawn from @returns `[B]`
 */
export function logSumExpEstimate(q: tf.Tensor, logDensity: tf.Tensor): tf.Tensor {
  return tf.sub(tf.logSumExp(tf.sub(q, logDensity), 1), Math.log(q.shape[1] as number));
}

/** Largest weight of the penalty, as in the authors' code. */
const MAX_WEIGHT = 1e6;

/** α of its logarithm `[1]`: a scalar. */
export function cqlWeightOf(logWeight: tf.Tensor): tf.Tensor {
  return tf.sum(tf.clipByValue(tf.exp(logWeight), 0, MAX_WEIGHT));
}

/** −α · (penalty − τ), which α descends on (equation 30): scalar. @param logWeight `[1]` @param penalty scalar, constant */
export function cqlWeightLoss(logWeight: tf.Tensor, penalty: tf.Tensor, threshold: number): tf.Tensor {
  return tf.neg(tf.mul(cqlWeightOf(logWeight), tf.sub(penalty, threshold)));
}

// ---- agent ----

/** Builds a CQL agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<CqlConfig>): OfflineAgent<CqlConfig> {
  requireBox('cql', spec);
  const config = parseConfig(cqlConfig, given, 'cql');
  const { actor, critic } = cqlNetworks({ spec, config });
  const { box, policy } = actor;
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const optimizer = adam();
  const alphaLayout = layout([['logAlpha', [1]]]);
  const weightLayout = layout([['logWeight', [1]]]);
  const firstCritic = critic.init(initRng);
  const store = new Store(engine, {
    actor: actor.init(initRng),
    critic: firstCritic,
    target: firstCritic,
    logAlpha: Float32Array.of(Math.log(config.alpha)),
    // A weight of 0 cannot be learned from: its logarithm is where nothing moves it.
    logCqlWeight: Float32Array.of(Math.log(Math.max(config.cqlWeight, 1e-6))),
    actorAdam: optimizer.init(actor.layout.size),
    criticAdam: optimizer.init(critic.layout.size),
    alphaAdam: optimizer.init(1),
    weightAdam: optimizer.init(1),
  });
  const acting = stochasticActing({
    ...{ algorithm: 'cql', spec, actor, store, rng: actionRng },
    config: { learningStarts: 0, noiseCorrelation: 0 },
  });
  const obsInput = observationInput(spec.observationSpace);
  const K = box.size;
  const N = config.numProposals;

  /** One round of algorithm 1: weight of the penalty, critics, policy, temperature, targets. */
  const updateProgram = program(store, {
    name: 'cql.update',
    inputs: {
      obs: obsInput,
      action: ['batch', K],
      reward: ['batch'],
      nextObs: obsInput,
      discount: ['batch'],
      noise: ['batch', K],
      nextNoise: ['batch', K],
      uniform: ['batch', N * K],
      proposalNoise: ['batch', N * K],
      learningRate: [],
    },
    run: (state, { obs, reward, nextObs, discount, learningRate, ...batch }) => {
      const alpha = tf.exp(state.logAlpha);
      const actorParams = unflattenParams(actor.layout, state.actor);
      const next = policy(actorParams, nextObs).sampleWithLogProb(batch.nextNoise);
      const nextQ = critic.apply(unflattenParams(critic.layout, state.target), nextObs, next.action);
      const entropyWeight = config.softTarget ? alpha : tf.scalar(0);
      const y = sacTarget({ reward, discount, nextQ, nextLogProb: next.logProb, alpha: entropyWeight });

      const { mean, logStd } = policy(actorParams, obs).base;
      const proposed = new SquashedGaussian(repeatRows(mean, N), repeatRows(logStd, N));
      const own = proposed.sampleWithLogProb(tf.reshape(batch.proposalNoise, [-1, K]));
      const ownDensity = tf.reshape(own.logProb, [-1, N]);
      // Uniform on a cube of side 2.
      const density = tf.concat([tf.fill(ownDensity.shape, -K * Math.LN2), ownDensity], 1);
      const uniform = tf.reshape(batch.uniform, [-1, K]);
      const manyObs = repeatRows(obs, N);

      const action = box.toUnit(batch.action);
      const criticLoss = valueAndGrad(critic.layout, params => {
        const q = critic.apply(params, obs, action);
        const ofUniform = critic.apply(params, manyObs, uniform);
        const ofOwn = critic.apply(params, manyObs, own.action);
        const penalties = q.map((values, i) => {
          const many = tf.concat([tf.reshape(ofUniform[i], [-1, N]), tf.reshape(ofOwn[i], [-1, N])], 1);
          return tf.mean(tf.sub(logSumExpEstimate(many, density), values));
        });
        const weight = config.learnCqlWeight ? cqlWeightOf(state.logCqlWeight) : tf.scalar(config.cqlWeight);
        const tdLoss = sacCriticLoss(q, y);
        const loss = tf.add(tdLoss, tf.mul(weight, tf.addN(penalties)));
        return { loss, tdLoss, q: q[0], penalty: tf.div(tf.addN(penalties), penalties.length), weight };
      })(state.critic);
      const newCritic = optimizer.step({
        parameters: state.critic,
        gradient: criticLoss.gradient,
        state: state.criticAdam,
        learningRate,
      });

      const weightLoss = valueAndGrad(weightLayout, ({ logWeight }) => ({
        loss: cqlWeightLoss(logWeight, criticLoss.penalty, config.cqlThreshold),
      }))(state.logCqlWeight);
      const newWeight = optimizer.step({
        parameters: state.logCqlWeight,
        gradient: weightLoss.gradient,
        state: state.weightAdam,
        learningRate,
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
        learningRate: tf.mul(learningRate, config.actorLearningRateScale),
      });

      const alphaLoss = valueAndGrad(alphaLayout, ({ logAlpha }) => ({
        loss: temperatureLoss(logAlpha, actorLoss.logProb, config.targetEntropy ?? -K),
      }))(state.logAlpha);
      const newAlpha = optimizer.step({
        parameters: state.logAlpha,
        gradient: alphaLoss.gradient,
        state: state.alphaAdam,
        learningRate,
      });

      return {
        state: {
          critic: newCritic.parameters,
          criticAdam: newCritic.state,
          actor: newActor.parameters,
          actorAdam: newActor.state,
          target: polyak(state.target, newCritic.parameters, config.tau),
          ...(config.learnAlpha && { logAlpha: newAlpha.parameters, alphaAdam: newAlpha.state }),
          ...(config.learnCqlWeight && { logCqlWeight: newWeight.parameters, weightAdam: newWeight.state }),
        },
        metrics: {
          tdLoss: criticLoss.tdLoss,
          penalty: criticLoss.penalty,
          cqlWeight: criticLoss.weight,
          actorLoss: actorLoss.loss,
          qValue: tf.mean(criticLoss.q),
          entropy: tf.neg(tf.mean(actorLoss.logProb)),
          alpha,
        },
      };
    },
  });

  const sizes = { noise: K, nextNoise: K, uniform: N * K, proposalNoise: N * K };
  const drawn = { noise: NONE, nextNoise: NONE, uniform: NONE, proposalNoise: NONE };
  return offlineAgent({
    algorithm: 'cql',
    config,
    spec,
    store,
    acting,
    updateRng,
    learn({ size, obs, action, reward, nextObs, discount }, learningRate) {
      for (const name of ['noise', 'nextNoise', 'uniform', 'proposalNoise'] as const) {
        if (drawn[name].length !== size * sizes[name]) drawn[name] = new Float32Array(size * sizes[name]);
        if (name === 'uniform') updateRng.uniformInto(drawn[name], -1, 1);
        else updateRng.standardNormalInto(drawn[name]);
      }
      return updateProgram({ obs, action, reward, nextObs, discount, learningRate, ...drawn });
    },
    policyVectors: ['actor'],
    programs: [updateProgram],
  });
}

const NONE = new Float32Array(0);

/** Conservative Q-learning from a data set, for continuous actions. */
export const cql: Algorithm<CqlConfig> = {
  id: 'cql',
  title: 'Conservative Q-learning (CQL)',
  paper: 'Kumar et al. 2020, "Conservative Q-Learning for Offline Reinforcement Learning", arXiv:2006.04779',
  config: cqlConfig,
  isOffline: true,
  presets: cqlPresets,
  create,
  policy: options => cqlNetworks(options).actor.greedy,
  train: trainOnDataset,
};
