/**
 * Vanilla Policy Gradient with generalised advantages.
 *
 * Sutton, McAllester, Singh, Mansour (1999), "Policy Gradient Methods for Reinforcement Learning with Function Approximation", NIPS 12;
 * Schulman, Moritz, Levine, Jordan, Abbeel (2016), "High-Dimensional Continuous Control Using Generalized Advantage Estimation",
 * arXiv:1506.02438.
 *
 *   paper            here
 *   g (GAE, eq. 1)   the policy gradient, the mean of advantage · ∇ log π_θ(a|s)
 *   Â_t              advantage, by GAE(λ) (eq. 16)
 *   V̂_t              valueTarget = advantage + value
 *
 * Deviations from the papers:
 * 1. The policy climbs by Adam instead of plain gradient steps or a trust region.
 * 2. Advantages are normalised in each rollout (`normalizeAdvantage`).
 * 3. The value is fitted by Adam instead of a trust region.
 */

import * as tf from '@tensorflow/tfjs';
import { type Metrics, type OnPolicyAgent, Rng, type Rollout, valueAt } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  count,
  field,
  MeanMetrics,
  nonNegative,
  observationInput,
  parseConfig,
  probability,
  program,
  Store,
  scheduled,
  type TrainOptions,
  trainOnPolicy,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { greedyPolicy, networkFields, separateActorCritic, separateTrunksField } from './actor-critic.ts';
import { actorCriticAgent } from './actor-critic-agent.ts';
import { advantages } from './advantages.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { normalizeAdvantage } from './normalize-advantage.ts';
import { normalizationFields } from './normalizer.ts';
import { policyGradientLoss } from './policy-gradient-loss.ts';
import { valueFit, valueFitFields, valueVectors } from './value-fit.ts';
import { vpgPresets } from './vpg-presets.ts';

// ---- configuration ----

export const vpgConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  rolloutLength: count({ default: 2048, unit: 'environment steps per copy', meaning: 'steps collected between two updates' }),
  policyLearningRate: scheduled(z.number().nonnegative(), { default: 3e-3, meaning: 'step size of Adam for the policy' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0.97, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return' }),
  entropyCoefficient: nonNegative({ default: 0, meaning: 'weight of the entropy bonus' }),
  normalizeAdvantage: field(z.boolean(), { default: true, meaning: 'give advantages mean 0 and deviation 1 in each rollout' }),
  ...valueFitFields,
  ...networkFields,
  ...separateTrunksField,
  ...normalizationFields,
});

export type VpgConfig = z.output<typeof vpgConfig>;

// ---- agent ----

/** Builds a VPG agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<VpgConfig>): OnPolicyAgent<VpgConfig> {
  const config = parseConfig(vpgConfig, given ?? {}, 'vpg');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = separateActorCritic('vpg', spec, config);
  const { head, policy } = network;
  const { layout, init } = network.separate.policy;
  const optimizer = adam();
  const store = new Store(engine, {
    ...valueVectors(network, initRng),
    policy: init(initRng),
    policyAdam: optimizer.init(layout.size),
  });

  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'vpg.update',
      inputs: {
        obs: observationInput(spec.observationSpace),
        action: head.action,
        advantage: ['batch'],
        policyLearningRate: [],
        ...mask,
      },
      run: ({ policy: parameters, policyAdam: moments }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const {
          loss: _,
          gradient,
          ...metrics
        } = valueAndGrad(layout, params => {
          const distribution = policy(params, batch.obs, batch.mask);
          const policyLoss = policyGradientLoss(distribution.logProb(batch.action), advantage);
          const entropy = tf.mean(distribution.entropy());
          return { loss: tf.sub(policyLoss, tf.mul(entropy, config.entropyCoefficient)), policyLoss, entropy };
        })(parameters);
        const next = optimizer.step({ parameters, gradient, state: moments, learningRate: batch.policyLearningRate });
        const gradientNorm = tf.norm(gradient);
        return { state: { policy: next.parameters, policyAdam: next.state }, metrics: { ...metrics, gradientNorm } };
      },
    }),
  );

  const value = valueFit({ algorithm: 'vpg', spec, network, store, config, shuffleRng });
  const estimate = advantages(config.gamma, config.lambda);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { obs, action, value: oldValue, actionMask: mask } = rollout;
    const { advantage, valueTarget } = estimate(rollout);
    const policyLearningRate = Float32Array.of(valueAt(config.policyLearningRate, progress));
    const metrics = new MeanMetrics();
    const result = await updateProgram.for(mask)({ obs, action, advantage, policyLearningRate, ...(mask && { mask }) });
    metrics.add(await result.metrics.read());
    const learningRate = valueAt(config.learningRate, progress);
    await value.fit(rollout, valueTarget, learningRate, metrics);
    metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate });
    return metrics;
  }

  return actorCriticAgent({
    algorithm: 'vpg',
    spec,
    config,
    network,
    store,
    params: network.separate.params,
    policyVector: 'policy',
    actionRng,
    memory: { shuffleRng },
    programs: [updateProgram, value],
    update,
  });
}

/** Vanilla Policy Gradient with generalised advantages, for discrete and continuous actions. */
export const vpg: Algorithm<VpgConfig> = {
  id: 'vpg',
  title: 'Vanilla Policy Gradient',
  paper: 'Sutton et al. 1999, "Policy Gradient Methods for Reinforcement Learning with Function Approximation", NIPS 12',
  config: vpgConfig,
  presets: vpgPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('vpg', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<VpgConfig>>),
};
