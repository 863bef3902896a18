/**
 * Trust Region Policy Optimization.
 *
 * Schulman, Levine, Moritz, Jordan, Abbeel (2015), "Trust Region Policy Optimization", arXiv:1502.05477, with the advantages of
 * Schulman et al. (2016), "High-Dimensional Continuous Control Using Generalized Advantage Estimation", arXiv:1506.02438.
 *
 *   paper            here
 *   L_θold(θ)        surrogate = mean(ratio · advantage), ratio = π_θ(a|s) / π_θold(a|s) (eq. 14)
 *   D̄_KL(θold, θ)    kl, the mean divergence of the new policy from the old one
 *   δ                maxKl
 *   A                the Fisher matrix; its products with vectors are Hessian-vector products of kl
 *   s = A⁻¹ g        naturalStep, by conjugate gradients
 *
 * Deviations from the paper:
 * 1. Advantages come from GAE(λ) with a learned value instead of whole returns, and are normalised (`normalizeAdvantage`).
 * 2. The Fisher matrix is damped, as in the authors' code (`damping`), and taken over the whole rollout.
 */

import * as tf from '@tensorflow/tfjs';
import { type Metrics, type OnPolicyAgent, Rng, type Rollout, valueAt } from '@zpin/contracts';
import {
  type Algorithm,
  type CreateOptions,
  count,
  field,
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
import { lineSearch } from './line-search.ts';
import { maskedProgram } from './masked-program.ts';
import { naturalGradientFields, naturalStep } from './natural-gradient.ts';
import { normalizeAdvantage } from './normalize-advantage.ts';
import { normalizationFields } from './normalizer.ts';
import { surrogate } from './surrogate.ts';
import { trpoPresets } from './trpo-presets.ts';
import { valueFit, valueFitFields, valueVectors } from './value-fit.ts';

// ---- configuration ----

export const trpoConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  rolloutLength: count({ default: 2048, unit: 'environment steps per copy', meaning: 'steps collected between two updates' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0.95, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return' }),
  ...naturalGradientFields,
  lineSearchSteps: count({ default: 10, meaning: 'lengths of the step that are tried before the old policy is kept' }),
  lineSearchShrink: field(z.number().gt(0).lt(1), { default: 0.8, meaning: 'factor on the step from one try to the next' }),
  ...valueFitFields,
  ...networkFields,
  ...separateTrunksField,
  ...normalizationFields,
});

export type TrpoConfig = z.output<typeof trpoConfig>;

// ---- agent ----

/** Builds a TRPO agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<TrpoConfig>): OnPolicyAgent<TrpoConfig> {
  const config = parseConfig(trpoConfig, given ?? {}, 'trpo');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = separateActorCritic('trpo', spec, config);
  const { head, policy } = network;
  const { layout, init } = network.separate.policy;
  const store = new Store(engine, { policy: init(initRng), ...valueVectors(network, initRng) });
  const inputs = {
    obs: observationInput(spec.observationSpace),
    action: head.action,
    oldLogProb: ['batch'],
    advantage: ['batch'],
  } as const;

  // Eq. 14: maximise the surrogate, subject to a divergence of at most δ. This is the step that does so to second order.
  const stepProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'trpo.step',
      inputs: { ...inputs, ...mask },
      run: ({ policy: parameters }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const old = policy(unflattenParams(layout, parameters), batch.obs, batch.mask);
        const { gradient, entropy } = valueAndGrad(layout, params => {
          const now = policy(params, batch.obs, batch.mask);
          const objective = surrogate(now.logProb(batch.action), batch.oldLogProb, advantage);
          return { loss: objective, entropy: tf.mean(now.entropy()) };
        })(parameters);
        const kl = (params: Parameters<typeof policy>[0]) => tf.mean(old.kl(policy(params, batch.obs, batch.mask)));
        const { step, expectedImprovement } = naturalStep({ layout, parameters, gradient, kl, config });
        const gradientNorm = tf.norm(gradient);
        return { outputs: { step }, metrics: { expectedImprovement, entropy, gradientNorm } };
      },
    }),
  );

  // Appendix C: what a fraction of that step would really bring. The policy itself stays as it is.
  const tryProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'trpo.try',
      inputs: { ...inputs, step: [layout.size], fraction: [], ...mask },
      run: ({ policy: parameters }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const candidate: tf.Tensor1D = tf.add(parameters, tf.mul(batch.step, batch.fraction));
        const old = policy(unflattenParams(layout, parameters), batch.obs, batch.mask);
        const next = policy(unflattenParams(layout, candidate), batch.obs, batch.mask);
        const improvement = tf.sub(
          surrogate(next.logProb(batch.action), batch.oldLogProb, advantage),
          surrogate(old.logProb(batch.action), batch.oldLogProb, advantage),
        );
        return { outputs: { candidate }, metrics: { improvement, kl: tf.mean(old.kl(next)) } };
      },
    }),
  );

  const value = valueFit({ algorithm: 'trpo', spec, network, store, config, shuffleRng });
  const estimate = advantages(config.gamma, config.lambda);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { obs, action, logProb: oldLogProb, value: oldValue, actionMask: mask } = rollout;
    const { advantage, valueTarget } = estimate(rollout);
    const batch = { obs, action, oldLogProb, advantage, ...(mask && { mask }) };
    const metrics = new MeanMetrics();

    const direction = await stepProgram.for(mask)(batch);
    metrics.add(await direction.metrics.read());
    const step = direction.outputs.step as Float32Array;
    let candidate = new Float32Array(0);
    const evaluate = async (fraction: number) => {
      const tried = await tryProgram.for(mask)({ ...batch, step, fraction: Float32Array.of(fraction) });
      candidate = tried.outputs.candidate as Float32Array<ArrayBuffer>;
      const { improvement, kl } = await tried.metrics.read();
      return { improvement, kl };
    };
    const { lineSearchSteps: steps, lineSearchShrink: shrink, maxKl } = config;
    const { fraction, ...found } = await lineSearch(evaluate, { steps, shrink, maxKl });
    if (fraction > 0) store.write('policy', candidate);
    metrics.add({ ...found, stepFraction: fraction });

    const learningRate = valueAt(config.learningRate, progress);
    await value.fit(rollout, valueTarget, learningRate, metrics);
    metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate });
    return metrics;
  }

  return actorCriticAgent({
    algorithm: 'trpo',
    spec,
    config,
    network,
    store,
    params: network.separate.params,
    policyVector: 'policy',
    actionRng,
    memory: { shuffleRng },
    programs: [stepProgram, tryProgram, value],
    update,
  });
}

/** Trust Region Policy Optimization, for discrete and continuous actions. */
export const trpo: Algorithm<TrpoConfig> = {
  id: 'trpo',
  title: 'Trust Region Policy Optimization',
  paper: 'Schulman et al. 2015, "Trust Region Policy Optimization", arXiv:1502.05477',
  config: trpoConfig,
  presets: trpoPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('trpo', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<TrpoConfig>>),
};
