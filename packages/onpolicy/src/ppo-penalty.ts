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

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import {
  adam,
  breathe,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  maskedProgram,
  normalizeAdvantage,
  program,
  Store,
  scheduledInputs,
  trainable,
  unflattenParams,
} from '@zpin/core';
import { jointParts } from './actor-critic/agent-parts.ts';
import { advantageFields, jointLossFields, jointPolicyFields, minibatchFields, rolloutFields } from './actor-critic/fields.ts';
import { rolloutAgent, rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { surrogate } from './actor-critic/surrogate.ts';
import { ppoPenaltyPresets } from './presets/ppo-penalty.ts';
import { onAdvantages } from './rollout/advantages.ts';
import { minibatches } from './rollout/minibatches.ts';

// ---- configuration ----

export const ppoPenaltyConfig = configSchema({
  ...rolloutFields({ rolloutLength: 2048 }),
  ...minibatchFields,
  ...advantageFields({ lambda: 0.95, normalized: true }),
  targetKl: field.positive({ default: 0.01, unit: 'nats', meaning: 'divergence that an update should cause (d_targ)' }),
  initialPenalty: field.positive({ default: 1, meaning: 'first weight of the divergence (β)' }),
  ...jointLossFields({ entropyCoefficient: 0 }),
  ...jointPolicyFields,
});

export type PpoPenaltyConfig = ConfigOf<typeof ppoPenaltyConfig>;

// ---- penalty ----

/**
 * β of the next update (section 4): half as large when the policy moved less than d_targ / 1.5, twice as large when it moved
 * more than 1.5 d_targ.
 * @param penalty `[1]` @param kl scalar
 */
export function adaptPenalty(penalty: tf.Tensor1D, kl: tf.Tensor, targetKl: number): tf.Tensor1D {
  const half = tf.where(tf.less(kl, targetKl / 1.5), tf.scalar(0.5), tf.scalar(1));
  const factor = tf.where(tf.greater(kl, targetKl * 1.5), tf.scalar(2), half);
  return tf.mul(penalty, factor);
}

// ---- agent ----

/** Builds a PPO agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<PpoPenaltyConfig>) {
  const { config, network, initRng, shuffleRng, shell, ...parts } = jointParts('ppo-penalty', ppoPenaltyConfig, options);
  const { adamEpsilon: epsilon, maxGradientNorm, valueCoefficient, entropyCoefficient } = config;
  const learner = trainable({ network, optimizer: adam({ epsilon }), name: 'parameters', moments: 'adam', maxGradientNorm });
  const first = learner.vectors(initRng);
  const store = new Store(options.engine, { ...first, old: first.parameters, penalty: Float32Array.of(config.initialPenalty) });
  const policyOf = (parameters: tf.Tensor1D, obs: tf.Tensor, mask?: tf.Tensor) =>
    network.policy(unflattenParams(network.layout, parameters), obs, mask);
  const ratesAt = scheduledInputs({ learningRate: config.learningRate });
  const { oldValue: _, ...inputs } = parts.inputs;

  const learn = maskedProgram(network.head.maskSize, mask =>
    program(store, {
      name: 'ppo-penalty.update',
      inputs: { ...inputs, learningRate: [], ...mask },
      run: (state, { obs, action, oldLogProb, valueTarget, learningRate, mask, ...batch }) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const old = policyOf(state.old, obs, mask);
        const { next, loss, ...metrics } = learner.descend(state, learningRate, judge => {
          const { distribution: now, value } = judge(obs, mask);
          const kl = tf.mean(old.kl(now));
          const objective = surrogate(now.logProb(action), oldLogProb, advantage);
          // Eq. 8, negated.
          const policyLoss = tf.sub(tf.mul(tf.reshape(state.penalty, []), kl), objective);
          const valueLoss = tf.mean(tf.squaredDifference(value, valueTarget));
          const entropy = tf.mean(now.entropy());
          const loss = tf.sub(tf.add(policyLoss, tf.mul(valueLoss, valueCoefficient)), tf.mul(entropy, entropyCoefficient));
          return { loss, policyLoss, valueLoss, entropy };
        });
        return { state: next, metrics };
      },
    }),
  );

  // After the epochs: d over the whole rollout, and from it the next β. The policy becomes the old one.
  const adapt = maskedProgram(network.head.maskSize, mask =>
    program(store, {
      name: 'ppo-penalty.adapt',
      inputs: { obs: inputs.obs, ...mask },
      run: ({ parameters, old, penalty }, { obs, mask }) => {
        const kl = tf.mean(policyOf(old, obs, mask).kl(policyOf(parameters, obs, mask)));
        const next = adaptPenalty(penalty, kl, config.targetKl);
        return { state: { penalty: next, old: tf.clone(parameters) }, metrics: { kl, penalty: tf.reshape(penalty, []) } };
      },
    }),
  );

  return rolloutAgent({
    ...shell,
    store,
    memory: { shuffleRng },
    programs: [learn, adapt],
    update: onAdvantages(config, async ({ oldValue, ...columns }, share, metrics, _rollout, signal) => {
      const { learningRate } = ratesAt(share);
      for (let epoch = 0; epoch < config.epochs; epoch++) {
        for (const batch of minibatches(columns, oldValue.length, config.batchSize, shuffleRng)) {
          metrics.add(await (await learn.for(columns.mask)({ ...batch, learningRate })).metrics.read());
          await breathe(signal);
        }
      }
      metrics.add(await (await adapt.for(columns.mask)(columns)).metrics.read());
      return learningRate[0];
    }),
  });
}

/** Proximal Policy Optimization with an adaptive penalty on the divergence, for discrete and continuous actions. */
export const ppoPenalty = rolloutAlgorithm<PpoPenaltyConfig>({
  id: 'ppo-penalty',
  title: 'Proximal Policy Optimization (adaptive penalty)',
  paper: 'Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347',
  config: ppoPenaltyConfig,
  presets: ppoPenaltyPresets,
  create,
});
