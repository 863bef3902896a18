/**
 * Natural Policy Gradient.
 *
 * Kakade (2001), "A Natural Policy Gradient", NIPS 14.
 *
 *   paper            here
 *   η(θ)             the objective, through the surrogate mean(ratio · advantage), whose gradient at the old policy is ∇η
 *   F(θ)             Fisher matrix: the Hessian of the divergence from the old policy, whose products with vectors are all that is needed
 *   F(θ)⁻¹ ∇η(θ)     x, by conjugate gradients
 *   α                the length √(2δ / xᵀ F x) at which the divergence is δ (`maxKl`) to second order
 *
 * Deviations from the paper:
 * 1. The length of the step is set by its divergence instead of a fixed α (Peters & Schaal 2008; Rajeswaran et al. 2017), so it does not
 *    depend on the scale of rewards. This is TRPO without its line search.
 * 2. Advantages come from GAE(λ) with a learned value, and are normalised (`normalizeAdvantage`).
 * 3. The Fisher matrix is damped (`damping`).
 */

import * as tf from '@tensorflow/tfjs';
import { type Metrics, type OnPolicyAgent, Rng, type Rollout, valueAt } from '@zpin/contracts';
import {
  type Algorithm,
  type CreateOptions,
  count,
  MeanMetrics,
  observationInput,
  parseConfig,
  probability,
  program,
  Store,
  type TrainOptions,
  trainOnPolicy,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { greedyPolicy, networkFields, separateActorCritic, separateTrunksField } from './actor-critic.ts';
import { actorCriticAgent } from './actor-critic-agent.ts';
import { advantages } from './advantages.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { naturalGradientFields, naturalStep } from './natural-gradient.ts';
import { normalizeAdvantage } from './normalize-advantage.ts';
import { normalizationFields } from './normalizer.ts';
import { npgPresets } from './npg-presets.ts';
import { surrogate } from './surrogate.ts';
import { valueFit, valueFitFields, valueVectors } from './value-fit.ts';

// ---- configuration ----

export const npgConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  rolloutLength: count({ default: 2048, unit: 'environment steps per copy', meaning: 'steps collected between two updates' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0.95, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return' }),
  ...naturalGradientFields,
  ...valueFitFields,
  ...networkFields,
  ...separateTrunksField,
  ...normalizationFields,
});

export type NpgConfig = z.output<typeof npgConfig>;

// ---- agent ----

/** Builds an NPG agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<NpgConfig>): OnPolicyAgent<NpgConfig> {
  const config = parseConfig(npgConfig, given ?? {}, 'npg');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = separateActorCritic('npg', spec, config);
  const { head, policy } = network;
  const { layout, init } = network.separate.policy;
  const store = new Store(engine, { policy: init(initRng), ...valueVectors(network, initRng) });

  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'npg.update',
      inputs: {
        obs: observationInput(spec.observationSpace),
        action: head.action,
        oldLogProb: ['batch'],
        advantage: ['batch'],
        ...mask,
      },
      run: ({ policy: parameters }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const old = policy(unflattenParams(layout, parameters), batch.obs, batch.mask);
        const { gradient, entropy } = valueAndGrad(layout, params => {
          const now = policy(params, batch.obs, batch.mask);
          const objective = surrogate(now.logProb(batch.action), batch.oldLogProb, advantage);
          return { loss: objective, entropy: tf.mean(now.entropy()) };
        })(parameters);
        const { step, expectedImprovement } = naturalStep({
          layout,
          parameters,
          gradient,
          kl: params => tf.mean(old.kl(policy(params, batch.obs, batch.mask))),
          config,
        });
        const next: tf.Tensor1D = tf.add(parameters, step);
        const kl = tf.mean(old.kl(policy(unflattenParams(layout, next), batch.obs, batch.mask)));
        return { state: { policy: next }, metrics: { expectedImprovement, kl, entropy, gradientNorm: tf.norm(gradient) } };
      },
    }),
  );

  const value = valueFit({ algorithm: 'npg', spec, network, store, config, shuffleRng });
  const estimate = advantages(config.gamma, config.lambda);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { obs, action, logProb: oldLogProb, value: oldValue, actionMask: mask } = rollout;
    const { advantage, valueTarget } = estimate(rollout);
    const metrics = new MeanMetrics();
    const result = await updateProgram.for(mask)({ obs, action, oldLogProb, advantage, ...(mask && { mask }) });
    metrics.add(await result.metrics.read());
    const learningRate = valueAt(config.learningRate, progress);
    await value.fit(rollout, valueTarget, learningRate, metrics);
    metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate });
    return metrics;
  }

  return actorCriticAgent({
    algorithm: 'npg',
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

/** Natural Policy Gradient, for discrete and continuous actions. */
export const npg: Algorithm<NpgConfig> = {
  id: 'npg',
  title: 'Natural Policy Gradient',
  paper: 'Kakade 2001, "A Natural Policy Gradient", NIPS 14',
  config: npgConfig,
  presets: npgPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('npg', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<NpgConfig>>),
};
