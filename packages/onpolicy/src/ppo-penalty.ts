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
 * 3. β stays within bounds (`minPenalty`, `maxPenalty`): doubled without end it freezes the policy, halved without end it never
 *    comes back.
 * 4. An update stops, before its next step, where the policy has moved far beyond the target (`stopKl`; Heess et al. 2017,
 *    arXiv:1707.02286, algorithm 1).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  heldBack,
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
import { passOver } from './rollout/minibatches.ts';

// ---- configuration ----

/** A positive number that null turns off. */
function limitField<const Name extends string>(name: Name, standard: number, meaning: string) {
  const limit = field.either([field.positive({ default: null, meaning })], { default: standard, meaning });
  return { [name]: limit } as { readonly [N in Name]: typeof limit };
}

export const ppoPenaltyConfig = configSchema({
  ...rolloutFields({ rolloutLength: 2048 }),
  ...minibatchFields,
  ...advantageFields({ lambda: 0.95, normalized: true }),
  targetKl: field.positive({ default: 0.01, unit: 'nats', meaning: 'divergence that an update should cause (d_targ)' }),
  initialPenalty: field.positive({ default: 1, meaning: 'first weight of the divergence (β)' }),
  ...limitField('minPenalty', 1e-4, 'least weight of the divergence; null: none'),
  ...limitField('maxPenalty', 10, 'largest weight of the divergence; null: none'),
  ...limitField(
    'stopKl',
    4,
    'an update makes no more steps once the divergence in a minibatch exceeds this many times targetKl; null: it does',
  ),
  ...jointLossFields({ entropyCoefficient: 0 }),
  ...jointPolicyFields,
}).refine(
  ({ minPenalty, initialPenalty, maxPenalty }) =>
    (minPenalty ?? 0) <= initialPenalty && initialPenalty <= (maxPenalty ?? Number.POSITIVE_INFINITY),
  { error: 'initialPenalty must lie between minPenalty and maxPenalty', path: ['initialPenalty'] },
);

export type PpoPenaltyConfig = ConfigOf<typeof ppoPenaltyConfig>;

// ---- penalty ----

/**
 * β of the next update (section 4): half as large when the policy moved less than d_targ / 1.5, twice as large when it moved
 * more than 1.5 d_targ; within its bounds.
 * @param penalty `[1]` @param kl scalar
 */
export function adaptPenalty(
  penalty: tf.Tensor1D,
  kl: tf.Tensor,
  { targetKl, minPenalty, maxPenalty }: Pick<PpoPenaltyConfig, 'targetKl' | 'minPenalty' | 'maxPenalty'>,
): tf.Tensor1D {
  const half = tf.where(tf.less(kl, targetKl / 1.5), tf.scalar(0.5), tf.scalar(1));
  const factor = tf.where(tf.greater(kl, targetKl * 1.5), tf.scalar(2), half);
  const least = tf.maximum(tf.mul(penalty, factor), minPenalty ?? 0) as tf.Tensor1D;
  return maxPenalty === null ? least : tf.minimum(least, maxPenalty);
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
  const stopKl = config.stopKl === null ? Number.POSITIVE_INFINITY : config.stopKl * config.targetKl;
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
          return { loss, policyLoss, valueLoss, entropy, batchKl: kl };
        });
        return { state: heldBack(tf.greater(metrics.batchKl, stopKl), state, next), metrics };
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
        const next = adaptPenalty(penalty, kl, config);
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
      const { batchSize, epochs } = config;
      await passOver({ columns, rows: oldValue.length, batchSize, epochs, rng: shuffleRng, signal }, async batch => {
        const values = await (await learn.for(columns.mask)({ ...batch, learningRate })).metrics.read();
        metrics.add(values);
        return values.batchKl > stopKl;
      });
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
