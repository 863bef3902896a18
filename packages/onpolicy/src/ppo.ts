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
 * 4. Epochs stop early when the policy has moved too far, before the step that would move it on (`targetKl`; off).
 * 5. Policy and value can learn apart, each with step size, moments and epochs of its own (`policyLearningRate`,
 *    `valueLearningRate`, `valueEpochs`; off).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, type Rng } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  type EntropicDistribution,
  heldBack,
  type LossOutput,
  maskedProgram,
  type Network,
  normalizeAdvantage,
  program,
  Store,
  scheduledInputs,
  trainable,
  type z,
} from '@zpin/core';
import { jointParts } from './actor-critic/agent-parts.ts';
import {
  advantageFields,
  apartConfigSchema,
  apartFields,
  jointLossFields,
  jointPolicyFields,
  learnApart,
  minibatchFields,
  type RolloutDefaults,
  rolloutFields,
} from './actor-critic/fields.ts';
import type { Judgement } from './actor-critic/networks.ts';
import type { PolicyHead } from './actor-critic/policy-head.ts';
import { type RolloutAgent, rolloutAgent, rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { rolloutInputs } from './actor-critic/rollout-inputs.ts';
import { ppoPresets } from './presets/ppo.ts';
import { onAdvantages } from './rollout/advantages.ts';
import { passOver } from './rollout/minibatches.ts';
import type { Sequences } from './rollout/sequences.ts';

// ---- configuration ----

/** Settings of PPO, and of what is built on it. */
export function ppoFields(defaults: RolloutDefaults) {
  return {
    ...rolloutFields(defaults),
    ...minibatchFields,
    ...advantageFields({ lambda: 0.95, normalized: true }),
    clipRange: field.scheduled({ min: 0, default: 0.2, meaning: 'how far the probability ratio may move from 1 (ε)' }),
    valueClipRange: field.positive({ default: null, meaning: 'how far a value may move in one update; null: freely' }),
    ...jointLossFields({ entropyCoefficient: 0 }),
    targetKl: field.positive({
      default: null,
      unit: 'nats',
      meaning:
        'the policy makes no more steps of an update once its divergence from the old one exceeds 1.5 times this; null: it does',
    }),
    ...apartFields,
    ...jointPolicyFields,
  };
}

export const ppoConfig = apartConfigSchema(ppoFields({ rolloutLength: 2048 }));

export type PpoConfig = ConfigOf<typeof ppoConfig>;

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
 * @returns scalars: `loss`; `approxKl`, an unbiased low-variance estimate of KL(old ‖ new), (r − 1) − log r; `clipFraction` of
 * clipped ratios
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
 * Squared error of the value (eq. 9, L^VF). With `clipRange` the larger of the plain error and that of the value kept within
 * ±clipRange of the old one.
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
  const errors = tf.add(policyLoss, tf.mul(squaredError, config.valueCoefficient));
  // Without a bonus its gradient, of zeros, need not be computed.
  const loss = config.entropyCoefficient === 0 ? errors : tf.sub(errors, tf.mul(entropy, config.entropyCoefficient));
  return { loss, policyLoss, valueLoss: squaredError, entropy, approxKl, clipFraction };
}

/**
 * A loss in place of `ppoLoss`. Whatever it returns beside `loss` is reported; `approxKl` ends an update early where `targetKl`
 * says so.
 */
export type PpoLoss = (input: PpoLossInput, config: PpoConfig) => LossOutput & { readonly approxKl: tf.Tensor };

// ---- learner ----

/** Rows of a minibatch as networks judge them; start and memory are of those that remember. */
export interface PpoRows {
  /** `[B, D]` */
  readonly obs: tf.Tensor;
  /** `[B, A]` */
  readonly mask?: tf.Tensor;
  /** `[B]`: 1 where an episode begins. */
  readonly start?: tf.Tensor;
  /** `[B, M]`: what was remembered before the step. */
  readonly memory?: tf.Tensor;
}

export interface PpoLearnerOptions extends Pick<CreateOptions<PpoConfig>, 'spec' | 'engine'> {
  /** Named in programs. */
  readonly algorithm: string;
  readonly config: PpoConfig;
  readonly network: Network<readonly [rows: PpoRows], Judgement>;
  readonly head: PolicyHead;
  readonly initRng: Rng;
  readonly shuffleRng: Rng;
  /** What is minimised; `ppoLoss` when omitted. */
  readonly loss?: PpoLoss;
  /** Minibatches are of single steps when omitted. */
  readonly sequences?: Sequences;
}

/**
 * The learner of PPO, for `rolloutAgent`: epochs of steps of Adam against the loss, on shuffled minibatches of a rollout; where
 * policy and value learn apart, first those of the policy and then those of the value.
 */
export function ppoLearner(options: PpoLearnerOptions) {
  const { algorithm, spec, engine, config, network, head, initRng, shuffleRng, loss: lossOf = ppoLoss, sequences } = options;
  const { maxGradientNorm, epochs, batchSize, targetKl, learningRate } = config;
  const optimizer = adam({ epsilon: config.adamEpsilon });
  const common = { network, optimizer, name: 'parameters', maxGradientNorm } as const;
  const learner = trainable({ ...common, moments: 'adam' });
  const critic = trainable({ ...common, moments: 'valueAdam' });
  const apart = learnApart(config);
  const first = learner.vectors(initRng);
  const valueAdam = apart ? optimizer.init(network.layout.size) : ({} as typeof first.adam);
  const store = new Store(engine, { ...first, valueAdam });
  const klLimit = targetKl === null ? Number.POSITIVE_INFINITY : 1.5 * targetKl;
  const policyConfig = { ...config, ...(apart && { valueCoefficient: 0 }) };
  const ratesAt = scheduledInputs({
    learningRate: config.policyLearningRate ?? learningRate,
    valueLearningRate: config.valueLearningRate ?? learningRate,
    clipRange: config.clipRange,
  });
  const inputs = { ...rolloutInputs(spec, head), ...sequences?.inputs };

  const learn = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: `${algorithm}.update`,
      inputs: { ...inputs, learningRate: [], clipRange: [], ...mask },
      run: (state, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const { next, loss, ...metrics } = learner.descend(state, batch.learningRate, policy =>
          lossOf({ ...policy(batch), ...batch, advantage }, policyConfig),
        );
        if (targetKl === null) return { state: next, metrics };
        return { state: heldBack(tf.greater(metrics.approxKl, klLimit), state, next), metrics };
      },
    }),
  );
  const fit = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: `${algorithm}.value`,
      inputs: { ...inputs, valueLearningRate: [], ...mask },
      run: (state, batch) => {
        const { next, loss } = critic.descend(state, batch.valueLearningRate, judge => ({
          loss: valueLoss(judge(batch).value, batch.oldValue, batch.valueTarget, config.valueClipRange),
        }));
        return { state: next, metrics: { valueLoss: loss } };
      },
    }),
  );

  const update = onAdvantages(config, async (steps, share, metrics, rollout, signal) => {
    const { valueLearningRate, ...rates } = ratesAt(share);
    const [columns, length] = sequences ? [sequences.cut(steps, rollout), sequences.length] : [steps, 1];
    const sizes = { rows: steps.advantage.length / length, batchSize: batchSize / length };
    const passes = { columns, ...sizes, rng: shuffleRng, signal };
    await passOver({ ...passes, epochs }, async batch => {
      const values = await (await learn.for(steps.mask)({ ...batch, ...rates })).metrics.read();
      const { valueLoss: _, ...ofPolicy } = values as Readonly<Record<string, number>>;
      metrics.add(apart ? ofPolicy : values);
      return values.approxKl > klLimit;
    });
    await passOver({ ...passes, epochs: apart ? (config.valueEpochs ?? epochs) : 0 }, async batch => {
      metrics.add(await (await fit.for(steps.mask)({ ...batch, valueLearningRate })).metrics.read());
      return false;
    });
    return rates.learningRate[0];
  });

  return { store, update, memory: { shuffleRng }, programs: [learn, fit] };
}

// ---- agent ----

/** What makes a variant of PPO. */
export interface PpoVariant<Config extends PpoConfig> {
  /** Named in programs and errors. */
  readonly algorithm: string;
  readonly config: z.ZodType<Config>;
  /** What is minimised; `ppoLoss` when omitted. */
  readonly loss?: PpoLoss;
}

/**
 * An agent that learns by PPO, for `Discrete`, `MultiDiscrete` or `Box` actions.
 * @throws ConfigError when a setting is unknown or out of range
 * @throws SpaceError for other action spaces
 */
export function ppoAgent<Config extends PpoConfig>(
  options: CreateOptions<Config>,
  { algorithm, config: schema, ...variant }: PpoVariant<Config>,
): RolloutAgent<Config> {
  const { shell, ...parts } = jointParts(algorithm, schema, options);
  const { layout, init, head, apply } = parts.network;
  const network: Network<readonly [rows: PpoRows], Judgement> = {
    ...{ layout, init },
    apply: (params, { obs, mask }) => apply(params, obs, mask),
  };
  return rolloutAgent({ ...shell, ...ppoLearner({ ...options, ...parts, ...variant, algorithm, network, head }) });
}

/** Proximal Policy Optimization with the clipped objective, for discrete and continuous actions. */
export const ppo = rolloutAlgorithm<PpoConfig>({
  id: 'ppo',
  title: 'Proximal Policy Optimization (clipped)',
  paper: 'Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347',
  config: ppoConfig,
  presets: ppoPresets,
  create: options => ppoAgent(options, { algorithm: 'ppo', config: ppoConfig }),
});
