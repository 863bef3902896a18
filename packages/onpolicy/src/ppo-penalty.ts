/**
 * Proximal Policy Optimization with an adaptive penalty on the divergence.
 *
 * Schulman, Wolski, Dhariwal, Radford, Klimov (2017), "Proximal Policy Optimization Algorithms", arXiv:1707.06347, section 4.
 *
 *   paper            here
 *   r_t(θ)           ratio = exp(logProb − oldLogProb)
 *   L^KLPEN          mean(ratio · advantage − β KL[π_θold, π_θ]) (eq. 8)
 *   β                penalty, a vector of the store, halved or doubled after each update
 *   d, d_targ        kl over the whole rollout, targetKl
 *   Â_t              advantage, by GAE(λ) (eq. 11)
 *   V_t^targ         valueTarget = advantage + value
 *
 * Deviations from the paper, all of them common practice:
 * 1. Advantages are normalised within each minibatch (`normalizeAdvantage`).
 * 2. The gradient is clipped to a global norm (`maxGradientNorm`).
 */

import * as tf from '@tensorflow/tfjs';
import { type Metrics, type OnPolicyAgent, Rng, type Rollout, valueAt } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  clipByGlobalNorm,
  count,
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
import { ppoPenaltyPresets } from './ppo-penalty-presets.ts';
import { surrogate } from './surrogate.ts';

// ---- configuration ----

export const ppoPenaltyConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together (N)' }),
  rolloutLength: count({ default: 2048, unit: 'environment steps per copy', meaning: 'steps collected between two updates (T)' }),
  batchSize: count({ default: 64, unit: 'transitions', meaning: 'size of a minibatch (M)' }),
  epochs: count({ default: 10, meaning: 'passes over a rollout in each update (K)' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  adamEpsilon: positive({ default: 1e-5, meaning: 'term added to the denominator of Adam' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0.95, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return' }),
  targetKl: positive({ default: 0.01, unit: 'nats', meaning: 'divergence that an update should cause (d_targ)' }),
  initialPenalty: positive({ default: 1, meaning: 'first weight of the divergence (β)' }),
  valueCoefficient: nonNegative({ default: 0.5, meaning: 'weight of the value loss' }),
  entropyCoefficient: nonNegative({ default: 0, meaning: 'weight of the entropy bonus' }),
  maxGradientNorm: positive({ default: 0.5, meaning: 'largest global norm of the gradient' }),
  normalizeAdvantage: field(z.boolean(), { default: true, meaning: 'give advantages mean 0 and deviation 1 in each minibatch' }),
  ...networkFields,
  ...sharedTrunkField,
  ...normalizationFields,
});

export type PpoPenaltyConfig = z.output<typeof ppoPenaltyConfig>;

// ---- penalty ----

/**
 * β of the next update: half as large when the policy moved less than d_targ / 1.5, twice as large when it moved more than 1.5 d_targ.
 * @param penalty `[1]` @param kl scalar
 */
export function adaptPenalty(penalty: tf.Tensor1D, kl: tf.Tensor, targetKl: number): tf.Tensor1D {
  const half = tf.where(tf.less(kl, targetKl / 1.5), tf.scalar(0.5), tf.scalar(1));
  const factor = tf.where(tf.greater(kl, targetKl * 1.5), tf.scalar(2), half);
  return tf.mul(penalty, factor);
}

// ---- agent ----

/** Builds a PPO agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<PpoPenaltyConfig>): OnPolicyAgent<PpoPenaltyConfig> {
  const config = parseConfig(ppoPenaltyConfig, given ?? {}, 'ppo-penalty');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = actorCritic('ppo-penalty', spec, config);
  const { head, layout, policy } = network;
  const optimizer = adam({ epsilon: config.adamEpsilon });
  const initial = network.init(initRng);
  const store = new Store(engine, {
    parameters: initial,
    adam: optimizer.init(layout.size),
    old: initial,
    penalty: Float32Array.of(config.initialPenalty),
  });
  const obsInput = observationInput(spec.observationSpace);

  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'ppo-penalty.update',
      inputs: {
        obs: obsInput,
        action: head.action,
        oldLogProb: ['batch'],
        advantage: ['batch'],
        valueTarget: ['batch'],
        learningRate: [],
        ...mask,
      },
      run: ({ parameters, adam: moments, old: oldParameters, penalty }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const old = policy(unflattenParams(layout, oldParameters), batch.obs, batch.mask);
        const {
          loss: _,
          gradient,
          ...metrics
        } = valueAndGrad(layout, params => {
          const { distribution: now, value } = network.both(params, batch.obs, batch.mask);
          const kl = tf.mean(old.kl(now));
          const objective = surrogate(now.logProb(batch.action), batch.oldLogProb, advantage);
          // Eq. 8, negated.
          const policyLoss = tf.sub(tf.mul(tf.reshape(penalty, []), kl), objective);
          const valueLoss = tf.mean(tf.squaredDifference(value, batch.valueTarget));
          const entropy = tf.mean(now.entropy());
          const loss = tf.sub(
            tf.add(policyLoss, tf.mul(valueLoss, config.valueCoefficient)),
            tf.mul(entropy, config.entropyCoefficient),
          );
          return { loss, policyLoss, valueLoss, entropy };
        })(parameters);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters, gradient: clipped, state: moments, learningRate: batch.learningRate });
        return { state: { parameters: next.parameters, adam: next.state }, metrics: { ...metrics, gradientNorm: norm } };
      },
    }),
  );

  // After the epochs: d over the whole rollout, and from it the next β. The policy becomes the old one.
  const adaptProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'ppo-penalty.adapt',
      inputs: { obs: obsInput, ...mask },
      run: ({ parameters, old, penalty }, batch) => {
        const before = policy(unflattenParams(layout, old), batch.obs, batch.mask);
        const after = policy(unflattenParams(layout, parameters), batch.obs, batch.mask);
        const kl = tf.mean(before.kl(after));
        const next = adaptPenalty(penalty, kl, config.targetKl);
        return { state: { penalty: next, old: tf.clone(parameters) }, metrics: { kl, penalty: tf.reshape(penalty, []) } };
      },
    }),
  );

  const estimate = advantages(config.gamma, config.lambda);
  const learningRate = new Float32Array(1);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { advantage, valueTarget } = estimate(rollout);
    learningRate[0] = valueAt(config.learningRate, progress);
    const { obs, action, logProb: oldLogProb, value: oldValue, actionMask: mask } = rollout;
    const columns = { obs, action, oldLogProb, advantage, valueTarget, ...(mask && { mask }) };
    const learn = updateProgram.for(mask);
    const metrics = new MeanMetrics();
    for (let epoch = 0; epoch < config.epochs; epoch++) {
      for (const batch of minibatches(columns, advantage.length, config.batchSize, shuffleRng)) {
        metrics.add(await (await learn({ ...batch, learningRate })).metrics.read());
      }
    }
    metrics.add(await (await adaptProgram.for(mask)({ obs, ...(mask && { mask }) })).metrics.read());
    metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate: learningRate[0] });
    return metrics;
  }

  return actorCriticAgent({
    algorithm: 'ppo-penalty',
    spec,
    config,
    network,
    store,
    params: ({ parameters }) => unflattenParams(layout, parameters),
    policyVector: 'parameters',
    actionRng,
    memory: { shuffleRng },
    programs: [updateProgram, adaptProgram],
    update,
  });
}

/** Proximal Policy Optimization with an adaptive penalty on the divergence, for discrete and continuous actions. */
export const ppoPenalty: Algorithm<PpoPenaltyConfig> = {
  id: 'ppo-penalty',
  title: 'Proximal Policy Optimization (adaptive penalty)',
  paper: 'Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347',
  config: ppoPenaltyConfig,
  presets: ppoPenaltyPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('ppo-penalty', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<PpoPenaltyConfig>>),
};
