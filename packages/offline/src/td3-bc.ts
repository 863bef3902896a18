/**
 * TD3 with behavioural cloning: the policy climbs the critic, and stays near the actions of the data.
 *
 * Fujimoto, Gu (2021), "A Minimalist Approach to Offline Reinforcement Learning", arXiv:2106.06860, on TD3 (Fujimoto et al. 2018,
 * arXiv:1802.09477, algorithm 1).
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, `critic`; of their targets `criticTarget`
 *   π_φ              policy `actor` and its target `actorTarget`
 *   λ = α / mean|Q|  weight of the values in the loss of the policy (equation 5); α is valueWeight
 *   d, σ̃, c          policyDelay, targetNoise, targetNoiseClip, as in TD3
 *   (s − μ) / σ      normalizeObservations
 *
 * Deviations from the paper:
 * 1. Actions are rescaled to [−1, 1]ᴷ; their distance is counted there, and averaged over the K numbers as in the authors' code.
 * 2. Observations are normalised where `normalizeObservations` is on, and then kept within 10 deviations. They are divided by σ, by 10⁻³ where
 *    σ is smaller, not by σ + 10⁻³.
 * 3. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, type OfflineAgent, Rng } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  type DatasetAlgorithm,
  noiseInputs,
  observationInput,
  type PolicyOptions,
  parseConfig,
  program,
  Store,
  stopGradient,
  trainable,
  transitionInputs,
} from '@zpin/core';
import {
  deterministicNetworks,
  learningRateFields,
  periodicUpdate,
  smoothedAction,
  smoothingFields,
  td3CriticLoss,
  td3Target,
} from '@zpin/offpolicy';
import { requireBox } from './acting/action-kind.ts';
import { policyActing } from './acting/policy-acting.ts';
import { distanceLoss } from './bc.ts';
import { datasetRegime } from './learning/dataset-regime.ts';
import { batchFields, normalizationField, valueFields } from './learning/learning-fields.ts';
import { normalizingAgent, onNormalized } from './learning/normalizing-agent.ts';
import { hopper } from './presets/hopper.ts';

// ---- configuration ----

export const td3BcConfig = configSchema({
  ...batchFields,
  ...learningRateFields({ critic: 3e-4, actor: 3e-4 }),
  ...valueFields,
  ...smoothingFields,
  ...normalizationField,
  valueWeight: field.nonNegative({
    default: 2.5,
    meaning: 'weight of the values, brought to unit size, beside the distance from the data (alpha of the paper); 0 is cloning',
  }),
});

export type Td3BcConfig = ConfigOf<typeof td3BcConfig>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function td3BcNetworks(options: PolicyOptions<Td3BcConfig>) {
  return deterministicNetworks('td3-bc', options, { count: 2 });
}

// ---- losses ----

/** Values are brought to unit size by their mean, or by this where it is smaller: values of 0 divide nothing. */
const SMALLEST_SCALE = 1e-6;

/**
 * −λ mean Q_1(s, π(s)) + mean ‖π(s) − a‖² / K with λ = α / mean|Q_1(s, π(s))|, which counts as a constant (equations 4 and 5):
 * scalar.
 * @param q `[B]`: of the actions of the policy @param predicted `[B, K]`: these actions @param action `[B, K]`: of the data, both
 * in [−1, 1]
 */
export function td3BcActorLoss(
  q: tf.Tensor,
  predicted: tf.Tensor,
  action: tf.Tensor,
  { valueWeight }: { readonly valueWeight: number },
): tf.Tensor {
  const scale = stopGradient(tf.maximum(tf.mean(tf.abs(q)), SMALLEST_SCALE));
  return tf.sub(distanceLoss(predicted, action), tf.mul(tf.div(tf.mean(q), scale), valueWeight));
}

// ---- agent ----

/** Builds a TD3+BC agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<Td3BcConfig>): OfflineAgent<Td3BcConfig> {
  requireBox('td3-bc', spec);
  const config = parseConfig(td3BcConfig, given, 'td3-bc');
  const { criticLearningRate, actorLearningRate, tau, policyDelay } = config;
  const networks = td3BcNetworks({ spec, config });
  const { size: width, toUnit } = networks.actor.box;
  const [initRng, updateRng] = new Rng(seed).spawn(2);
  const { actor, critic } = td3BcTrainables(networks);
  // The last loss of the policy, to be reported by the updates that leave it alone.
  const store = new Store(engine, { ...actor.vectors(initRng), ...critic.vectors(initRng), actorLoss: new Float32Array(1) });
  const smoothing = { scale: config.targetNoise, clip: config.targetNoiseClip };
  const transition = transitionInputs(observationInput(spec.observationSpace), ['batch', width]);

  /** One round of TD3's algorithm 1 with the policy's loss of this paper, or without the delayed steps. */
  const update = periodicUpdate(policyDelay, isDelayedStep =>
    program(store, {
      name: isDelayedStep ? 'td3-bc.update' : 'td3-bc.update-critics',
      inputs: { ...transition, nextNoise: ['batch', width], criticLearningRate: [], actorLearningRate: [] },
      run: (state, { obs, reward, nextObs, discount, nextNoise, ...batch }) => {
        const nextAction = smoothedAction(actor.targetAt(state)(nextObs), nextNoise, smoothing);
        const y = td3Target(reward, discount, critic.targetAt(state)(nextObs, nextAction));
        const action = toUnit(batch.action);
        const fit = critic.descend(state, batch.criticLearningRate, critics => {
          const q = critics(obs, action);
          return { loss: td3CriticLoss(q, y), q: q[0] };
        });
        const metrics = { criticLoss: fit.loss, qValue: tf.mean(fit.q) };
        if (!isDelayedStep) return { state: fit.next, metrics: { ...metrics, actorLoss: state.actorLoss } };

        const climb = actor.descend(state, batch.actorLearningRate, policy => {
          const predicted = policy(obs);
          return { loss: td3BcActorLoss(critic.at(fit.next)(obs, predicted)[0], predicted, action, config) };
        });
        const targets = { ...actor.follow(state, climb.next, tau), ...critic.follow(state, fit.next, tau) };
        return {
          state: { ...fit.next, ...climb.next, ...targets, actorLoss: climb.loss },
          metrics: { ...metrics, actorLoss: climb.loss },
        };
      },
    }),
  );

  const noise = noiseInputs(updateRng, { nextNoise: { width } });
  return normalizingAgent({
    ...{ algorithm: 'td3-bc', config, spec, store, noise, ...update },
    acting: policyActing({ algorithm: 'td3-bc', spec, network: networks.actor.greedy, store, vectors: ['actor'] }),
    memory: { updateRng, ...update.memory },
    schedules: { criticLearningRate, actorLearningRate },
    policy: { vectors: ['actor'] },
  });
}

/** The networks with their optimisers and targets. */
function td3BcTrainables(networks: ReturnType<typeof td3BcNetworks>) {
  const optimizer = adam();
  const names = {
    actor: { name: 'actor', moments: 'actorAdam', target: 'actorTarget' },
    critic: { name: 'critic', moments: 'criticAdam', target: 'criticTarget' },
  } as const;
  return {
    actor: trainable({ network: networks.actor, optimizer, ...names.actor }),
    critic: trainable({ network: networks.critic, optimizer, ...names.critic }),
  };
}

/** TD3 with behavioural cloning from a data set, for continuous actions. */
export const td3Bc: DatasetAlgorithm<Td3BcConfig> = {
  id: 'td3-bc',
  title: 'TD3 with behavioural cloning (TD3+BC)',
  paper: 'Fujimoto, Gu 2021, "A Minimalist Approach to Offline Reinforcement Learning", arXiv:2106.06860',
  ...datasetRegime,
  spaces: { actions: ['box'] },
  config: td3BcConfig,
  presets: { 'Hopper-v5': hopper.td3Bc },
  create,
  policy: options => onNormalized(td3BcNetworks(options).actor.greedy, options),
};
