/**
 * Advantage Actor-Critic: the synchronous form of A3C.
 *
 * Mnih, Puigdomènech Badia, Mirza, Graves, Lillicrap, Harley, Silver, Kavukcuoglu (2016), "Asynchronous Methods for Deep
 * Reinforcement Learning", arXiv:1602.01783, algorithm S3. All workers act with the same parameters, and one step is made along
 * their mean gradient.
 *
 *   paper               here
 *   R − V(s_t; θ_v)     advantage, of up to t_max steps
 *   R                   valueTarget = advantage + value
 *   t_max               rolloutLength
 *   workers             numEnvs
 *   β                   entropyCoefficient
 *
 * Deviations from the paper:
 * 1. Workers wait for each other, so a seed fixes the run.
 * 2. The advantage can be GAE(λ) (`lambda`; 1 is the paper's).
 * 3. Weights of the losses, and a limit to the norm of the gradient, as is common practice.
 * 4. Adam in place of RMSprop (`optimizer`; off).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  maskedProgram,
  normalizeAdvantage,
  type Optimizer,
  program,
  rmsprop,
  Store,
  scheduledInputs,
  trainable,
} from '@zpin/core';
import { jointParts } from './actor-critic/agent-parts.ts';
import { advantageFields, jointLossFields, jointPolicyFields, rolloutFields } from './actor-critic/fields.ts';
import { policyGradientLoss } from './actor-critic/policy-gradient-loss.ts';
import { rolloutAgent, rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { a2cPresets } from './presets/a2c.ts';
import { onAdvantages } from './rollout/advantages.ts';

// ---- configuration ----

export const a2cConfig = configSchema({
  ...rolloutFields({ numEnvs: 8, rolloutLength: 5 }),
  learningRate: field.scheduled({ min: 0, default: 7e-4, meaning: 'step size of the optimiser' }),
  optimizer: field.choice(['rmsprop', 'adam'], {
    default: 'rmsprop',
    meaning: 'rule by which gradients change the parameters',
  }),
  optimizerEpsilon: field.positive({ default: 1e-5, meaning: 'term added to the denominator of the optimiser' }),
  rmspropDecay: field.probability({
    default: 0.99,
    meaning: 'decay of the mean of squared gradients of RMSprop (α in the paper)',
  }),
  ...advantageFields({ lambda: 1, normalized: false }),
  ...jointLossFields({ entropyCoefficient: 0.01 }),
  ...jointPolicyFields,
});

export type A2cConfig = ConfigOf<typeof a2cConfig>;

// ---- loss ----

export interface A2cLossInput {
  /** `[B]`: log π(a|s) */
  readonly logProb: tf.Tensor;
  /** `[B]`: entropy of π(·|s) */
  readonly entropy: tf.Tensor;
  /** `[B]`: V(s) */
  readonly value: tf.Tensor;
  /** `[B]`: R − V(s), not differentiated */
  readonly advantage: tf.Tensor;
  /** `[B]`: R */
  readonly valueTarget: tf.Tensor;
}

/**
 * The loss whose gradient is that of algorithm S3 with the entropy bonus of section 4, averaged over the batch and negated: the
 * policy climbs log π · advantage + β H, the value descends its squared error.
 * @returns scalars
 */
export function a2cLoss(
  { logProb, entropy, value, advantage, valueTarget }: A2cLossInput,
  { valueCoefficient, entropyCoefficient }: Pick<A2cConfig, 'valueCoefficient' | 'entropyCoefficient'>,
) {
  const policyLoss = policyGradientLoss(logProb, advantage);
  const valueLoss = tf.mean(tf.squaredDifference(value, valueTarget));
  const meanEntropy = tf.mean(entropy);
  const loss = tf.sub(tf.add(policyLoss, tf.mul(valueLoss, valueCoefficient)), tf.mul(meanEntropy, entropyCoefficient));
  return { loss, policyLoss, valueLoss, entropy: meanEntropy };
}

// ---- agent ----

/** Builds an A2C agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<A2cConfig>) {
  const { config, network, inputs, initRng, shell } = jointParts('a2c', a2cConfig, options);
  const { maxGradientNorm } = config;
  const learner = trainable({
    network,
    optimizer: optimizerOf(config),
    name: 'parameters',
    moments: 'optimizer',
    maxGradientNorm,
  });
  const store = new Store(options.engine, learner.vectors(initRng));
  const ratesAt = scheduledInputs({ learningRate: config.learningRate });
  const { obs, action, advantage, valueTarget } = inputs;

  const learn = maskedProgram(network.head.maskSize, mask =>
    program(store, {
      name: 'a2c.update',
      inputs: { obs, action, advantage, valueTarget, learningRate: [], ...mask },
      run: (state, { obs, action, valueTarget, learningRate, mask, ...batch }) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const { next, loss, ...metrics } = learner.descend(state, learningRate, judge => {
          const { distribution, value } = judge(obs, mask);
          const [logProb, entropy] = [distribution.logProb(action), distribution.entropy()];
          return a2cLoss({ logProb, entropy, value, advantage, valueTarget }, config);
        });
        return { state: next, metrics };
      },
    }),
  );

  return rolloutAgent({
    ...shell,
    store,
    programs: [learn],
    update: onAdvantages(config, async (columns, share, metrics) => {
      const { learningRate } = ratesAt(share);
      metrics.add(await (await learn.for(columns.mask)({ ...columns, learningRate })).metrics.read());
      return learningRate[0];
    }),
  });
}

function optimizerOf({ optimizer, optimizerEpsilon: epsilon, rmspropDecay: decay }: A2cConfig): Optimizer {
  return optimizer === 'adam' ? adam({ epsilon }) : rmsprop({ decay, epsilon });
}

/** Advantage Actor-Critic, for discrete and continuous actions. */
export const a2c = rolloutAlgorithm<A2cConfig>({
  id: 'a2c',
  title: 'Advantage Actor-Critic',
  paper: 'Mnih et al. 2016, "Asynchronous Methods for Deep Reinforcement Learning", arXiv:1602.01783',
  config: a2cConfig,
  presets: a2cPresets,
  create,
});
