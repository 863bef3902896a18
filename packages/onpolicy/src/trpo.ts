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
 *   s = A⁻¹ g        policyStep, by conjugate gradients
 *
 * Deviations from the paper:
 * 1. Advantages come from GAE(λ) with a learned value instead of whole returns, and are normalised (`normalizeAdvantage`).
 * 2. The Fisher matrix is damped, as in the authors' code (`damping`), and taken over the whole rollout.
 */

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import { type ConfigOf, type CreateOptions, maskedProgram, program, Store, scheduledInputs } from '@zpin/core';
import { separateParts } from './actor-critic/agent-parts.ts';
import { separateConfigSchema } from './actor-critic/fields.ts';
import { fittedValueAgent } from './actor-critic/fitted-value-agent.ts';
import { lineSearch } from './actor-critic/line-search.ts';
import { judgePolicy, naturalGradientFields, policyStep } from './actor-critic/natural-gradient.ts';
import { rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { fittedValueFields, valueLearner } from './actor-critic/value-fit.ts';
import { trpoPresets } from './presets/trpo.ts';

// ---- configuration ----

export const trpoConfig = separateConfigSchema({
  ...fittedValueFields({ lambda: 0.95 }),
  ...naturalGradientFields,
  lineSearchSteps: field.count({ default: 10, meaning: 'lengths of the step that are tried before the old policy is kept' }),
  lineSearchShrink: field.number({ above: 0, below: 1, default: 0.8, meaning: 'factor on the step from one try to the next' }),
});

export type TrpoConfig = ConfigOf<typeof trpoConfig>;

// ---- agent ----

/** Builds a TRPO agent for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<TrpoConfig>) {
  const { config, network, initRng, shuffleRng, shell, ...parts } = separateParts('trpo', trpoConfig, options);
  const { oldValue: _, valueTarget: __, ...inputs } = parts.inputs;
  const { lineSearchSteps: steps, lineSearchShrink: shrink, maxKl } = config;
  const boundAt = scheduledInputs({ maxKl });
  const { head, separate } = network;
  const value = valueLearner(separate.value);
  const store = new Store(options.engine, { policy: separate.policy.init(initRng), ...value.vectors(initRng) });

  // Eq. 14: maximise the surrogate, subject to a divergence of at most δ. This is the step that does so to second order.
  const direction = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'trpo.step',
      inputs: { ...inputs, maxKl: [], ...mask },
      run: ({ policy }, { maxKl, ...batch }) => {
        const { step, metrics } = policyStep({ network, policy, batch, config }, maxKl);
        return { outputs: { step }, metrics };
      },
    }),
  );

  // Appendix C: what a fraction of that step would really bring. The policy itself stays as it is.
  const attempt = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'trpo.try',
      inputs: { ...inputs, step: [separate.policy.layout.size], fraction: [], ...mask },
      run: ({ policy }, batch) => {
        const candidate: tf.Tensor1D = tf.add(policy, tf.mul(batch.step, batch.fraction));
        return { outputs: { candidate }, metrics: judgePolicy({ network, policy, batch, config }, candidate) };
      },
    }),
  );

  return fittedValueAgent({
    ...shell,
    store,
    shuffleRng,
    learner: value,
    programs: [direction, attempt],
    async climb(columns, share, metrics) {
      const bound = boundAt(share);
      const whole = await direction.for(columns.mask)({ ...columns, ...bound });
      metrics.add(await whole.metrics.read());
      const { step } = whole.outputs;
      let candidate = new Float32Array(0);
      const evaluate = async (fraction: number) => {
        const tried = await attempt.for(columns.mask)({ ...columns, step, fraction: Float32Array.of(fraction) });
        candidate = tried.outputs.candidate as Float32Array<ArrayBuffer>;
        const { improvement, kl } = await tried.metrics.read();
        return { improvement, kl };
      };
      const { fraction, ...found } = await lineSearch(evaluate, { steps, shrink, maxKl: bound.maxKl[0] });
      if (fraction > 0) store.write('policy', candidate);
      metrics.add({ ...found, stepFraction: fraction });
    },
  });
}

/** Trust Region Policy Optimization, for discrete and continuous actions. */
export const trpo = rolloutAlgorithm<TrpoConfig>({
  id: 'trpo',
  title: 'Trust Region Policy Optimization',
  paper: 'Schulman et al. 2015, "Trust Region Policy Optimization", arXiv:1502.05477',
  config: trpoConfig,
  presets: trpoPresets,
  create,
});
