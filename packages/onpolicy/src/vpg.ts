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

import * as tf from '@tensorflow/tfjs-core';
import { field, Rng } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  maskedProgram,
  normalizeAdvantage,
  parseConfig,
  program,
  type RolloutAlgorithm,
  Store,
  scheduledInputs,
  trainable,
} from '@zpin/core';
import {
  advantageFields,
  networkFields,
  normalizationFields,
  rolloutFields,
  separateTrunksField,
  withSeparateTrunks,
} from './actor-critic/fields.ts';
import { greedyPolicy, separateActorCritic } from './actor-critic/networks.ts';
import { Normalizer } from './actor-critic/normalizer.ts';
import { policyGradientLoss } from './actor-critic/policy-gradient-loss.ts';
import { rolloutAgent, rolloutRegime } from './actor-critic/rollout-agent.ts';
import { rolloutInputs } from './actor-critic/rollout-inputs.ts';
import { renamedValueRate, valueFit, valueFitFields, valueLearner } from './actor-critic/value-fit.ts';
import { vpgPresets } from './presets/vpg.ts';
import { onAdvantages } from './rollout/advantages.ts';

// ---- configuration ----

export const vpgConfig = withSeparateTrunks(
  configSchema(
    {
      ...rolloutFields({ rolloutLength: 2048 }),
      policyLearningRate: field.scheduled({ min: 0, default: 3e-3, meaning: 'step size of Adam for the policy' }),
      ...advantageFields({ lambda: 0.97, normalized: true }),
      entropyCoefficient: field.nonNegative({ default: 0, meaning: 'weight of the entropy bonus' }),
      ...valueFitFields,
      ...networkFields,
      ...separateTrunksField,
      ...normalizationFields,
    },
    { renamed: renamedValueRate },
  ),
);

export type VpgConfig = ConfigOf<typeof vpgConfig>;

// ---- agent ----

/** Builds a VPG agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<VpgConfig>) {
  const config = parseConfig(vpgConfig, given, 'vpg');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = separateActorCritic('vpg', spec, config);
  const { head, greedy, separate } = network;
  const policy = trainable({ network: separate.policy, optimizer: adam(), name: 'policy', moments: 'policyAdam' });
  const value = valueLearner(separate.value);
  const store = new Store(engine, { ...value.vectors(initRng), ...policy.vectors(initRng) });
  const ratesAt = scheduledInputs({ policyLearningRate: config.policyLearningRate });
  const { obs, action, advantage } = rolloutInputs(spec, head);

  const climb = maskedProgram(head.maskSize, mask =>
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

  const fit = valueFit({ algorithm: 'vpg', spec, learner: value, store, config, shuffleRng });
  return rolloutAgent({
    ...{ algorithm: 'vpg', spec, config, network, store, actionRng },
    params: separate.params,
    policy: { vectors: ['policy'], size: greedy.layout.size },
    memory: { shuffleRng },
    normalizer: new Normalizer('vpg', spec, config),
    programs: [climb, fit],
    update: onAdvantages(config, async (columns, share, metrics) => {
      metrics.add(await (await climb.for(columns.mask)({ ...columns, ...ratesAt(share) })).metrics.read());
      return fit.fit(columns, share, metrics);
    }),
  });
}

/** Vanilla Policy Gradient with generalised advantages, for discrete and continuous actions. */
export const vpg: RolloutAlgorithm<VpgConfig> = {
  id: 'vpg',
  title: 'Vanilla Policy Gradient',
  paper: 'Sutton et al. 1999, "Policy Gradient Methods for Reinforcement Learning with Function Approximation", NIPS 12',
  ...rolloutRegime<VpgConfig>(),
  config: vpgConfig,
  presets: vpgPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('vpg', spec, config),
};
