/**
 * Randomized ensembled double Q-learning: SAC with many critics, so that every environment step can pay for many updates.
 *
 * Chen, Wang, Zhou, Ross (2021), "Randomized Ensembled Double Q-Learning: Learning Fast Without a Model", arXiv:2101.05982, algorithm 1.
 *
 *   paper            here
 *   N, Q_φi          numCritics, `critic`; of their targets `target`
 *   M, 𝓜            targetCritics, drawn anew for each update: `subset`
 *   G                gradientSteps
 *   π_θ, α           policy `actor`, temperature `logAlpha`, as in SAC
 *   ρ                1 − tau
 *
 * Deviations from the paper:
 * 1. The policy is updated every `policyDelay` updates of the critics, wherever these fall; the paper's G and `policyDelay` are equal.
 * 2. Those of SAC here: temperature, rescaled actions, time limits; n-step and prioritized replay and normalised observations as switches.
 */

import * as tf from '@tensorflow/tfjs';
import { ConfigError, message, type OffPolicyAgent, Rng } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  count,
  field,
  hiddenSizes,
  layout,
  observationInput,
  type PolicyOptions,
  positive,
  probability,
  program,
  Store,
  scheduled,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { agentConfig } from './agent-config.ts';
import { critics, meanError, smallest } from './critics.ts';
import { maybeNormalized, normalizationFields } from './normalized-agent.ts';
import { polyak } from './polyak.ts';
import { redqPresets } from './redq-presets.ts';
import { replayFields } from './replay-fields.ts';
import { sacCriticLoss, temperatureLoss } from './sac.ts';
import { softAgent } from './soft-agent.ts';
import { stochasticActing, stochasticActor } from './stochastic-actor.ts';
import { trainOnReplay } from './train-on-replay.ts';

// ---- configuration ----

export const redqConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  batchSize: count({ default: 256, unit: 'transitions', meaning: 'size of a minibatch' }),
  learningStarts: count({
    min: 0,
    default: 5000,
    unit: 'environment steps',
    meaning: 'steps of uniform actions before the first update',
  }),
  trainEverySteps: count({ default: 1, unit: 'environment steps', meaning: 'steps between two rounds of updates' }),
  gradientSteps: count({ default: 20, meaning: 'updates in each round (G)' }),
  policyDelay: count({ default: 20, meaning: 'updates of the critics per update of the policy and the temperature' }),
  numCritics: count({ min: 2, max: 100, default: 10, meaning: 'critics (N)' }),
  targetCritics: count({ max: 100, default: 2, meaning: 'critics whose smallest value is the target (M)' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  tau: field(z.number().gt(0).max(1), {
    default: 0.005,
    meaning: 'share of the critics that goes into their targets at each update',
  }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  actorLearningRateScale: positive({ default: 1, meaning: 'step size of Adam for the policy, as a multiple of learningRate' }),
  alpha: positive({ default: 1, meaning: 'weight of the entropy (temperature); where it is learned, the first one' }),
  learnAlpha: field(z.boolean(), { default: true, meaning: 'adapt the temperature to the target entropy' }),
  targetEntropy: field(z.number().nullable(), {
    default: null,
    unit: 'nats',
    meaning: 'entropy that a learned temperature aims at, of actions in [-1, 1]; null: minus the size of an action',
  }),
  noiseCorrelation: field(z.number().min(0).lt(1), {
    default: 0,
    meaning: 'correlation of the noise of exploring actions from step to step; 0: independent',
  }),
  ...replayFields,
  ...normalizationFields,
  hiddenSizes: hiddenSizes({ default: [256, 256], meaning: 'units of each hidden layer of the policy and of each critic' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
});

export type RedqConfig = z.output<typeof redqConfig>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function redqNetworks({ spec, config }: PolicyOptions<RedqConfig>) {
  const { hiddenSizes, activation, numCritics } = config;
  const actor = stochasticActor('redq', spec, config);
  const { observationSpace } = spec;
  const critic = critics({ observationSpace, actionSize: actor.box.size, hiddenSizes, activation, count: numCritics });
  return { actor, critic };
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
function create({ spec, config: given, seed, engine }: CreateOptions<RedqConfig>): OffPolicyAgent<RedqConfig> {
  const config = agentConfig('redq', redqConfig, { spec, config: given });
  const { numCritics, targetCritics } = config;
  if (targetCritics > numCritics) {
    const expectation = `targetCritics must be at most numCritics, ${numCritics}`;
    throw new ConfigError(message('redq', expectation, targetCritics, 'Draw fewer, or have more critics'));
  }
  const { actor, critic } = redqNetworks({ spec, config });
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const optimizer = adam();
  const alphaLayout = layout([['logAlpha', [1]]]);
  const firstCritic = critic.init(initRng);
  const store = new Store(engine, {
    actor: actor.init(initRng),
    critic: firstCritic,
    target: firstCritic,
    logAlpha: Float32Array.of(Math.log(config.alpha)),
    actorAdam: optimizer.init(actor.layout.size),
    criticAdam: optimizer.init(critic.layout.size),
    alphaAdam: optimizer.init(1),
    // Loss and entropy of the last update of the policy, to be reported by the updates that leave it alone.
    lastActor: new Float32Array(2),
  });
  const acting = stochasticActing({ algorithm: 'redq', spec, actor, store, rng: actionRng, config });
  const { box, policy } = actor;
  const obsInput = observationInput(spec.observationSpace);
  const actionInput = ['batch', box.size] as const;

  /** One round of the inner loop of algorithm 1, with or without the step of the policy. */
  const makeUpdate = (movesPolicy: boolean) =>
    program(store, {
      name: movesPolicy ? 'redq.update' : 'redq.update-critics',
      inputs: {
        obs: obsInput,
        action: actionInput,
        reward: ['batch'],
        nextObs: obsInput,
        discount: ['batch'],
        weight: ['batch'],
        subset: [numCritics],
        noise: actionInput,
        nextNoise: actionInput,
        learningRate: [],
      },
      run: (state, batch) => {
        const alpha = tf.exp(state.logAlpha);
        const { obs, reward, nextObs, discount, subset } = batch;

        const next = policy(unflattenParams(actor.layout, state.actor), nextObs).sampleWithLogProb(batch.nextNoise);
        const nextQ = critic.apply(unflattenParams(critic.layout, state.target), nextObs, next.action);
        const y = redqTarget({ reward, discount, nextQ, subset, nextLogProb: next.logProb, alpha });
        const action = box.toUnit(batch.action);
        const criticLoss = valueAndGrad(critic.layout, params => {
          const q = critic.apply(params, obs, action);
          return { loss: sacCriticLoss(q, y, batch.weight), q: q[0], error: meanError(q, y) };
        })(state.critic);
        const newCritic = optimizer.step({
          parameters: state.critic,
          gradient: criticLoss.gradient,
          state: state.criticAdam,
          learningRate: batch.learningRate,
        });
        const critics = {
          critic: newCritic.parameters,
          criticAdam: newCritic.state,
          target: polyak(state.target, newCritic.parameters, config.tau),
        };
        const outputs = { error: criticLoss.error };
        const metrics = { criticLoss: criticLoss.loss, qValue: tf.mean(criticLoss.q), alpha };
        const report = (last: tf.Tensor) => ({
          actorLoss: tf.squeeze(tf.slice(last, [0], [1])),
          entropy: tf.squeeze(tf.slice(last, [1], [1])),
        });
        if (!movesPolicy) return { state: critics, outputs, metrics: { ...metrics, ...report(state.lastActor) } };

        const criticParams = unflattenParams(critic.layout, newCritic.parameters);
        const actorLoss = valueAndGrad(actor.layout, params => {
          const { action, logProb } = policy(params, obs).sampleWithLogProb(batch.noise);
          return { loss: redqActorLoss(critic.apply(criticParams, obs, action), logProb, alpha), logProb };
        })(state.actor);
        const newActor = optimizer.step({
          parameters: state.actor,
          gradient: actorLoss.gradient,
          state: state.actorAdam,
          learningRate: tf.mul(batch.learningRate, config.actorLearningRateScale),
        });
        const targetEntropy = config.targetEntropy ?? -box.size;
        const alphaLoss = valueAndGrad(alphaLayout, ({ logAlpha }) => ({
          loss: temperatureLoss(logAlpha, actorLoss.logProb, targetEntropy),
        }))(state.logAlpha);
        const newAlpha = optimizer.step({
          parameters: state.logAlpha,
          gradient: alphaLoss.gradient,
          state: state.alphaAdam,
          learningRate: batch.learningRate,
        });
        const lastActor = tf.stack([tf.squeeze(actorLoss.loss), tf.neg(tf.mean(actorLoss.logProb))]) as tf.Tensor1D;
        return {
          state: {
            ...critics,
            actor: newActor.parameters,
            actorAdam: newActor.state,
            lastActor,
            ...(config.learnAlpha && { logAlpha: newAlpha.parameters, alphaAdam: newAlpha.state }),
          },
          outputs,
          metrics: { ...metrics, ...report(lastActor) },
        };
      },
    });
  const updateProgram = makeUpdate(true);
  const criticProgram = makeUpdate(false);

  const subset = new Float32Array(numCritics);
  let updates = 0;
  return softAgent({
    algorithm: 'redq',
    config,
    spec,
    actionSize: box.size,
    store,
    acting,
    updateRng,
    learn(batch) {
      drawSubset(subset, targetCritics, updateRng);
      updates++;
      return (updates % config.policyDelay === 0 ? updateProgram : criticProgram)({ ...batch, subset });
    },
    programs: [updateProgram, criticProgram],
    counters: {
      save: () => ({ updates }),
      load: state => {
        updates = state.updates as number;
      },
    },
  });
}

/** Randomized Ensembled Double Q-learning, for continuous actions. */
export const redq: Algorithm<RedqConfig> = {
  id: 'redq',
  title: 'Randomized Ensembled Double Q-learning (REDQ)',
  paper: 'Chen et al. 2021, "Randomized Ensembled Double Q-Learning: Learning Fast Without a Model", arXiv:2101.05982',
  config: redqConfig,
  presets: redqPresets,
  create,
  policy: options => maybeNormalized(redqNetworks(options).actor.greedy, options),
  train: trainOnReplay,
};
