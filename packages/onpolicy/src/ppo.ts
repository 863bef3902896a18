/**
 * Proximal Policy Optimization with the clipped surrogate objective.
 *
 * Schulman, Wolski, Dhariwal, Radford, Klimov (2017), "Proximal Policy Optimization Algorithms", arXiv:1707.06347.
 *
 *   paper            here
 *   r_t(θ)           ratio = exp(logProb − oldLogProb)
 *   Â_t              advantage, by GAE(λ) (eq. 11)
 *   V_t^targ         valueTarget = advantage + value
 *   ε                clipRange
 *   c₁, c₂           valueCoefficient, entropyCoefficient
 *   T, N, K, M       rolloutLength, numEnvs, epochs, batchSize
 *
 * Deviations from the paper, all of them common practice:
 * 1. Advantages are normalised within each minibatch (`normalizeAdvantage`).
 * 2. The gradient is clipped to a global norm (`maxGradientNorm`).
 * 3. The change of the value can be clipped as the ratio is (`valueClipRange`; off).
 * 4. Epochs stop early when the policy has moved too far (`targetKl`; off).
 */

import * as tf from '@tensorflow/tfjs';
import { type Metrics, type OnPolicyAgent, Rng, type Rollout, valueAt } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  clipByGlobalNorm,
  count,
  type EntropicDistribution,
  field,
  MeanMetrics,
  nonNegative,
  observationInput,
  parseConfig,
  positive,
  probability,
  program,
  Store,
  scheduled,
  type TrainOptions,
  trainOnPolicy,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { actorCritic, greedyPolicy, networkFields, sharedTrunkField } from './actor-critic.ts';
import { actorCriticAgent } from './actor-critic-agent.ts';
import { advantages } from './advantages.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { minibatches } from './minibatches.ts';
import { normalizeAdvantage } from './normalize-advantage.ts';
import { normalizationFields } from './normalizer.ts';
import { ppoPresets } from './ppo-presets.ts';

// ---- configuration ----

export const ppoConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together (N)' }),
  rolloutLength: count({ default: 2048, unit: 'environment steps per copy', meaning: 'steps collected between two updates (T)' }),
  batchSize: count({ default: 64, unit: 'transitions', meaning: 'size of a minibatch (M)' }),
  epochs: count({ default: 10, meaning: 'passes over a rollout in each update (K)' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  adamEpsilon: positive({ default: 1e-5, meaning: 'term added to the denominator of Adam' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0.95, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return' }),
  clipRange: scheduled(z.number().nonnegative(), { default: 0.2, meaning: 'how far the probability ratio may move from 1 (ε)' }),
  valueClipRange: field(z.number().positive().nullable(), {
    default: null,
    meaning: 'how far a value may move in one update; null: freely',
  }),
  valueCoefficient: nonNegative({ default: 0.5, meaning: 'weight of the value loss (c₁)' }),
  entropyCoefficient: nonNegative({ default: 0, meaning: 'weight of the entropy bonus (c₂)' }),
  maxGradientNorm: positive({ default: 0.5, meaning: 'largest global norm of the gradient' }),
  normalizeAdvantage: field(z.boolean(), { default: true, meaning: 'give advantages mean 0 and deviation 1 in each minibatch' }),
  targetKl: field(z.number().positive().nullable(), {
    default: null,
    unit: 'nats',
    meaning: 'an update ends when the divergence from the old policy exceeds 1.5 times this; null: never',
  }),
  ...networkFields,
  ...sharedTrunkField,
  ...normalizationFields,
});

export type PpoConfig = z.output<typeof ppoConfig>;

// ---- losses ----

export interface PolicyLossInput {
  /** `[B]`: log π_θ(a|s) */
  readonly logProb: tf.Tensor;
  /** `[B]`: log π_θold(a|s) */
  readonly oldLogProb: tf.Tensor;
  /** `[B]` */
  readonly advantage: tf.Tensor;
  /** Scalar ε */
  readonly clipRange: tf.Tensor;
}

/**
 * −L^CLIP (eq. 7): the smaller of the plain and the clipped surrogate, averaged and negated.
 * @returns scalars: `loss`; `approxKl`, an unbiased low-variance estimate of KL(old ‖ new), (r − 1) − log r; `clipFraction` of clipped ratios
 */
export function clippedPolicyLoss({ logProb, oldLogProb, advantage, clipRange }: PolicyLossInput) {
  const logRatio = tf.sub(logProb, oldLogProb);
  const ratio = tf.exp(logRatio);
  const clipped = tf.minimum(tf.maximum(ratio, tf.sub(1, clipRange)), tf.add(1, clipRange));
  const loss = tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantage), tf.mul(clipped, advantage))));
  const approxKl = tf.mean(tf.sub(tf.sub(ratio, 1), logRatio));
  const clipFraction = tf.mean(tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clipRange), 'float32'));
  return { loss, approxKl, clipFraction };
}

/**
 * Squared error of the value (eq. 9, L^VF). With `clipRange` the larger of the plain error and that of the value kept within ±clipRange
 * of the old one.
 * @param value `[B]` @param oldValue `[B]` @param target `[B]`
 */
export function valueLoss(value: tf.Tensor, oldValue: tf.Tensor, target: tf.Tensor, clipRange: number | null): tf.Tensor {
  const error = tf.squaredDifference(value, target);
  if (clipRange === null) return tf.mean(error);
  const kept = tf.add(oldValue, tf.clipByValue(tf.sub(value, oldValue), -clipRange, clipRange));
  return tf.mean(tf.maximum(error, tf.squaredDifference(kept, target)));
}

export interface PpoLossInput extends Omit<PolicyLossInput, 'logProb'> {
  /** π_θ in the B states */
  readonly distribution: EntropicDistribution;
  /** `[B]` or `[B, K]` */
  readonly action: tf.Tensor;
  /** `[B]`: V_θ */
  readonly value: tf.Tensor;
  /** `[B]`: V_θold */
  readonly oldValue: tf.Tensor;
  /** `[B]` */
  readonly valueTarget: tf.Tensor;
}

/** Eq. 9, negated: −L^CLIP + c₁ L^VF − c₂ S. @returns scalars */
export function ppoLoss(
  { distribution, action, value, oldValue, valueTarget, ...rest }: PpoLossInput,
  config: Pick<PpoConfig, 'valueClipRange' | 'valueCoefficient' | 'entropyCoefficient'>,
) {
  const logProb = distribution.logProb(action);
  const { loss: policyLoss, approxKl, clipFraction } = clippedPolicyLoss({ logProb, ...rest });
  const squaredError = valueLoss(value, oldValue, valueTarget, config.valueClipRange);
  const entropy = tf.mean(distribution.entropy());
  const loss = tf.sub(
    tf.add(policyLoss, tf.mul(squaredError, config.valueCoefficient)),
    tf.mul(entropy, config.entropyCoefficient),
  );
  return { loss, policyLoss, valueLoss: squaredError, entropy, approxKl, clipFraction };
}

// ---- agent ----

/** Builds a PPO agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<PpoConfig>): OnPolicyAgent<PpoConfig> {
  const config = parseConfig(ppoConfig, given ?? {}, 'ppo');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = actorCritic('ppo', spec, config);
  const { head, layout } = network;
  const optimizer = adam({ epsilon: config.adamEpsilon });
  const store = new Store(engine, { parameters: network.init(initRng), adam: optimizer.init(layout.size) });

  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'ppo.update',
      inputs: {
        obs: observationInput(spec.observationSpace),
        action: head.action,
        oldLogProb: ['batch'],
        oldValue: ['batch'],
        advantage: ['batch'],
        valueTarget: ['batch'],
        learningRate: [],
        clipRange: [],
        ...mask,
      },
      run: ({ parameters, adam: moments }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const {
          loss: _,
          gradient,
          ...metrics
        } = valueAndGrad(layout, params => {
          const { distribution, value } = network.both(params, batch.obs, batch.mask);
          return ppoLoss({ distribution, value, ...batch, advantage }, config);
        })(parameters);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters, gradient: clipped, state: moments, learningRate: batch.learningRate });
        return { state: { parameters: next.parameters, adam: next.state }, metrics: { ...metrics, gradientNorm: norm } };
      },
    }),
  );

  const estimate = advantages(config.gamma, config.lambda);
  const learningRate = new Float32Array(1);
  const clipRange = new Float32Array(1);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { advantage, valueTarget } = estimate(rollout);
    learningRate[0] = valueAt(config.learningRate, progress);
    clipRange[0] = valueAt(config.clipRange, progress);
    const { obs, action, logProb: oldLogProb, value: oldValue, actionMask } = rollout;
    const columns = { obs, action, oldLogProb, oldValue, advantage, valueTarget, ...(actionMask && { mask: actionMask }) };
    const learn = updateProgram.for(actionMask);
    const metrics = new MeanMetrics();
    epochs: for (let epoch = 0; epoch < config.epochs; epoch++) {
      for (const batch of minibatches(columns, advantage.length, config.batchSize, shuffleRng)) {
        const values = await (await learn({ ...batch, learningRate, clipRange })).metrics.read();
        metrics.add(values);
        if (config.targetKl !== null && values.approxKl > 1.5 * config.targetKl) break epochs;
      }
    }
    metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate: learningRate[0] });
    return metrics;
  }

  return actorCriticAgent({
    algorithm: 'ppo',
    spec,
    config,
    network,
    store,
    params: ({ parameters }) => unflattenParams(layout, parameters),
    policyVector: 'parameters',
    actionRng,
    memory: { shuffleRng },
    programs: [updateProgram],
    update,
  });
}

/** Proximal Policy Optimization with the clipped objective, for discrete and continuous actions. */
export const ppo: Algorithm<PpoConfig> = {
  id: 'ppo',
  title: 'Proximal Policy Optimization (clipped)',
  paper: 'Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347',
  config: ppoConfig,
  presets: ppoPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('ppo', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<PpoConfig>>),
};
