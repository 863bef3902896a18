/**
 * Deep Deterministic Policy Gradient.
 *
 * Lillicrap, Hunt, Pritzel, Heess, Erez, Tassa, Silver, Wierstra (2016), "Continuous control with deep reinforcement learning",
 * arXiv:1509.02971, algorithm 1.
 *
 *   paper            here
 *   Q, θ^Q           critic, `critic`; of its target Q′ `criticTarget`
 *   μ, θ^μ           policy, `actor`; of its target μ′ `actorTarget`
 *   N_t              exploration noise: `noise`, `noiseScale`
 *   N                batchSize
 *   τ                tau
 *
 * Deviations from the paper:
 * 1. Exploration noise is Gaussian unless `noise` says otherwise; the paper's is `ornstein-uhlenbeck` with a scale of 0.2. Its process begins
 *    anew in each episode, as there, but in its stationary distribution (`action-noise.ts` says why).
 * 2. No batch normalisation and no weight decay; the action enters the critic's first layer; all layers start as PyTorch draws them.
 * 3. Targets may be copied now and then instead of followed slowly (`targetUpdateEveryUpdates` with `tau` 1).
 * 4. Actions are rescaled to [−1, 1]ᴷ; noise is counted there.
 * 5. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations, and what hindsight replay works best with:
 *    targets clipped to what returns can be, a penalty on large actions, some wholly random ones (Andrychowicz et al. 2017, appendix A).
 * 6. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs';
import {
  type AgentState,
  ConfigError,
  type Metrics,
  message,
  type OffPolicyAgent,
  Rng,
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
import { critics, meanError, weightedMean } from './critics.ts';
import { ddpgPresets } from './ddpg-presets.ts';
import { deterministicActor, explorationFields, noisyActing } from './deterministic-actor.ts';
import { importanceWeights } from './importance-weights.ts';
import { maybeNormalized, normalizationFields, normalizedAgent } from './normalized-agent.ts';
import { polyak } from './polyak.ts';
import { replayFields } from './replay-fields.ts';
import { trainOnReplay } from './train-on-replay.ts';

// ---- configuration ----

export const ddpgConfig = z.strictObject({
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
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  tau: field(z.number().gt(0).max(1), { default: 0.005, meaning: 'share of a network that goes into its target; 1 copies it' }),
  targetUpdateEveryUpdates: count({
    default: 1,
    unit: 'updates',
    meaning: 'updates of the networks per update of their targets',
  }),
  valueMin: field(z.number().nullable(), { default: null, meaning: 'smallest target of the critic; null: none' }),
  valueMax: field(z.number().nullable(), { default: null, meaning: 'largest target of the critic; null: none' }),
  ...explorationFields,
  actionPenalty: nonNegative({ default: 0, meaning: "weight of the mean squared action, in [-1, 1], in the policy's loss" }),
  ...replayFields,
  ...normalizationFields,
  learningRate: scheduled(z.number().nonnegative(), { default: 1e-3, meaning: 'step size of Adam' }),
  actorLearningRateScale: positive({ default: 1, meaning: 'step size of Adam for the policy, as a multiple of learningRate' }),
  hiddenSizes: hiddenSizes({ default: [256, 256], meaning: 'units of each hidden layer of the policy and of the critic' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
});

export type DdpgConfig = z.output<typeof ddpgConfig>;

// ---- networks ----

/** The policy and the critic. @throws SpaceError unless actions are a bounded `Box` */
export function ddpgNetworks({ spec, config }: PolicyOptions<DdpgConfig>) {
  const { hiddenSizes, activation } = config;
  const actor = deterministicActor('ddpg', spec, config);
  const { observationSpace } = spec;
  const critic = critics({ observationSpace, actionSize: actor.box.size, hiddenSizes, activation, count: 1 });
  return { actor, critic };
}

// ---- losses ----

/** y = r + d Q′(s′, μ′(s′)) (algorithm 1): `[B]`. @param reward `[B]` @param discount `[B]` @param nextQ `[B]` */
export function ddpgTarget(reward: tf.Tensor, discount: tf.Tensor, nextQ: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, nextQ));
}

/** Targets within what returns can be: `[B]` → `[B]`. A bound that is null is none. */
export function clippedTarget(target: tf.Tensor, min: number | null, max: number | null): tf.Tensor {
  const above = min === null ? target : tf.maximum(target, min);
  return max === null ? above : tf.minimum(above, max);
}

/** L = mean (Q(s, a) − y)² (algorithm 1): scalar. @param q `[B]` @param target `[B]`, constant @param weight `[B]`; 1 when omitted */
export function ddpgCriticLoss(q: tf.Tensor, target: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return weightedMean(tf.squaredDifference(q, target), weight);
}

/**
 * −mean Q(s, μ(s)): its gradient is the deterministic policy gradient (eq. 6), negated. To it comes `penalty` · mean μ(s)².
 * @param q `[B]` @param action `[B, K]`: μ(s), in [−1, 1]
 */
export function ddpgActorLoss(q: tf.Tensor, action: tf.Tensor, penalty: number): tf.Tensor {
  const loss = tf.neg(tf.mean(q));
  return penalty === 0 ? loss : tf.add(loss, tf.mul(tf.mean(tf.square(action)), penalty));
}

// ---- agent ----

/** Builds a DDPG agent. @throws SpaceError unless actions are a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<DdpgConfig>): OffPolicyAgent<DdpgConfig> {
  const config = agentConfig('ddpg', ddpgConfig, { spec, config: given });
  const { valueMin, valueMax } = config;
  if (valueMin !== null && valueMax !== null && valueMin >= valueMax) {
    throw new ConfigError(
      message('ddpg', `valueMin must be below valueMax, ${valueMax}`, valueMin, 'Swap them, or give null for no bound'),
    );
  }
  const { actor, critic } = ddpgNetworks({ spec, config });
  const [initRng, actionRng] = new Rng(seed).spawn(2);
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
  });
  const acting = noisyActing({ algorithm: 'ddpg', spec, actor, store, rng: actionRng, config });
  const { size: actionSize, toUnit } = actor.box;
  const obsInput = observationInput(spec.observationSpace);

  /** One round of algorithm 1, with or without the step of the targets. */
  const makeUpdate = (movesTargets: boolean) =>
    program(store, {
      name: movesTargets ? 'ddpg.update' : 'ddpg.update-networks',
      inputs: {
        obs: obsInput,
        action: ['batch', actionSize],
        reward: ['batch'],
        nextObs: obsInput,
        discount: ['batch'],
        weight: ['batch'],
        learningRate: [],
      },
      run: (state, { obs, action, reward, nextObs, discount, weight, learningRate }) => {
        const nextAction = actor.apply(unflattenParams(actor.layout, state.actorTarget), nextObs);
        const [nextQ] = critic.apply(unflattenParams(critic.layout, state.criticTarget), nextObs, nextAction);
        const y = clippedTarget(ddpgTarget(reward, discount, nextQ), valueMin, valueMax);
        const criticLoss = valueAndGrad(critic.layout, params => {
          const [q] = critic.apply(params, obs, toUnit(action));
          return { loss: ddpgCriticLoss(q, y, weight), q };
        })(state.critic);
        const newCritic = optimizer.step({
          parameters: state.critic,
          gradient: criticLoss.gradient,
          state: state.criticAdam,
          learningRate,
        });

        const criticParams = unflattenParams(critic.layout, newCritic.parameters);
        const actorLoss = valueAndGrad(actor.layout, params => {
          const action = actor.apply(params, obs);
          const [q] = critic.apply(criticParams, obs, action);
          return { loss: ddpgActorLoss(q, action, config.actionPenalty) };
        })(state.actor);
        const newActor = optimizer.step({
          parameters: state.actor,
          gradient: actorLoss.gradient,
          state: state.actorAdam,
          learningRate: tf.mul(learningRate, config.actorLearningRateScale),
        });

        return {
          state: {
            critic: newCritic.parameters,
            criticAdam: newCritic.state,
            actor: newActor.parameters,
            actorAdam: newActor.state,
            ...(movesTargets && {
              actorTarget: polyak(state.actorTarget, newActor.parameters, config.tau),
              criticTarget: polyak(state.criticTarget, newCritic.parameters, config.tau),
            }),
          },
          outputs: { error: meanError([criticLoss.q], y) },
          metrics: { criticLoss: criticLoss.loss, actorLoss: actorLoss.loss, qValue: tf.mean(criticLoss.q) },
        };
      },
    });
  const updateProgram = makeUpdate(true);
  const networksProgram = makeUpdate(false);

  const learningRate = new Float32Array(1);
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

  const agent: OffPolicyAgent<DdpgConfig> = {
    algorithm: 'ddpg',
    config,
    numEnvs: config.numEnvs,
    batchSize: config.batchSize,
    learningStarts: config.learningStarts,
    trainEverySteps: config.trainEverySteps,
    gradientSteps: config.gradientSteps,
    act: acting.act,
    progress,

    async update(batch: TransitionBatch): Promise<Metrics> {
      const { obs, action, reward, nextObs, discount } = batch;
      updates++;
      const update = updates % config.targetUpdateEveryUpdates === 0 ? updateProgram : networksProgram;
      const weight = weightsOf(batch);
      const { outputs, metrics } = await update({ obs, action, reward, nextObs, discount, weight, learningRate });
      priorities = outputs.error as Float32Array;
      return metrics;
    },

    get priorities() {
      return priorities;
    },

    async state(): Promise<AgentState> {
      return { vectors: await store.state(), acting: acting.state(), updates, step, plannedSteps };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      acting.restore(state.acting as AgentState);
      updates = state.updates as number;
      progress(state.step as number, state.plannedSteps as number);
    },

    async policy() {
      return { algorithm: 'ddpg', config, spec, weights: await store.read('actor') };
    },

    dispose() {
      for (const compiled of [acting, updateProgram, networksProgram]) compiled.dispose();
      store.dispose();
    },
  };
  return normalizedAgent(agent, spec);
}

/** Deep Deterministic Policy Gradient, for continuous actions. */
export const ddpg: Algorithm<DdpgConfig> = {
  id: 'ddpg',
  title: 'Deep Deterministic Policy Gradient (DDPG)',
  paper: 'Lillicrap et al. 2016, "Continuous control with deep reinforcement learning", arXiv:1509.02971',
  config: ddpgConfig,
  presets: ddpgPresets,
  create,
  policy: options => maybeNormalized(ddpgNetworks(options).actor.greedy, options),
  train: trainOnReplay,
};
