/**
 * Randomized ensembled double Q-learning: SAC with many critics, so that every environment step can pay for many updates.
 *
 * Chen, Wang, Zhou, Ross (2021), "Randomized Ensembled Double Q-Learning: Learning Fast Without a Model", arXiv:2101.05982,
 * algorithm 1.
 *
 *   paper            here
 *   N, Q_φi          numCritics, `critic`; of their targets `target`
 *   M, 𝓜            targetCritics, drawn anew for each update: `subset`
 *   G                gradientSteps
 *   π_θ, α           policy `actor`, temperature `logAlpha`, as in SAC
 *   ρ                1 − tau
 *
 * Deviations from the paper:
 * 1. The policy is updated every `policyDelay` updates of the critics, wherever these fall; the paper's G and `policyDelay` are
 *    equal.
 * 2. Those of SAC here: temperature, rescaled actions, time limits; n-step and prioritized replay and normalised observations as
 *    switches.
 */

import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, field, message, type Rng } from '@zpin/contracts';
import { type ConfigOf, type CreateOptions, type PolicyOptions, program } from '@zpin/core';
import { correlationField } from './acting/stochastic-actor.ts';
import { actorCriticAgent, actorCriticAlgorithm, checkedConfig } from './actor-critic/actor-critic-agent.ts';
import { actorCriticConfigSchema, actorCriticFields, criticFields } from './actor-critic/actor-critic-fields.ts';
import { periodicUpdate } from './actor-critic/periodic-update.ts';
import { softFields, softLearner, softNetworks } from './actor-critic/soft-learner.ts';
import { meanError, smallest } from './critics/critics.ts';
import { redqPresets } from './presets/redq.ts';
import { sacCriticLoss } from './sac.ts';

// ---- configuration ----

export const redqConfig = actorCriticConfigSchema({
  ...actorCriticFields({ batchSize: 256, learningStarts: 5000, gradientSteps: 20, learningRate: 3e-4 }),
  ...criticFields,
  policyDelay: field.count({ default: 20, meaning: 'updates of the critics per update of the policy and the temperature' }),
  numCritics: field.count({ min: 2, max: 100, default: 10, meaning: 'critics (N)' }),
  targetCritics: field.count({ max: 100, default: 2, meaning: 'critics whose smallest value is the target (M)' }),
  ...softFields,
  ...correlationField,
});

export type RedqConfig = ConfigOf<typeof redqConfig>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function redqNetworks(options: PolicyOptions<RedqConfig>) {
  return softNetworks('redq', options, { count: options.config.numCritics });
}

// ---- losses ----

/** Added to the values of the critics that a target leaves out: more than any value. */
const LEFT_OUT = 1e30;

/** Draws M of N critics, each set as likely as any other: 0 for those drawn, a huge number for the rest, `[N]`, into `out`. */
export function drawSubset(out: Float32Array, size: number, rng: Rng): Float32Array {
  out.fill(LEFT_OUT);
  // Floyd's way (Bentley & Floyd 1987): one draw per member.
  for (let last = out.length - size; last < out.length; last++) {
    const drawn = rng.integers(0, last + 1);
    out[out[drawn] === 0 ? last : drawn] = 0;
  }
  return out;
}

export interface RedqTargetInput {
  /** `[B]` */
  readonly reward: tf.Tensor;
  /** `[B]`: γ, or 0 after a termination. */
  readonly discount: tf.Tensor;
  /** `[B]` each: the target critics' Q̄(s′, a′). */
  readonly nextQ: readonly tf.Tensor[];
  /** `[N]`: 0 for the critics in 𝓜, a huge number for the rest. */
  readonly subset: tf.Tensor;
  /** `[B]`: log π(a′|s′) */
  readonly nextLogProb: tf.Tensor;
  /** Scalar or `[1]` */
  readonly alpha: tf.Tensor;
}

/** y = r + d (min_{i ∈ 𝓜} Q̄_i(s′, a′) − α log π(a′|s′)), a′ ~ π (eq. 1): `[B]`. */
export function redqTarget({ reward, discount, nextQ, subset, nextLogProb, alpha }: RedqTargetInput): tf.Tensor {
  const least = smallest(nextQ.map((q, i) => tf.add(q, tf.slice(subset, [i], [1]))));
  return tf.add(reward, tf.mul(discount, tf.sub(least, tf.mul(alpha, nextLogProb))));
}

/** mean (α log π(a|s) − mean_i Q_i(s, a)) (algorithm 1): scalar. @param q `[B]` each, of all critics @param logProb `[B]` */
export function redqActorLoss(q: readonly tf.Tensor[], logProb: tf.Tensor, alpha: tf.Tensor): tf.Tensor {
  return tf.mean(tf.sub(tf.mul(alpha, logProb), tf.div(tf.addN([...q]), q.length)));
}

// ---- agent ----

/** Builds a REDQ agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create(options: CreateOptions<RedqConfig>) {
  const config = checkedConfig('redq', redqConfig, options);
  const { numCritics, targetCritics, tau } = config;
  if (targetCritics > numCritics) {
    const expectation = `targetCritics must be at most numCritics, ${numCritics}`;
    throw new ConfigError(message('redq', expectation, targetCritics, 'Draw fewer, or have more critics'));
  }
  const { spec, seed, engine } = options;
  // Loss and entropy of the last update of the policy, to be reported by the updates that leave it alone.
  const extra = { lastActor: new Float32Array(2) };
  const learner = softLearner({ algorithm: 'redq', spec, config, seed, engine, extra, ...redqNetworks({ spec, config }) });
  const { actor, critic, temperature, targetEntropy, toUnit, updateRng, parts } = learner;

  /** One round of the inner loop of algorithm 1, with or without the step of the policy. */
  const update = periodicUpdate(config.policyDelay, movesPolicy =>
    program(learner.store, {
      name: movesPolicy ? 'redq.update' : 'redq.update-critics',
      inputs: { ...learner.inputs, subset: [numCritics] },
      run: (state, { obs, reward, nextObs, discount, subset, criticLearningRate: learningRate, ...batch }) => {
        const alpha = temperature.at(state);

        const next = actor.at(state)(nextObs).sampleWithLogProb(batch.nextNoise);
        const nextQ = critic.targetAt(state)(nextObs, next.action);
        const y = redqTarget({ reward, discount, nextQ, subset, nextLogProb: next.logProb, alpha });
        const action = toUnit(batch.action);
        const fit = critic.descend(state, learningRate, q => {
          const values = q(obs, action);
          return { loss: sacCriticLoss(values, y, batch.weight), q: values[0], error: meanError(values, y) };
        });
        const fitted = { ...fit.next, ...critic.follow(state, fit.next, tau) };
        const outputs = { error: fit.error };
        const metrics = { criticLoss: fit.loss, qValue: tf.mean(fit.q), alpha };
        if (!movesPolicy) return { state: fitted, outputs, metrics: { ...metrics, ...lastReport(state.lastActor) } };

        const climb = actor.descend(state, batch.actorLearningRate, policy => {
          const { action, logProb } = policy(obs).sampleWithLogProb(batch.noise);
          return { loss: redqActorLoss(critic.at(fit.next)(obs, action), logProb, alpha), logProb };
        });
        const adapted = temperature.adapt(state, { logProb: climb.logProb, targetEntropy, learningRate });
        const lastActor = tf.stack([tf.squeeze(climb.loss), tf.neg(tf.mean(climb.logProb))]);
        return {
          state: { ...fitted, ...climb.next, ...adapted, lastActor },
          outputs,
          metrics: { ...metrics, ...lastReport(lastActor) },
        };
      },
    }),
  );

  const subset = new Float32Array(numCritics);
  return actorCriticAgent({
    ...parts,
    ...update,
    memory: { ...parts.memory, ...update.memory },
    learn: batch => update.learn({ ...batch, subset: drawSubset(subset, targetCritics, updateRng) }),
  });
}

/** Loss and entropy of an update of the policy as metrics. @param last `[2]` */
function lastReport(last: tf.Tensor) {
  return { actorLoss: tf.squeeze(tf.slice(last, [0], [1])), entropy: tf.squeeze(tf.slice(last, [1], [1])) };
}

/** Randomized Ensembled Double Q-learning, for continuous actions. */
export const redq = actorCriticAlgorithm<RedqConfig>({
  id: 'redq',
  title: 'Randomized Ensembled Double Q-learning (REDQ)',
  paper: 'Chen et al. 2021, "Randomized Ensembled Double Q-Learning: Learning Fast Without a Model", arXiv:2101.05982',
  config: redqConfig,
  presets: redqPresets,
  create,
  greedy: options => redqNetworks(options).actor.greedy,
});
