/**
 * Batch-constrained deep Q-learning: chooses among actions that a generative model of the data proposes, a little perturbed.
 *
 * Fujimoto, Meger, Precup (2019), "Off-Policy Deep Reinforcement Learning without Exploration", arXiv:1812.02900, algorithm 1.
 *
 *   paper              here
 *   G_ω = (E, D)       variational auto-encoder, `vae`: encoder E(s, a), decoder D(s, z)
 *   ξ_φ(s, a, Φ)       perturbation, `perturbation`, at most maxPerturbation
 *   Q_θ1, Q_θ2         critics, `critic`; targets `perturbationTarget`, `criticTarget`
 *   n                  numCandidates, in targets; numActingCandidates, in acting
 *   λ                  minWeight, of the smaller critic in the target (equation 13)
 *   τ                  tau
 *
 * Deviations from the paper:
 * 1. Actions are rescaled to [−1, 1]ᴷ; Φ is counted there.
 * 2. The divergence of the auto-encoder is weighed by ½ and averaged over the latent numbers, as in the authors' code.
 * 3. The latent vectors of acting are drawn once, when the agent is made: the policy is a function of the observation, which can be exported.
 *    All latent vectors are clipped to [−0.5, 0.5], as in appendix D.
 * 4. Networks have the same hidden layers; in the paper the auto-encoder's are larger.
 * 5. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs';
import { type OfflineAgent, Rng } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  combine,
  concatLayouts,
  count,
  layout,
  observationInput,
  type Params,
  type PolicyNetwork,
  type PolicyOptions,
  paramsAt,
  parseConfig,
  positive,
  prefixLayout,
  probability,
  program,
  Store,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { actionBox, critics, polyak, smallest, td3ActorLoss, td3CriticLoss } from '@zpin/offpolicy';
import { outputTaken } from '@zpin/value-based';
import { z } from 'zod';
import { requireBox } from './action-kind.ts';
import { greedyActing } from './greedy-acting.ts';
import { offlineAgent } from './offline-agent.ts';
import { tauField, valueFields } from './offline-fields.ts';
import { bcqPresets } from './offline-presets.ts';
import { repeatRows } from './repeat-rows.ts';
import { trainOnDataset } from './train-on-dataset.ts';

// ---- configuration ----

export const bcqConfig = z.strictObject({
  ...valueFields,
  tau: tauField,
  maxPerturbation: positive({
    default: 0.05,
    unit: 'half widths of the action box',
    meaning: 'how far the perturbation may move an action that the data would take (Phi)',
  }),
  minWeight: probability({ default: 0.75, meaning: 'weight of the smaller critic in the target, beside the larger (lambda)' }),
  numCandidates: count({ default: 10, meaning: 'actions compared in targets (n)' }),
  numActingCandidates: count({ default: 100, meaning: 'actions compared in acting' }),
  klWeight: positive({ default: 0.5, meaning: 'weight of the divergence in the loss of the auto-encoder' }),
});

export type BcqConfig = z.output<typeof bcqConfig>;

// ---- networks ----

/** Bounds of log σ of the encoder, as in the authors' code. */
const [MIN_LOG_STD, MAX_LOG_STD] = [-4, 15];
/** Latent vectors are drawn from the middle of their prior. */
const LATENT_CLIP = 0.5;

/** Auto-encoder, perturbation and critics; all actions in [−1, 1]ᴷ. @throws SpaceError unless actions are a bounded `Box` */
export function bcqNetworks({ spec, config }: PolicyOptions<BcqConfig>) {
  const { hiddenSizes, activation, maxPerturbation, numActingCandidates } = config;
  const { observationSpace } = spec;
  const box = actionBox('bcq', spec);
  const latentSize = 2 * box.size;
  const shape = { observationSpace, hiddenSizes, activation, count: 1 };
  const vae = combine({
    encoder: critics({ ...shape, actionSize: box.size, outputs: 2 * latentSize }),
    decoder: critics({ ...shape, actionSize: latentSize, outputs: box.size }),
  });
  const shift = critics({ ...shape, actionSize: box.size, outputs: box.size });
  const critic = critics({ ...shape, actionSize: box.size, count: 2 });

  /** Mean and log σ of the latent vector of an action: `[B, Z]` each. */
  const encode = (params: Params, obs: tf.Tensor, action: tf.Tensor) => {
    const [mean, logStd] = tf.split(vae.parts.encoder.apply(params, obs, action)[0], 2, 1);
    return { mean, logStd: tf.clipByValue(logStd, MIN_LOG_STD, MAX_LOG_STD) };
  };
  /** The action of a latent vector: `[B, Z]` → `[B, K]`. */
  const decode = (params: Params, obs: tf.Tensor, latent: tf.Tensor) =>
    tf.tanh(tf.reshape(vae.parts.decoder.apply(params, obs, latent)[0], [-1, box.size]));
  /** a + ξ(s, a, Φ), within the box: `[B, K]`. */
  const perturb = (params: Params, obs: tf.Tensor, action: tf.Tensor) => {
    const change = tf.tanh(tf.reshape(shift.apply(params, obs, action)[0], [-1, box.size]));
    return tf.clipByValue(tf.add(action, tf.mul(change, maxPerturbation)), -1, 1);
  };

  const policyLayout = concatLayouts(
    prefixLayout('vae', vae.layout),
    prefixLayout('perturbation', shift.layout),
    prefixLayout('critic', critic.layout),
    layout([['latents', [numActingCandidates, latentSize]]]),
  );
  /** argmax_a Q_1(s, a) over the perturbed actions of the latent vectors of acting (algorithm 1, "policy"). */
  const greedy: PolicyNetwork = {
    layout: policyLayout,
    act(params, obs) {
      const many = repeatRows(obs, numActingCandidates);
      // Adds a zero of each row, so that the graph holds for any number of rows.
      const zero = tf.mul(tf.sum(tf.cast(obs, 'float32'), 1, true), 0);
      const latents = tf.reshape(tf.add(tf.expandDims(zero, 2), tf.expandDims(params.latents, 0)), [-1, latentSize]);
      const action = perturb(paramsAt('perturbation', params), many, decode(paramsAt('vae', params), many, latents));
      const q = tf.reshape(critic.apply(paramsAt('critic', params), many, action)[0], [-1, numActingCandidates]);
      return box.fromUnit(outputTaken(tf.reshape(action, [-1, numActingCandidates, box.size]), tf.argMax(q, 1)));
    },
  };
  return { box, latentSize, vae, shift, critic, encode, decode, perturb, greedy };
}

// ---- losses ----

/**
 * Mean squared distance of what comes out from what went in, plus weight · KL(N(μ, σ²) ‖ N(0, 1)), averaged over the latent numbers (equation 28;
 * deviation 2): scalar.
 * @param action `[B, K]` @param reconstruction `[B, K]` @param mean `[B, Z]` @param logStd `[B, Z]`
 */
export function vaeLoss(
  action: tf.Tensor,
  reconstruction: tf.Tensor,
  { mean, logStd, klWeight }: { readonly mean: tf.Tensor; readonly logStd: tf.Tensor; readonly klWeight: number },
): tf.Tensor {
  const variance = tf.exp(tf.mul(logStd, 2));
  const divergence = tf.sub(tf.mul(tf.sub(tf.add(tf.square(mean), variance), 1), 0.5), logStd);
  return tf.add(tf.mean(tf.squaredDifference(reconstruction, action)), tf.mul(tf.mean(divergence), klWeight));
}

/**
 * y = r + d max_i [λ min_j Q′_j(s′, a_i) + (1 − λ) max_j Q′_j(s′, a_i)] (equation 13): `[B]`.
 * @param reward `[B]` @param discount `[B]` @param nextQ `[B, n]` of each critic, of the candidates
 */
export function bcqTarget(reward: tf.Tensor, discount: tf.Tensor, nextQ: readonly tf.Tensor[], minWeight: number): tf.Tensor {
  const largest = nextQ.reduce((most, other) => tf.maximum(most, other));
  const mixed = tf.add(tf.mul(smallest(nextQ), minWeight), tf.mul(largest, 1 - minWeight));
  return tf.add(reward, tf.mul(discount, tf.max(mixed, 1)));
}

// ---- agent ----

/** Builds a BCQ agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<BcqConfig>): OfflineAgent<BcqConfig> {
  requireBox('bcq', spec);
  const config = parseConfig(bcqConfig, given, 'bcq');
  const networks = bcqNetworks({ spec, config });
  const { box, latentSize: Z, vae, shift, critic, encode, decode, perturb, greedy } = networks;
  const [initRng, latentRng, updateRng] = new Rng(seed).spawn(3);
  const optimizer = adam();
  const firstShift = shift.init(initRng);
  const firstCritic = critic.init(initRng);
  const latents = latentRng.standardNormalInto(new Float32Array(config.numActingCandidates * Z));
  const store = new Store(engine, {
    vae: vae.init(initRng),
    perturbation: firstShift,
    perturbationTarget: firstShift,
    critic: firstCritic,
    criticTarget: firstCritic,
    latents: latents.map(z => Math.min(Math.max(z, -LATENT_CLIP), LATENT_CLIP)),
    vaeAdam: optimizer.init(vae.layout.size),
    perturbationAdam: optimizer.init(shift.layout.size),
    criticAdam: optimizer.init(critic.layout.size),
  });
  const obsInput = observationInput(spec.observationSpace);
  const n = config.numCandidates;
  const draw = (noise: tf.Tensor) => tf.clipByValue(tf.reshape(noise, [-1, Z]), -LATENT_CLIP, LATENT_CLIP);

  /** One round of algorithm 1: auto-encoder, critics, perturbation, targets. */
  const updateProgram = program(store, {
    name: 'bcq.update',
    inputs: {
      obs: obsInput,
      action: ['batch', box.size],
      reward: ['batch'],
      nextObs: obsInput,
      discount: ['batch'],
      encoderNoise: ['batch', Z],
      noise: ['batch', Z],
      nextNoise: ['batch', n * Z],
      learningRate: [],
    },
    run: (state, { obs, reward, nextObs, discount, learningRate, ...batch }) => {
      const action = box.toUnit(batch.action);
      const vaeLossAndGrad = valueAndGrad(vae.layout, params => {
        const { mean, logStd } = encode(params, obs, action);
        const reconstruction = decode(params, obs, tf.add(mean, tf.mul(tf.exp(logStd), batch.encoderNoise)));
        return { loss: vaeLoss(action, reconstruction, { mean, logStd, klWeight: config.klWeight }) };
      })(state.vae);
      const newVae = optimizer.step({
        parameters: state.vae,
        gradient: vaeLossAndGrad.gradient,
        state: state.vaeAdam,
        learningRate,
      });
      const vaeParams = unflattenParams(vae.layout, newVae.parameters);

      const manyNext = repeatRows(nextObs, n);
      const candidates = perturb(
        unflattenParams(shift.layout, state.perturbationTarget),
        manyNext,
        decode(vaeParams, manyNext, draw(batch.nextNoise)),
      );
      const nextQ = critic.apply(unflattenParams(critic.layout, state.criticTarget), manyNext, candidates);
      const y = bcqTarget(
        reward,
        discount,
        nextQ.map(values => tf.reshape(values, [-1, n])),
        config.minWeight,
      );
      const criticLoss = valueAndGrad(critic.layout, params => {
        const q = critic.apply(params, obs, action);
        return { loss: td3CriticLoss(q, y), q: q[0] };
      })(state.critic);
      const newCritic = optimizer.step({
        parameters: state.critic,
        gradient: criticLoss.gradient,
        state: state.criticAdam,
        learningRate,
      });

      const criticParams = unflattenParams(critic.layout, newCritic.parameters);
      const proposed = decode(vaeParams, obs, draw(batch.noise));
      const shiftLoss = valueAndGrad(shift.layout, params => ({
        loss: td3ActorLoss(critic.apply(criticParams, obs, perturb(params, obs, proposed))[0]),
      }))(state.perturbation);
      const newShift = optimizer.step({
        parameters: state.perturbation,
        gradient: shiftLoss.gradient,
        state: state.perturbationAdam,
        learningRate,
      });

      return {
        state: {
          vae: newVae.parameters,
          vaeAdam: newVae.state,
          critic: newCritic.parameters,
          criticAdam: newCritic.state,
          criticTarget: polyak(state.criticTarget, newCritic.parameters, config.tau),
          perturbation: newShift.parameters,
          perturbationAdam: newShift.state,
          perturbationTarget: polyak(state.perturbationTarget, newShift.parameters, config.tau),
        },
        metrics: {
          vaeLoss: vaeLossAndGrad.loss,
          criticLoss: criticLoss.loss,
          perturbationLoss: shiftLoss.loss,
          qValue: tf.mean(criticLoss.q),
        },
      };
    },
  });

  const policyVectors = ['vae', 'perturbation', 'critic', 'latents'] as const;
  const sizes = { encoderNoise: Z, noise: Z, nextNoise: n * Z };
  const drawn = { encoderNoise: NONE, noise: NONE, nextNoise: NONE };
  return offlineAgent({
    algorithm: 'bcq',
    config,
    spec,
    store,
    acting: greedyActing({ algorithm: 'bcq', spec, network: greedy, store, vectors: policyVectors }),
    updateRng,
    learn({ size, obs, action, reward, nextObs, discount }, learningRate) {
      for (const name of ['encoderNoise', 'noise', 'nextNoise'] as const) {
        if (drawn[name].length !== size * sizes[name]) drawn[name] = new Float32Array(size * sizes[name]);
        updateRng.standardNormalInto(drawn[name]);
      }
      return updateProgram({ obs, action, reward, nextObs, discount, learningRate, ...drawn });
    },
    policyVectors,
    programs: [updateProgram],
  });
}

const NONE = new Float32Array(0);

/** Batch-constrained Q-learning from a data set, for continuous actions. */
export const bcq: Algorithm<BcqConfig> = {
  id: 'bcq',
  title: 'Batch-constrained deep Q-learning (BCQ)',
  paper: 'Fujimoto et al. 2019, "Off-Policy Deep Reinforcement Learning without Exploration", arXiv:1812.02900',
  config: bcqConfig,
  isOffline: true,
  presets: bcqPresets,
  create,
  policy: options => bcqNetworks(options).greedy,
  train: trainOnDataset,
};
