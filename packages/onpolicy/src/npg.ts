/**
 * Natural Policy Gradient.
 *
 * Kakade (2001), "A Natural Policy Gradient", NIPS 14.
 *
 *   paper            here
 *   η(θ)             the objective, through the surrogate mean(ratio · advantage), whose gradient at the old policy is ∇η
 *   F(θ)             Fisher matrix: the Hessian of the divergence from the old policy, whose products with vectors are all that
 *                    is needed
 *   F(θ)⁻¹ ∇η(θ)     x, by conjugate gradients
 *   α                the length √(2δ / xᵀ F x) at which the divergence is δ (`maxKl`) to second order
 *
 * Deviations from the paper:
 * 1. The length of the step is set by its divergence instead of a fixed α (Peters & Schaal 2008; Rajeswaran et al. 2017), so it
 *    does not depend on the scale of rewards. This is TRPO without its line search.
 * 2. Advantages come from GAE(λ) with a learned value, and are normalised (`normalizeAdvantage`).
 * 3. The Fisher matrix is damped (`damping`).
 */

import * as tf from '@tensorflow/tfjs-core';
import { type ConfigOf, type CreateOptions, maskedProgram, program, Store, scheduledInputs } from '@zpin/core';
import { separateParts } from './actor-critic/agent-parts.ts';
import { separateConfigSchema } from './actor-critic/fields.ts';
import { fittedValueAgent } from './actor-critic/fitted-value-agent.ts';
import { judgePolicy, naturalGradientFields, policyStep } from './actor-critic/natural-gradient.ts';
import { rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { fittedValueFields, valueLearner } from './actor-critic/value-fit.ts';
import { npgPresets } from './presets/npg.ts';

// ---- configuration ----

export const npgConfig = separateConfigSchema({ ...fittedValueFields({ lambda: 0.95 }), ...naturalGradientFields });

export type NpgConfig = ConfigOf<typeof npgConfig>;

// ---- agent ----

/** Builds an NPG agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<NpgConfig>) {
  const { config, network, initRng, shuffleRng, shell, ...parts } = separateParts('npg', npgConfig, options);
  const { oldValue: _, valueTarget: __, ...inputs } = parts.inputs;
  const { head, separate } = network;
  const boundAt = scheduledInputs({ maxKl: config.maxKl });
  const value = valueLearner(separate.value);
  const store = new Store(options.engine, { policy: separate.policy.init(initRng), ...value.vectors(initRng) });

  const update = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'npg.update',
      inputs: { ...inputs, maxKl: [], ...mask },
      run: ({ policy }, { maxKl, ...batch }) => {
        const { step, metrics } = policyStep({ network, policy, batch, config }, maxKl);
        const next: tf.Tensor1D = tf.add(policy, step);
        const { kl } = judgePolicy({ network, policy, batch, config }, next);
        const { expectedImprovement, ...more } = metrics;
        return { state: { policy: next }, metrics: { expectedImprovement, kl, ...more } };
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
      metrics.add(await (await update.for(columns.mask)({ ...columns, ...boundAt(share) })).metrics.read());
    },
  });
}

/** Natural Policy Gradient, for discrete and continuous actions. */
export const npg = rolloutAlgorithm<NpgConfig>({
  id: 'npg',
  title: 'Natural Policy Gradient',
  paper: 'Kakade 2001, "A Natural Policy Gradient", NIPS 14',
  config: npgConfig,
  presets: npgPresets,
  create,
});
