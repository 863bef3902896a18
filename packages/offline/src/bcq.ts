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
 * 3. The latent vectors of acting are drawn once, when the agent is made: the policy is a function of the observation, which can
 *    be exported. All latent vectors are clipped to [−0.5, 0.5], as in appendix D.
 * 4. Networks have the same hidden layers; in the paper the auto-encoder's are larger.
 * 5. Observations are normalised where `normalizeObservations` is on.
 * 6. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, type OfflineAgent, Rng } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  combine,
  concatLayouts,
  configSchema,
  type DatasetAlgorithm,
  layout,
  type Network,
  noiseInputs,
  observationInput,
  type PolicyNetwork,
  type PolicyOptions,
  paramsAt,
  parseConfig,
  prefixLayout,
  program,
  Store,
  takeAction,
  trainable,
  transitionInputs,
} from '@zpin/core';
import {
  actionBox,
  critics,
  type StateActionNetwork,
  smallest,
  stateActionNetwork,
  td3ActorLoss,
  td3CriticLoss,
} from '@zpin/offpolicy';
import { requireBox } from './acting/action-kind.ts';
import { policyActing } from './acting/policy-acting.ts';
import { repeatRows } from './acting/repeat-rows.ts';
import { datasetRegime } from './learning/dataset-regime.ts';
import { batchFields, learningRateField, normalizationField, valueFields } from './learning/learning-fields.ts';
import { normalizingAgent, onNormalized } from './learning/normalizing-agent.ts';
import { hopper } from './presets/hopper.ts';
import { pendulum } from './presets/pendulum.ts';

// ---- configuration ----

export const bcqConfig = configSchema({
  ...batchFields,
  ...learningRateField,
  ...valueFields,
  ...normalizationField,
  maxPerturbation: field.positive({
    default: 0.05,
    unit: 'half widths of the action box',
    meaning: 'how far the perturbation may move an action that the data would take (Phi)',
  }),
  minWeight: field.probability({
    default: 0.75,
    meaning: 'weight of the smaller critic in the target, beside the larger (lambda)',
  }),
  numCandidates: field.count({ max: 1000, default: 10, meaning: 'actions compared in targets (n)' }),
  numActingCandidates: field.count({ max: 10_000, default: 100, meaning: 'actions compared in acting' }),
  klWeight: field.positive({ default: 0.5, meaning: 'weight of the divergence in the loss of the auto-encoder' }),
});

export type BcqConfig = ConfigOf<typeof bcqConfig>;

// ---- networks ----

/** Bounds of log σ of the encoder, as in the authors' code. */
const [MIN_LOG_STD, MAX_LOG_STD] = [-4, 15];
/** Latent vectors are drawn from the middle of their prior. */
const LATENT_CLIP = 0.5;

/** A generative model of actions in [−1, 1]ᴷ, with its parameters. */
export interface AutoEncoder {
  /** Mean and log σ of the latent vectors of actions `[B, K]` at observations `[B, D]`: `[B, Z]` each. */
  encode(obs: tf.Tensor, action: tf.Tensor): { readonly mean: tf.Tensor; readonly logStd: tf.Tensor };
  /** The actions of latent vectors: `[B, Z]` → `[B, K]`. */
  decode(obs: tf.Tensor, latent: tf.Tensor): tf.Tensor;
}

/** Auto-encoder, perturbation and critics; all actions in [−1, 1]ᴷ. @throws SpaceError unless actions are a bounded `Box` */
export function bcqNetworks({ spec, config }: PolicyOptions<BcqConfig>) {
  const { hiddenSizes, convolutions, activation } = config;
  const { observationSpace } = spec;
  const box = actionBox('bcq', spec);
  const latentSize = 2 * box.size;
  const shape = { observationSpace, hiddenSizes, convolutions, activation, actionSize: box.size };
  const { parts, ...pair } = combine({
    encoder: stateActionNetwork({ ...shape, outputs: 2 * latentSize }),
    decoder: stateActionNetwork({ ...shape, actionSize: latentSize, outputs: box.size }),
  });
  const vae: Network<readonly [], AutoEncoder> = {
    ...pair,
    apply: params => ({
      encode(obs, action) {
        const [mean, logStd] = tf.split(parts.encoder.apply(params, obs, action), 2, 1);
        return { mean, logStd: tf.clipByValue(logStd, MIN_LOG_STD, MAX_LOG_STD) };
      },
      decode: (obs, latent) => tf.tanh(parts.decoder.apply(params, obs, latent)),
    }),
  };
  const shift = stateActionNetwork({ ...shape, outputs: box.size });
  /** a + ξ(s, a, Φ), within the box: `[B, K]`. */
  const perturbation: StateActionNetwork = {
    ...shift,
    apply(params, obs, action) {
      const change = tf.tanh(shift.apply(params, obs, action));
      return tf.clipByValue(tf.add(action, tf.mul(change, config.maxPerturbation)), -1, 1);
    },
  };
  return { box, latentSize, vae, perturbation, critic: critics({ ...shape, count: 2 }) };
}

/** Vectors of the greedy policy, in the order of its layout. */
const POLICY_VECTORS = ['vae', 'perturbation', 'critic', 'latents'] as const;

/** argmax_a Q_1(s, a) over the perturbed actions of the latent vectors of acting (algorithm 1, "policy"). */
export function bcqPolicy({ spec, config }: PolicyOptions<BcqConfig>): PolicyNetwork {
  const { box, latentSize, vae, perturbation, critic } = bcqNetworks({ spec, config });
  const { numActingCandidates: n } = config;
  return {
    layout: concatLayouts(
      prefixLayout('vae', vae.layout),
      prefixLayout('perturbation', perturbation.layout),
      prefixLayout('critic', critic.layout),
      layout([['latents', [n, latentSize]]]),
    ),
    act(params, obs) {
      const many = repeatRows(obs, n);
      // Adds a zero of each row, so that the graph holds for any number of rows.
      const zero = tf.mul(tf.sum(tf.cast(obs, 'float32'), 1, true), 0);
      const latents = tf.reshape(tf.add(tf.expandDims(zero, 2), tf.expandDims(params.latents, 0)), [-1, latentSize]);
      const likely = vae.apply(paramsAt('vae', params)).decode(many, latents);
      const action = perturbation.apply(paramsAt('perturbation', params), many, likely);
      const [q] = critic.apply(paramsAt('critic', params), many, action);
      const best = tf.argMax(tf.reshape(q, [-1, n]), 1);
      return box.fromUnit(takeAction(tf.reshape(action, [-1, n, box.size]), best));
    },
  };
}

// ---- losses ----

/**
 * Mean squared distance of what comes out from what went in, plus weight · KL(N(μ, σ²) ‖ N(0, 1)), averaged over the latent
 * numbers (equation 28; deviation 2): scalar.
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
  const { learningRate, minWeight, klWeight, tau, numCandidates: n } = config;
  const networks = bcqNetworks({ spec, config });
  const { box, latentSize: Z } = networks;
  const [initRng, latentRng, updateRng] = new Rng(seed).spawn(3);
  const { vae, perturbation, critic } = bcqTrainables(networks);
  const store = new Store(engine, {
    ...perturbation.vectors(initRng),
    ...critic.vectors(initRng),
    ...vae.vectors(initRng),
    latents: clippedLatents(config.numActingCandidates * Z, latentRng),
  });
  const draw = (noise: tf.Tensor) => tf.clipByValue(tf.reshape(noise, [-1, Z]), -LATENT_CLIP, LATENT_CLIP);

  /** One round of algorithm 1: auto-encoder, critics, perturbation, targets. */
  const update = program(store, {
    name: 'bcq.update',
    inputs: {
      ...transitionInputs(observationInput(spec.observationSpace), ['batch', box.size]),
      ...{ encoderNoise: ['batch', Z], noise: ['batch', Z], nextNoise: ['batch', n * Z], learningRate: [] },
    },
    run: (state, { obs, reward, nextObs, discount, learningRate, ...batch }) => {
      const action = box.toUnit(batch.action);
      const model = vae.descend(state, learningRate, autoEncoder => {
        const { encode, decode } = autoEncoder();
        const { mean, logStd } = encode(obs, action);
        const reconstruction = decode(obs, tf.add(mean, tf.mul(tf.exp(logStd), batch.encoderNoise)));
        return { loss: vaeLoss(action, reconstruction, { mean, logStd, klWeight }) };
      });
      const { decode } = vae.at(model.next)();

      const manyNext = repeatRows(nextObs, n);
      const candidates = perturbation.targetAt(state)(manyNext, decode(manyNext, draw(batch.nextNoise)));
      const nextQ = critic
        .targetAt(state)(manyNext, candidates)
        .map(values => tf.reshape(values, [-1, n]));
      const y = bcqTarget(reward, discount, nextQ, minWeight);
      const fit = critic.descend(state, learningRate, critics => {
        const q = critics(obs, action);
        return { loss: td3CriticLoss(q, y), q: q[0] };
      });

      const likely = decode(obs, draw(batch.noise));
      const climb = perturbation.descend(state, learningRate, perturb => ({
        loss: td3ActorLoss(critic.at(fit.next)(obs, perturb(obs, likely))[0]),
      }));

      const targets = { ...critic.follow(state, fit.next, tau), ...perturbation.follow(state, climb.next, tau) };
      return {
        state: { ...model.next, ...fit.next, ...climb.next, ...targets },
        metrics: { vaeLoss: model.loss, criticLoss: fit.loss, perturbationLoss: climb.loss, qValue: tf.mean(fit.q) },
      };
    },
  });

  const network = bcqPolicy({ spec, config });
  const noise = noiseInputs(updateRng, { encoderNoise: { width: Z }, noise: { width: Z }, nextNoise: { width: n * Z } });
  return normalizingAgent({
    ...{ algorithm: 'bcq', config, spec, store, noise, learn: update, programs: [update] },
    acting: policyActing({ algorithm: 'bcq', spec, network, store, vectors: POLICY_VECTORS }),
    memory: { updateRng },
    schedules: { learningRate },
    policy: { vectors: POLICY_VECTORS },
  });
}

/** The networks with their optimisers and targets. */
function bcqTrainables({ vae, perturbation, critic }: ReturnType<typeof bcqNetworks>) {
  const optimizer = adam();
  const follower = { name: 'perturbation', moments: 'perturbationAdam', target: 'perturbationTarget' } as const;
  return {
    vae: trainable({ network: vae, optimizer, name: 'vae', moments: 'vaeAdam' }),
    perturbation: trainable({ network: perturbation, optimizer, ...follower }),
    critic: trainable({ network: critic, optimizer, name: 'critic', moments: 'criticAdam', target: 'criticTarget' }),
  };
}

/** Standard normal numbers, clipped to [−0.5, 0.5]. */
function clippedLatents(size: number, rng: Rng): Float32Array {
  return rng.standardNormalInto(new Float32Array(size)).map(z => Math.min(Math.max(z, -LATENT_CLIP), LATENT_CLIP));
}

/** Batch-constrained Q-learning from a data set, for continuous actions. */
export const bcq: DatasetAlgorithm<BcqConfig> = {
  id: 'bcq',
  title: 'Batch-constrained deep Q-learning (BCQ)',
  paper: 'Fujimoto et al. 2019, "Off-Policy Deep Reinforcement Learning without Exploration", arXiv:1812.02900',
  ...datasetRegime,
  spaces: { actions: ['box'] },
  config: bcqConfig,
  samplesPerRow: ({ numCandidates }) => numCandidates,
  presets: { 'Hopper-v5': hopper.bcq, 'Pendulum-v1': pendulum.bcq },
  create,
  policy: options => onNormalized(bcqPolicy(options), options),
};
