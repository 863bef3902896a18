/**
 * Twin Delayed Deep Deterministic policy gradient.
 *
 * Fujimoto, van Hoof, Meger (2018), "Addressing Function Approximation Error in Actor-Critic Methods", arXiv:1802.09477, algorithm 1.
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, `critic`; of their targets θ′ `criticTarget`
 *   π_φ, φ′          policy `actor` and its target `actorTarget`
 *   d                policyDelay
 *   σ                noiseScale, of exploration
 *   σ̃, c             targetNoise, targetNoiseClip, of target policy smoothing
 *   τ                tau
 *
 * Deviations from the paper:
 * 1. Actions are rescaled to [−1, 1]ᴷ; all noise is counted there.
 * 2. Smoothed target actions are clipped to the bounds of the actions, which eq. 14 does not say; the authors' code does it.
 * 3. Exploration noise may be that of Ornstein and Uhlenbeck (`noise`; off).
 * 4. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations.
 * 5. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs';
import {
  type AgentState,
  type Metrics,
  type OffPolicyAgent,
  Rng,
  type RngState,
  type TransitionBatch,
  valueAt,
} from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  count,
  field,
  hiddenSizes,
  nonNegative,
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
import { critics, meanError, smallest, weightedMean } from './critics.ts';
import { deterministicActor, explorationFields, noisyActing } from './deterministic-actor.ts';
import { importanceWeights } from './importance-weights.ts';
import { maybeNormalized, normalizationFields, normalizedAgent } from './normalized-agent.ts';
import { polyak } from './polyak.ts';
import { replayFields } from './replay-fields.ts';
import { td3Presets } from './td3-presets.ts';
import { trainOnReplay } from './train-on-replay.ts';

// ---- configuration ----

export const td3Config = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  batchSize: count({ default: 256, unit: 'transitions', meaning: 'size of a minibatch (N)' }),
  learningStarts: count({
    min: 0,
    default: 100,
    unit: 'environment steps',
    meaning: 'steps of uniform actions before the first update',
  }),
  trainEverySteps: count({ default: 1, unit: 'environment steps', meaning: 'steps between two rounds of updates' }),
  gradientSteps: count({ default: 1, meaning: 'updates in each round' }),
  policyDelay: count({
    default: 2,
    meaning: 'updates of the critics per update of the policy and of all targets (d)',
  }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  tau: field(z.number().gt(0).max(1), { default: 0.005, meaning: 'share of a network that goes into its target' }),
  targetNoise: nonNegative({
    default: 0.2,
    unit: 'half widths of the action box',
    meaning: 'deviation of the noise on target actions',
  }),
  targetNoiseClip: positive({
    default: 0.5,
    unit: 'half widths of the action box',
    meaning: 'largest noise on target actions (c)',
  }),
  ...explorationFields,
  ...replayFields,
  ...normalizationFields,
  learningRate: scheduled(z.number().nonnegative(), { default: 1e-3, meaning: 'step size of Adam' }),
  actorLearningRateScale: positive({ default: 1, meaning: 'step size of Adam for the policy, as a multiple of learningRate' }),
  hiddenSizes: hiddenSizes({ default: [256, 256], meaning: 'units of each hidden layer of the policy and of each critic' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
});

export type Td3Config = z.output<typeof td3Config>;

// ---- networks ----

/** The policy and the critics. @throws SpaceError unless actions are a bounded `Box` */
export function td3Networks({ spec, config }: PolicyOptions<Td3Config>) {
  const { hiddenSizes, activation } = config;
  const actor = deterministicActor('td3', spec, config);
  const { observationSpace } = spec;
  const critic = critics({ observationSpace, actionSize: actor.box.size, hiddenSizes, activation, count: 2 });
  return { actor, critic };
}

// ---- losses ----

/**
 * ã = clip(π′(s′) + clip(σ̃ ε, −c, c), −1, 1) (eq. 14; deviation 2): target policy smoothing.
 * @param action `[B, K]`: π′(s′), in [−1, 1] @param noise `[B, K]`: ε, standard normal @returns `[B, K]`
 */
export function smoothedAction(action: tf.Tensor, noise: tf.Tensor, { scale, clip }: { scale: number; clip: number }): tf.Tensor {
  return tf.clipByValue(tf.add(action, tf.clipByValue(tf.mul(noise, scale), -clip, clip)), -1, 1);
}

/** y = r + d min_i Q′_i(s′, ã) (algorithm 1): `[B]`. @param reward `[B]` @param discount `[B]` @param nextQ `[B]` each */
export function td3Target(reward: tf.Tensor, discount: tf.Tensor, nextQ: readonly tf.Tensor[]): tf.Tensor {
  return tf.add(reward, tf.mul(discount, smallest(nextQ)));
}

/** Σ_i mean (Q_i(s, a) − y)² (algorithm 1): scalar. @param q `[B]` each @param target `[B]`, constant @param weight `[B]`; 1 when omitted */
export function td3CriticLoss(q: readonly tf.Tensor[], target: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.addN(q.map(values => weightedMean(tf.squaredDifference(values, target), weight)));
}

/** −mean Q_1(s, π(s)): its gradient is the deterministic policy gradient, negated. @param q `[B]`: of the first critic */
export function td3ActorLoss(q: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(q));
}

// ---- agent ----

/** Builds a TD3 agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<Td3Config>): OffPolicyAgent<Td3Config> {
  const config = agentConfig('td3', td3Config, { spec, config: given });
  const { actor, critic } = td3Networks({ spec, config });
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const optimizer = adam();
  const firstActor = actor.init(initRng);
  const firstCritic = critic.init(initRng);
  const store = new Store(engine, {
    actor: firstActor,
    actorTarget: firstActor,
    critic: firstCritic,
    criticTarget: firstCritic,
    actorAdam: optimizer.init(actor.layout.size),
    criticAdam: optimizer.init(critic.layout.size),
    // The last one, to be reported by the updates that leave the policy alone.
    actorLoss: new Float32Array(1),
  });
  const acting = noisyActing({ algorithm: 'td3', spec, actor, store, rng: actionRng, config });
  const { size: actionSize, toUnit } = actor.box;
  const obsInput = observationInput(spec.observationSpace);
  const smoothing = { scale: config.targetNoise, clip: config.targetNoiseClip };

  /** One round of algorithm 1, with or without the delayed steps of the policy and of the targets. */
  const makeUpdate = (isDelayedStep: boolean) =>
    program(store, {
      name: isDelayedStep ? 'td3.update' : 'td3.update-critics',
      inputs: {
        obs: obsInput,
        action: ['batch', actionSize],
        reward: ['batch'],
        nextObs: obsInput,
        discount: ['batch'],
        weight: ['batch'],
        nextNoise: ['batch', actionSize],
        learningRate: [],
      },
      run: (state, { obs, action, reward, nextObs, discount, weight, nextNoise, learningRate }) => {
        const targetAction = actor.apply(unflattenParams(actor.layout, state.actorTarget), nextObs);
        const nextAction = smoothedAction(targetAction, nextNoise, smoothing);
        const nextQ = critic.apply(unflattenParams(critic.layout, state.criticTarget), nextObs, nextAction);
        const y = td3Target(reward, discount, nextQ);
        const criticLoss = valueAndGrad(critic.layout, params => {
          const q = critic.apply(params, obs, toUnit(action));
          return { loss: td3CriticLoss(q, y, weight), q: q[0], error: meanError(q, y) };
        })(state.critic);
        const newCritic = optimizer.step({
          parameters: state.critic,
          gradient: criticLoss.gradient,
          state: state.criticAdam,
          learningRate,
        });
        const newCriticState = { critic: newCritic.parameters, criticAdam: newCritic.state };
        const metrics = { criticLoss: criticLoss.loss, qValue: tf.mean(criticLoss.q) };
        const outputs = { error: criticLoss.error };
        if (!isDelayedStep) return { state: newCriticState, outputs, metrics: { ...metrics, actorLoss: state.actorLoss } };

        const criticParams = unflattenParams(critic.layout, newCritic.parameters);
        const actorLoss = valueAndGrad(actor.layout, params => ({
          loss: td3ActorLoss(critic.apply(criticParams, obs, actor.apply(params, obs))[0]),
        }))(state.actor);
        const newActor = optimizer.step({
          parameters: state.actor,
          gradient: actorLoss.gradient,
          state: state.actorAdam,
          learningRate: tf.mul(learningRate, config.actorLearningRateScale),
        });
        return {
          state: {
            ...newCriticState,
            actor: newActor.parameters,
            actorAdam: newActor.state,
            actorTarget: polyak(state.actorTarget, newActor.parameters, config.tau),
            criticTarget: polyak(state.criticTarget, newCritic.parameters, config.tau),
            actorLoss: actorLoss.loss,
          },
          outputs,
          metrics: { ...metrics, actorLoss: actorLoss.loss },
        };
      },
    });
  const updateProgram = makeUpdate(true);
  const criticProgram = makeUpdate(false);

  const learningRate = new Float32Array(1);
  let nextNoise = new Float32Array(0);
  const weightsOf = importanceWeights();
  let priorities: Float32Array | undefined;
  let updates = 0;
  let step = 0;
  let plannedSteps = 1;

  function progress(now: number, totalSteps: number): void {
    step = now;
    plannedSteps = totalSteps;
    learningRate[0] = valueAt(config.learningRate, now / totalSteps);
    acting.progress(now, totalSteps);
  }

  const agent: OffPolicyAgent<Td3Config> = {
    algorithm: 'td3',
    config,
    numEnvs: config.numEnvs,
    batchSize: config.batchSize,
    learningStarts: config.learningStarts,
    trainEverySteps: config.trainEverySteps,
    gradientSteps: config.gradientSteps,
    act: acting.act,
    progress,

    async update(batch: TransitionBatch): Promise<Metrics> {
      const { size, obs, action, reward, nextObs, discount } = batch;
      if (nextNoise.length !== size * actionSize) nextNoise = new Float32Array(size * actionSize);
      updateRng.standardNormalInto(nextNoise);
      updates++;
      const update = updates % config.policyDelay === 0 ? updateProgram : criticProgram;
      const weight = weightsOf(batch);
      const { outputs, metrics } = await update({ obs, action, reward, nextObs, discount, weight, nextNoise, learningRate });
      priorities = outputs.error as Float32Array;
      return metrics;
    },

    get priorities() {
      return priorities;
    },

    async state(): Promise<AgentState> {
      return { vectors: await store.state(), acting: acting.state(), updateRng: updateRng.state(), updates, step, plannedSteps };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      acting.restore(state.acting as AgentState);
      updateRng.restore(state.updateRng as RngState);
      updates = state.updates as number;
      progress(state.step as number, state.plannedSteps as number);
    },

    async policy() {
      return { algorithm: 'td3', config, spec, weights: await store.read('actor') };
    },

    dispose() {
      for (const compiled of [acting, updateProgram, criticProgram]) compiled.dispose();
      store.dispose();
    },
  };
  return normalizedAgent(agent, spec);
}

/** Twin Delayed Deep Deterministic policy gradient, for continuous actions. */
export const td3: Algorithm<Td3Config> = {
  id: 'td3',
  title: 'Twin Delayed Deep Deterministic policy gradient (TD3)',
  paper: 'Fujimoto et al. 2018, "Addressing Function Approximation Error in Actor-Critic Methods", arXiv:1802.09477',
  config: td3Config,
  presets: td3Presets,
  create,
  policy: options => maybeNormalized(td3Networks(options).actor.greedy, options),
  train: trainOnReplay,
};
