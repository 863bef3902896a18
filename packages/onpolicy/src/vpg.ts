/**
 * Vanilla Policy Gradient with generalised advantages.
 *
 * Sutton, McAllester, Singh, Mansour (1999), "Policy Gradient Methods for Reinforcement Learning with Function Approximation",
 * NIPS 12; Schulman, Moritz, Levine, Jordan, Abbeel (2016), "High-Dimensional Continuous Control Using Generalized Advantage
 * Estimation", arXiv:1506.02438.
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

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  maskedProgram,
  normalizeAdvantage,
  program,
  Store,
  scheduledInputs,
  trainable,
} from '@zpin/core';
import { separateParts } from './actor-critic/agent-parts.ts';
import { separateConfigSchema } from './actor-critic/fields.ts';
import { fittedValueAgent } from './actor-critic/fitted-value-agent.ts';
import { policyGradientLoss } from './actor-critic/policy-gradient-loss.ts';
import { rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { fittedValueFields, valueLearner } from './actor-critic/value-fit.ts';
import { vpgPresets } from './presets/vpg.ts';

// ---- configuration ----

export const vpgConfig = separateConfigSchema({
  ...fittedValueFields({ lambda: 0.97 }),
  policyLearningRate: field.scheduled({ min: 0, default: 3e-3, meaning: 'step size of Adam for the policy' }),
  entropyCoefficient: field.nonNegative({ default: 0, meaning: 'weight of the entropy bonus' }),
});

export type VpgConfig = ConfigOf<typeof vpgConfig>;

// ---- agent ----

/** Builds a VPG agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<VpgConfig>) {
  const { config, network, inputs, initRng, shuffleRng, shell } = separateParts('vpg', vpgConfig, options);
  const { head, separate } = network;
  const policy = trainable({ network: separate.policy, optimizer: adam(), name: 'policy', moments: 'policyAdam' });
  const value = valueLearner(separate.value);
  const store = new Store(options.engine, { ...value.vectors(initRng), ...policy.vectors(initRng) });
  const ratesAt = scheduledInputs({ policyLearningRate: config.policyLearningRate });
  const { obs, action, advantage } = inputs;

  const update = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'vpg.update',
      inputs: { obs, action, advantage, policyLearningRate: [], ...mask },
      run: (state, { obs, action, policyLearningRate, mask, ...batch }) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const { next, loss, ...metrics } = policy.descend(state, policyLearningRate, policyAt => {
          const distribution = policyAt(obs, mask);
          const policyLoss = policyGradientLoss(distribution.logProb(action), advantage);
          const entropy = tf.mean(distribution.entropy());
          return { loss: tf.sub(policyLoss, tf.mul(entropy, config.entropyCoefficient)), policyLoss, entropy };
        });
        return { state: next, metrics };
      },
    }),
  );

  return fittedValueAgent({
    ...shell,
    store,
    shuffleRng,
    learner: value,
    programs: [update],
    async climb(columns, share, metrics) {
      metrics.add(await (await update.for(columns.mask)({ ...columns, ...ratesAt(share) })).metrics.read());
    },
  });
}

/** Vanilla Policy Gradient with generalised advantages, for discrete and continuous actions. */
export const vpg = rolloutAlgorithm<VpgConfig>({
  id: 'vpg',
  title: 'Vanilla Policy Gradient',
  paper: 'Sutton et al. 1999, "Policy Gradient Methods for Reinforcement Learning with Function Approximation", NIPS 12',
  config: vpgConfig,
  presets: vpgPresets,
  create,
});
