/**
 * Advantage Actor-Critic: the synchronous form of A3C.
 *
 * Mnih, Puigdomènech Badia, Mirza, Graves, Lillicrap, Harley, Silver, Kavukcuoglu (2016), "Asynchronous Methods for Deep Reinforcement
 * Learning", arXiv:1602.01783, algorithm S3. All workers act with the same parameters, and one step is made along their mean gradient.
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
  type Optimizer,
  observationInput,
  parseConfig,
  positive,
  probability,
  program,
  rmsprop,
  Store,
  scheduled,
  type TrainOptions,
  trainOnPolicy,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { a2cPresets } from './a2c-presets.ts';
import { actorCritic, greedyPolicy, networkFields, sharedTrunkField } from './actor-critic.ts';
import { actorCriticAgent } from './actor-critic-agent.ts';
import { advantages } from './advantages.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { normalizeAdvantage } from './normalize-advantage.ts';
import { normalizationFields } from './normalizer.ts';
import { policyGradientLoss } from './policy-gradient-loss.ts';

// ---- configuration ----

export const a2cConfig = z.strictObject({
  numEnvs: count({ default: 8, meaning: 'copies of the environment stepped together' }),
  rolloutLength: count({
    default: 5,
    unit: 'environment steps per copy',
    meaning: 'steps collected between two updates (t_max)',
  }),
  learningRate: scheduled(z.number().nonnegative(), { default: 7e-4, meaning: 'step size of the optimiser' }),
  optimizer: field(z.enum(['rmsprop', 'adam']), { default: 'rmsprop', meaning: 'rule by which gradients change the parameters' }),
  optimizerEpsilon: positive({ default: 1e-5, meaning: 'term added to the denominator of the optimiser' }),
  rmspropDecay: probability({ default: 0.99, meaning: 'decay of the mean of squared gradients of RMSprop (α in the paper)' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 1, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the n-step return' }),
  valueCoefficient: nonNegative({ default: 0.5, meaning: 'weight of the value loss' }),
  entropyCoefficient: nonNegative({ default: 0.01, meaning: 'weight of the entropy bonus (β)' }),
  maxGradientNorm: positive({ default: 0.5, meaning: 'largest global norm of the gradient' }),
  normalizeAdvantage: field(z.boolean(), { default: false, meaning: 'give advantages mean 0 and deviation 1 in each rollout' }),
  ...networkFields,
  ...sharedTrunkField,
  ...normalizationFields,
});

export type A2cConfig = z.output<typeof a2cConfig>;

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
 * The loss whose gradient is that of algorithm S3 with the entropy bonus of section 4, averaged over the batch and negated: the policy
 * climbs log π · advantage + β H, the value descends its squared error.
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
function create({ spec, config: given, seed, engine }: CreateOptions<A2cConfig>): OnPolicyAgent<A2cConfig> {
  const config = parseConfig(a2cConfig, given ?? {}, 'a2c');
  const [initRng, actionRng] = new Rng(seed).spawn(2);
  const network = actorCritic('a2c', spec, config);
  const { head, layout } = network;
  const optimizer: Optimizer =
    config.optimizer === 'adam'
      ? adam({ epsilon: config.optimizerEpsilon })
      : rmsprop({ decay: config.rmspropDecay, epsilon: config.optimizerEpsilon });
  const store = new Store(engine, { parameters: network.init(initRng), optimizer: optimizer.init(layout.size) });

  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'a2c.update',
      inputs: {
        obs: observationInput(spec.observationSpace),
        action: head.action,
        advantage: ['batch'],
        valueTarget: ['batch'],
        learningRate: [],
        ...mask,
      },
      run: ({ parameters, optimizer: moments }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const {
          loss: _,
          gradient,
          ...metrics
        } = valueAndGrad(layout, params => {
          const { distribution, value } = network.both(params, batch.obs, batch.mask);
          const logProb = distribution.logProb(batch.action);
          const entropy = distribution.entropy();
          const { valueTarget } = batch;
          return a2cLoss({ logProb, entropy, value, advantage, valueTarget }, config);
        })(parameters);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters, gradient: clipped, state: moments, learningRate: batch.learningRate });
        return { state: { parameters: next.parameters, optimizer: next.state }, metrics: { ...metrics, gradientNorm: norm } };
      },
    }),
  );

  const estimate = advantages(config.gamma, config.lambda);
  const learningRate = new Float32Array(1);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { obs, action, value: oldValue, actionMask: mask } = rollout;
    const { advantage, valueTarget } = estimate(rollout);
    learningRate[0] = valueAt(config.learningRate, progress);
    const learn = updateProgram.for(mask);
    const { metrics } = await learn({ obs, action, advantage, valueTarget, learningRate, ...(mask && { mask }) });
    const all = new MeanMetrics();
    all.add(await metrics.read());
    all.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate: learningRate[0] });
    return all;
  }

  return actorCriticAgent({
    algorithm: 'a2c',
    spec,
    config,
    network,
    store,
    params: ({ parameters }) => unflattenParams(layout, parameters),
    policyVector: 'parameters',
    actionRng,
    programs: [updateProgram],
    update,
  });
}

/** Advantage Actor-Critic, for discrete and continuous actions. */
export const a2c: Algorithm<A2cConfig> = {
  id: 'a2c',
  title: 'Advantage Actor-Critic',
  paper: 'Mnih et al. 2016, "Asynchronous Methods for Deep Reinforcement Learning", arXiv:1602.01783',
  config: a2cConfig,
  presets: a2cPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('a2c', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<A2cConfig>>),
};
