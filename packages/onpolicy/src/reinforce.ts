/**
 * REINFORCE, with and without a baseline.
 *
 * Williams (1992), "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning", Machine Learning 8;
 * Sutton & Barto (2018), "Reinforcement Learning: An Introduction", sections 13.3 and 13.4.
 *
 *   book             here
 *   G_t              returnToGo; with `returns` whole every step of an episode gets G_0, the theorem in its first form
 *   v̂(S_t, w)        value, the baseline (`baseline`)
 *   δ = G_t − v̂      advantage
 *   α^θ, α^w         policyLearningRate, learningRate
 *
 * Deviations from the book:
 * 1. Steps are made by Adam along the mean over all steps of the episodes that ended in a rollout, not after each episode.
 * 2. An episode that a rollout cuts is learned from when it has ended, so an update may lie between its first step and its last.
 * 3. The factor γᵗ is left out, as is common practice.
 * 4. Where a time limit cuts an episode the baseline stands for what would have followed.
 * 5. Advantages can be normalised (`normalizeAdvantage`; off).
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
import { type EpisodeSteps, Episodes } from './episodes.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { normalizationFields } from './normalizer.ts';
import { padRows } from './pad-rows.ts';
import { reinforcePresets } from './reinforce-presets.ts';

// ---- configuration ----

export const reinforceConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  rolloutLength: count({ default: 1024, unit: 'environment steps per copy', meaning: 'steps collected between two updates' }),
  returns: field(z.enum(['toGo', 'whole']), {
    default: 'toGo',
    meaning: 'what weighs a step: the return from it on, or that of its whole episode',
  }),
  baseline: field(z.boolean(), { default: true, meaning: 'subtract a learned value from returns' }),
  policyLearningRate: scheduled(z.number().nonnegative(), { default: 3e-3, meaning: 'step size of Adam for the policy (α^θ)' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-3, meaning: 'step size of Adam for the baseline (α^w)' }),
  valueEpochs: count({ default: 20, meaning: 'steps of the baseline in each update' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  normalizeAdvantage: field(z.boolean(), { default: false, meaning: 'give advantages mean 0 and deviation 1 in each update' }),
  ...networkFields,
  ...separateTrunksField,
  ...normalizationFields,
});

export type ReinforceConfig = z.output<typeof reinforceConfig>;

// ---- losses ----

/**
 * What weighs log π(a|s) of each step: G_t or G_0, minus the baseline, `[R]`.
 * @param steps steps of whole episodes
 */
export function stepWeights(
  { returnToGo, wholeReturn, value, rows }: Pick<EpisodeSteps, 'returnToGo' | 'wholeReturn' | 'value' | 'rows'>,
  config: Pick<ReinforceConfig, 'returns' | 'baseline' | 'normalizeAdvantage'>,
): Float32Array {
  const returns = config.returns === 'toGo' ? returnToGo : wholeReturn;
  const weights = returns.map((g, i) => (config.baseline ? g - value[i] : g));
  if (!config.normalizeAdvantage) return weights;
  const mean = weights.reduce((sum, x) => sum + x, 0) / rows;
  const variance = weights.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, rows - 1);
  return weights.map(x => (x - mean) / (Math.sqrt(variance) + 1e-8));
}

// ---- agent ----

/** Builds a REINFORCE agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<ReinforceConfig>): OnPolicyAgent<ReinforceConfig> {
  const config = parseConfig(reinforceConfig, given ?? {}, 'reinforce');
  const [initRng, actionRng] = new Rng(seed).spawn(2);
  const network = separateActorCritic('reinforce', spec, config);
  const { head, policy } = network;
  const layouts = { policy: network.separate.policy.layout, value: network.separate.value.layout };
  const optimizer = adam();
  const store = new Store(engine, {
    value: network.separate.value.init(initRng),
    valueAdam: optimizer.init(layouts.value.size),
    policy: network.separate.policy.init(initRng),
    policyAdam: optimizer.init(layouts.policy.size),
  });
  const obsInput = observationInput(spec.observationSpace);

  // `share` is 1/R in the R rows of steps and 0 in those that only fill up the batch, so sums over the batch are means over steps.
  const policyProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'reinforce.policy',
      inputs: { obs: obsInput, action: head.action, weight: ['batch'], share: ['batch'], learningRate: [], ...mask },
      run: ({ policy: parameters, policyAdam: moments }, batch) => {
        const { gradient, loss, entropy } = valueAndGrad(layouts.policy, params => {
          const distribution = policy(params, batch.obs, batch.mask);
          const logProb = distribution.logProb(batch.action);
          // ∇ of −G_t log π(a|s): the update of section 13.3, negated.
          const policyLoss = tf.neg(tf.sum(tf.mul(tf.mul(logProb, batch.weight), batch.share)));
          return { loss: policyLoss, entropy: tf.sum(tf.mul(distribution.entropy(), batch.share)) };
        })(parameters);
        const next = optimizer.step({ parameters, gradient, state: moments, learningRate: batch.learningRate });
        const metrics = { policyLoss: loss, entropy, gradientNorm: tf.norm(gradient) };
        return { state: { policy: next.parameters, policyAdam: next.state }, metrics };
      },
    }),
  );
  const baselineProgram = program(store, {
    name: 'reinforce.baseline',
    inputs: { obs: obsInput, target: ['batch'], share: ['batch'], learningRate: [] },
    run: ({ value: parameters, valueAdam: moments }, { obs, target, share, learningRate }) => {
      const { gradient, loss } = valueAndGrad(layouts.value, params => {
        const error = tf.squaredDifference(network.value(params, obs), target);
        return { loss: tf.sum(tf.mul(error, share)) };
      })(parameters);
      const next = optimizer.step({ parameters, gradient, state: moments, learningRate });
      return { state: { value: next.parameters, valueAdam: next.state }, metrics: { valueLoss: loss } };
    },
  });

  const episodes = new Episodes({ numEnvs: config.numEnvs, gamma: config.gamma, bootstrap: config.baseline });

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const metrics = new MeanMetrics();
    const steps = episodes.add(rollout);
    metrics.add({ episodes: steps?.episodes ?? 0 });
    if (!steps) return metrics;
    const { rows, obs, action, value, returnToGo: target, actionMask: mask } = steps;
    const weight = stepWeights(steps, config);
    const share = new Float32Array(rows).fill(1 / rows);
    const batch = padRows({ obs, action, weight, target, share, ...(mask && { mask }) }, rows);
    // A row that only fills up the batch must have a legal action too.
    batch.mask?.fill(1, mask?.length);
    const policyLearningRate = valueAt(config.policyLearningRate, progress);
    const learningRate = valueAt(config.learningRate, progress);
    const result = await policyProgram.for(mask)({ ...batch, learningRate: Float32Array.of(policyLearningRate) });
    metrics.add(await result.metrics.read());
    if (!config.baseline) return metrics;
    for (let epoch = 0; epoch < config.valueEpochs; epoch++) {
      metrics.add(await (await baselineProgram({ ...batch, learningRate: Float32Array.of(learningRate) })).metrics.read());
    }
    metrics.add({ explainedVariance: explainedVariance(value, target), learningRate });
    return metrics;
  }

  return actorCriticAgent({
    algorithm: 'reinforce',
    spec,
    config,
    network,
    store,
    params: network.separate.params,
    policyVector: 'policy',
    actionRng,
    memory: { episodes },
    programs: [policyProgram, baselineProgram],
    update,
  });
}

/** REINFORCE with and without a baseline, for discrete and continuous actions. */
export const reinforce: Algorithm<ReinforceConfig> = {
  id: 'reinforce',
  title: 'REINFORCE',
  paper: 'Williams 1992, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"',
  config: reinforceConfig,
  presets: reinforcePresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('reinforce', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<ReinforceConfig>>),
};
