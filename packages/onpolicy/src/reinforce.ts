/**
 * REINFORCE, with and without a baseline.
 *
 * Williams (1992), "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning", Machine Learning
 * 8; Sutton & Barto (2018), "Reinforcement Learning: An Introduction", sections 13.3 and 13.4.
 *
 *   book             here
 *   G_t              returnToGo; with `returns` whole every step of an episode gets G_0, the theorem in its first form
 *   v̂(S_t, w)        value, the baseline (`baseline`)
 *   δ = G_t − v̂      advantage
 *   α^θ, α^w         policyLearningRate, valueLearningRate
 *
 * Deviations from the book:
 * 1. Steps are made by Adam along the mean over all steps of the episodes that ended in a rollout, not after each episode.
 * 2. An episode that a rollout cuts is learned from when it has ended, so an update may lie between its first step and its last.
 * 3. The factor γᵗ is left out, as is common practice.
 * 4. Where a time limit cuts an episode the baseline stands for what would have followed.
 * 5. Advantages can be normalised (`normalizeAdvantage`; off).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, InputError, message, valueAt } from '@zpin/contracts';
import {
  adam,
  breathe,
  type ConfigOf,
  type CreateOptions,
  MeanMetrics,
  maskedProgram,
  normalizeAdvantages,
  program,
  Store,
  scheduledInputs,
  trainable,
} from '@zpin/core';
import { separateParts } from './actor-critic/agent-parts.ts';
import { normalizedAdvantageField, rolloutFields, separateConfigSchema, separatePolicyFields } from './actor-critic/fields.ts';
import { rolloutAgent, rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { valueLearner } from './actor-critic/value-fit.ts';
import { reinforcePresets } from './presets/reinforce.ts';
import { type EpisodeSteps, Episodes } from './rollout/episodes.ts';
import { explainedVariance } from './rollout/explained-variance.ts';
import { padRows } from './rollout/pad-rows.ts';

// ---- configuration ----

export const reinforceConfig = separateConfigSchema({
  ...rolloutFields({ rolloutLength: 1024 }),
  returns: field.choice(['toGo', 'whole'], {
    default: 'toGo',
    meaning: 'what weighs a step: the return from it on, or that of its whole episode',
  }),
  baseline: field.boolean({ default: true, meaning: 'subtract a learned value from returns' }),
  policyLearningRate: field.scheduled({ min: 0, default: 3e-3, meaning: 'step size of Adam for the policy (α^θ)' }),
  valueLearningRate: field.scheduled({ min: 0, default: 3e-3, meaning: 'step size of Adam for the baseline (α^w)' }),
  valueEpochs: field.count({ default: 20, meaning: 'steps of the baseline in each update' }),
  longestEpisode: field.count({
    default: 100_000,
    unit: 'environment steps',
    meaning:
      'steps after which an episode that has not ended is an error: only whole ones are learned from, and all steps are kept',
  }),
  ...normalizedAdvantageField(false),
  ...separatePolicyFields,
});

export type ReinforceConfig = ConfigOf<typeof reinforceConfig>;

// ---- losses ----

/**
 * What weighs log π(a|s) of each step: G_t or G_0, minus the baseline, `[R]`.
 * @param steps steps of whole episodes
 */
export function stepWeights(
  { returnToGo, wholeReturn, value }: Pick<EpisodeSteps, 'returnToGo' | 'wholeReturn' | 'value'>,
  config: Pick<ReinforceConfig, 'returns' | 'baseline' | 'normalizeAdvantage'>,
): Float32Array {
  const returns = config.returns === 'toGo' ? returnToGo : wholeReturn;
  const weights = returns.map((g, i) => (config.baseline ? g - value[i] : g));
  return config.normalizeAdvantage ? normalizeAdvantages(weights) : weights;
}

/** Refuses to wait on for the end of an episode. @throws InputError */
function checkLength(id: string, steps: number, longest: number): void {
  if (steps <= longest) return;
  const remedy = 'Give the environment a time limit (its option maxEpisodeSteps, or TimeLimit), or raise longestEpisode';
  throw new InputError(
    message('reinforce', `episodes of ${id} must end within ${longest} steps`, `${steps} steps and no end`, remedy),
  );
}

// ---- agent ----

/** Builds a REINFORCE agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<ReinforceConfig>) {
  const { config, network, inputs, initRng, shell } = separateParts('reinforce', reinforceConfig, options);
  const { policyLearningRate, valueLearningRate, baseline, numEnvs, gamma } = config;
  const { head, separate } = network;
  const policy = trainable({ network: separate.policy, optimizer: adam(), name: 'policy', moments: 'policyAdam' });
  const value = valueLearner(separate.value);
  const store = new Store(options.engine, { ...value.vectors(initRng), ...policy.vectors(initRng) });
  const ratesAt = scheduledInputs({ policyLearningRate, valueLearningRate });
  const { obs, action } = inputs;

  // `share` is 1/R in the R rows of steps and 0 in those that only fill up the batch, so sums over the batch are means over
  // steps.
  const climb = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'reinforce.policy',
      inputs: { obs, action, weight: ['batch'], share: ['batch'], policyLearningRate: [], ...mask },
      run: (state, { obs, action, weight, share, policyLearningRate, mask }) => {
        const { next, loss, ...metrics } = policy.descend(state, policyLearningRate, policyAt => {
          const distribution = policyAt(obs, mask);
          // ∇ of −G_t log π(a|s): the update of section 13.3, negated.
          const policyLoss = tf.neg(tf.sum(tf.mul(tf.mul(distribution.logProb(action), weight), share)));
          return { loss: policyLoss, entropy: tf.sum(tf.mul(distribution.entropy(), share)) };
        });
        return { state: next, metrics: { policyLoss: loss, ...metrics } };
      },
    }),
  );
  const fit = program(store, {
    name: 'reinforce.baseline',
    inputs: { obs, target: ['batch'], share: ['batch'], valueLearningRate: [] },
    run: (state, { obs, target, share, valueLearningRate }) => {
      const { next, loss } = value.descend(state, valueLearningRate, valueAt => ({
        loss: tf.sum(tf.mul(tf.squaredDifference(valueAt(obs), target), share)),
      }));
      return { state: next, metrics: { valueLoss: loss } };
    },
  });

  const episodes = new Episodes({ numEnvs, gamma, bootstrap: baseline });
  return rolloutAgent({
    ...shell,
    store,
    memory: { episodes },
    programs: [climb, fit],

    async update(rollout, done, signal) {
      const metrics = new MeanMetrics();
      const steps = episodes.add(rollout);
      checkLength(options.spec.id, episodes.longestOpen, config.longestEpisode);
      metrics.add({ episodes: steps?.episodes ?? 0 });
      if (!steps) return metrics;
      const { rows, obs, action, value, returnToGo: target, actionMask: mask } = steps;
      const share = new Float32Array(rows).fill(1 / rows);
      const batch = padRows({ obs, action, weight: stepWeights(steps, config), target, share, ...(mask && { mask }) }, rows);
      // A row that only fills up the batch must have a legal action too.
      batch.mask?.fill(1, mask?.length);
      const rates = ratesAt(done);
      metrics.add(await (await climb.for(mask)({ ...batch, ...rates })).metrics.read());
      if (!baseline) return metrics;
      for (let epoch = 0; epoch < config.valueEpochs; epoch++) {
        metrics.add(await (await fit({ ...batch, ...rates })).metrics.read());
        await breathe(signal);
      }
      const learningRate = valueAt(valueLearningRate, done);
      metrics.add({ explainedVariance: explainedVariance(value, target), learningRate });
      return metrics;
    },
  });
}

/** REINFORCE with and without a baseline, for discrete and continuous actions. */
export const reinforce = rolloutAlgorithm<ReinforceConfig>({
  id: 'reinforce',
  title: 'REINFORCE',
  paper: 'Williams 1992, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"',
  config: reinforceConfig,
  presets: reinforcePresets,
  create,
});
