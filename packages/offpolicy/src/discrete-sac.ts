/**
 * Soft Actor-Critic for discrete actions.
 *
 * Christodoulou (2019), "Soft Actor-Critic for Discrete Action Settings", arXiv:1910.07207, algorithm 1.
 *
 *   paper            here
 *   Q_θ1, Q_θ2       critics, one value per action, `critic`; of their targets θ̄ `target`
 *   π_φ              policy, `actor`: one probability per action
 *   α                alpha, as its logarithm `logAlpha`
 *   H̄                targetEntropyScale · log A, A the number of legal actions
 *   τ                tau
 *
 * Deviations from the paper:
 * 1. The temperature descends on log α in place of α (eq. 11): its gradient without the factor α, which keeps it positive.
 * 2. H̄ is a share of the entropy of the uniform policy; the paper gives 0.98 of it, which suits games of many steps but keeps small tasks
 *    from becoming greedy.
 * 3. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 * 4. Illegal actions, where the environment names them, have probability 0, in this state and in the next. H̄ of a state is then a share of the
 *    entropy that its legal actions allow: where one alone is legal, nothing is learned about the policy and the temperature.
 * 5. Beside the paper, off unless asked for: n-step and prioritized replay, normalised observations.
 */

import * as tf from '@tensorflow/tfjs';
import {
  type AgentState,
  describeSpace,
  flatSize,
  type Metrics,
  message,
  type NumericArray,
  type OffPolicyAgent,
  Rng,
  type RngState,
  SpaceError,
  type TransitionBatch,
  valueAt,
} from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  Categorical,
  type CreateOptions,
  combine,
  count,
  field,
  hiddenSizes,
  type InputShape,
  int32,
  layout,
  observationInput,
  observationNetwork,
  oneHot,
  type Params,
  type PolicyNetwork,
  type PolicyOptions,
  positive,
  probability,
  program,
  Store,
  scheduled,
  uint8,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { agentConfig } from './agent-config.ts';
import { meanError, smallest } from './critics.ts';
import { discreteSacPresets } from './discrete-sac-presets.ts';
import { importanceWeights } from './importance-weights.ts';
import { maybeNormalized, normalizationFields, normalizedAgent } from './normalized-agent.ts';
import { polyak } from './polyak.ts';
import { replayFields } from './replay-fields.ts';
import { sacCriticLoss, temperatureLoss } from './sac.ts';
import { trainOnReplay } from './train-on-replay.ts';

// ---- configuration ----

export const discreteSacConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  batchSize: count({ default: 64, unit: 'transitions', meaning: 'size of a minibatch' }),
  learningStarts: count({
    min: 0,
    default: 1000,
    unit: 'environment steps',
    meaning: 'steps of uniform actions before the first update',
  }),
  trainEverySteps: count({ default: 1, unit: 'environment steps', meaning: 'steps between two rounds of updates' }),
  gradientSteps: count({ default: 1, meaning: 'updates in each round' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  tau: field(z.number().gt(0).max(1), {
    default: 0.005,
    meaning: 'share of the critics that goes into their targets at each update',
  }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  actorLearningRateScale: positive({ default: 1, meaning: 'step size of Adam for the policy, as a multiple of learningRate' }),
  alpha: positive({ default: 1, meaning: 'weight of the entropy (temperature); where it is learned, the first one' }),
  learnAlpha: field(z.boolean(), { default: true, meaning: 'adapt the temperature to the target entropy' }),
  targetEntropyScale: probability({
    default: 0.5,
    meaning: 'share of the largest entropy, log of the number of legal actions, that a learned temperature aims at',
  }),
  ...replayFields,
  ...normalizationFields,
  hiddenSizes: hiddenSizes({ default: [256, 256], meaning: 'units of each hidden layer of the policy and of each critic' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
});

export type DiscreteSacConfig = z.output<typeof discreteSacConfig>;

// ---- networks ----

/** The policy and the critics, of equal form. @throws SpaceError unless actions are `Discrete` */
export function discreteSacNetworks({ spec, config }: PolicyOptions<DiscreteSacConfig>) {
  const { actionSpace, observationSpace } = spec;
  if (actionSpace.type !== 'discrete') {
    const remedy = actionSpace.type === 'box' ? 'Use sac' : 'Use ppo, or flatten the actions';
    throw new SpaceError(message('discrete-sac', `actions of ${spec.id} must be Discrete`, describeSpace(actionSpace), remedy));
  }
  const numActions = actionSpace.n;
  const { hiddenSizes, activation } = config;
  const network = observationNetwork(observationSpace, {
    hiddenSizes,
    activation,
    outputSize: numActions,
    initialization: 'fan-in',
  });
  const policy = (params: Params, obs: tf.Tensor, mask?: tf.Tensor) => new Categorical(network.apply(params, obs), mask);
  const greedy: PolicyNetwork = { layout: network.layout, act: (params, obs, mask) => policy(params, obs, mask).mode() };
  const { parts, ...critic } = combine({ q0: network, q1: network });
  /** Q of every action by each critic: `[B, A]` each. */
  const q = (params: Params, obs: tf.Tensor): tf.Tensor[] => [parts.q0.apply(params, obs), parts.q1.apply(params, obs)];
  return { numActions, actor: network, policy, greedy, critic, q };
}

// ---- losses ----

/** Probabilities and their logarithms, `[B, A]` each: what a `Categorical` has. */
export type ActionProbabilities = Pick<Categorical, 'probs' | 'logProbs'>;

/** V(s) = Σ_a π(a|s) (min_i Q_i(s, a) − α log π(a|s)) (eq. 10): `[B]`, all actions in place of a sample. @param q `[B, A]` each */
export function softValue(q: readonly tf.Tensor[], { probs, logProbs }: ActionProbabilities, alpha: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(probs, tf.sub(smallest(q), tf.mul(alpha, logProbs))), 1);
}

/** y = r + d V̄(s′): `[B]`. @param reward `[B]` @param discount `[B]` @param nextValue `[B]`: of the target critics */
export function discreteSacTarget(reward: tf.Tensor, discount: tf.Tensor, nextValue: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, nextValue));
}

/** H̄ of each row, `scale` · log A with A legal actions: `[B]`, 0 where there is no choice. @param mask `[B, A]`, not 0 = legal */
export function maskedTargetEntropy(mask: tf.Tensor, scale: number): tf.Tensor {
  const legal = tf.sum(tf.cast(tf.cast(mask, 'bool'), 'float32'), 1);
  return tf.mul(tf.log(legal), scale);
}

// ---- agent ----

/** Builds an agent. @throws SpaceError unless actions are `Discrete` */
function create({ spec, config: given, seed, engine }: CreateOptions<DiscreteSacConfig>): OffPolicyAgent<DiscreteSacConfig> {
  const config = agentConfig('discrete-sac', discreteSacConfig, { spec, config: given });
  const { numActions, actor, policy, greedy, critic, q } = discreteSacNetworks({ spec, config });
  const [initRng, actionRng] = new Rng(seed).spawn(2);
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
  });
  const obsInput = observationInput(spec.observationSpace);
  const maskInput = uint8(['batch', numActions]);
  const { targetEntropyScale } = config;

  /** Every program exists with and without masks of legal actions; which one is used depends on the environment. */
  const withMask = <P>(make: (mask: { mask?: InputShape }) => P) => ({ plain: make({}), masked: make({ mask: maskInput }) });

  const exploreProgram = withMask(mask =>
    program(store, {
      name: 'discrete-sac.explore',
      inputs: { obs: obsInput, noise: ['batch'], ...mask },
      run: (state, inputs) => {
        const params = unflattenParams(actor.layout, state.actor);
        return { outputs: { action: policy(params, inputs.obs, inputs.mask).sample(inputs.noise) } };
      },
    }),
  );
  const exploitProgram = withMask(mask =>
    program(store, {
      name: 'discrete-sac.exploit',
      inputs: { obs: obsInput, ...mask },
      run: (state, inputs) => ({
        outputs: { action: greedy.act(unflattenParams(actor.layout, state.actor), inputs.obs, inputs.mask) },
      }),
    }),
  );

  /** One round of algorithm 1: critics, policy, temperature, targets. */
  const updateProgram = withMask(mask =>
    program(store, {
      name: 'discrete-sac.update',
      inputs: {
        obs: obsInput,
        action: int32(['batch']),
        reward: ['batch'],
        nextObs: obsInput,
        discount: ['batch'],
        weight: ['batch'],
        learningRate: [],
        ...mask,
        ...(mask.mask && { nextMask: mask.mask }),
      },
      run: (state, { obs, action, reward, nextObs, discount, ...batch }) => {
        const alpha = tf.exp(state.logAlpha);

        const next = policy(unflattenParams(actor.layout, state.actor), nextObs, batch.nextMask);
        const nextQ = q(unflattenParams(critic.layout, state.target), nextObs);
        const y = discreteSacTarget(reward, discount, softValue(nextQ, next, alpha));
        const taken = oneHot(action, numActions);
        const criticLoss = valueAndGrad(critic.layout, params => {
          const qTaken = q(params, obs).map(values => tf.sum(tf.mul(values, taken), 1));
          return { loss: sacCriticLoss(qTaken, y, batch.weight), q: qTaken[0], error: meanError(qTaken, y) };
        })(state.critic);
        const newCritic = optimizer.step({
          parameters: state.critic,
          gradient: criticLoss.gradient,
          state: state.criticAdam,
          learningRate: batch.learningRate,
        });

        const newQ = q(unflattenParams(critic.layout, newCritic.parameters), obs);
        const actorLoss = valueAndGrad(actor.layout, params => {
          const distribution = policy(params, obs, batch.mask);
          // Eq. 12: π minimises Σ_a π (α log π − min Q), the soft value negated.
          return { loss: tf.neg(tf.mean(softValue(newQ, distribution, alpha))), entropy: distribution.entropy() };
        })(state.actor);
        const newActor = optimizer.step({
          parameters: state.actor,
          gradient: actorLoss.gradient,
          state: state.actorAdam,
          learningRate: tf.mul(batch.learningRate, config.actorLearningRateScale),
        });

        const targetEntropy = batch.mask
          ? tf.mean(maskedTargetEntropy(batch.mask, targetEntropyScale))
          : targetEntropyScale * Math.log(numActions);
        // Eq. 11: the expectation of log π over all actions is minus the entropy.
        const alphaLoss = valueAndGrad(alphaLayout, ({ logAlpha }) => ({
          loss: temperatureLoss(logAlpha, tf.neg(actorLoss.entropy), targetEntropy),
        }))(state.logAlpha);
        const newAlpha = optimizer.step({
          parameters: state.logAlpha,
          gradient: alphaLoss.gradient,
          state: state.alphaAdam,
          learningRate: batch.learningRate,
        });

        return {
          state: {
            critic: newCritic.parameters,
            criticAdam: newCritic.state,
            actor: newActor.parameters,
            actorAdam: newActor.state,
            target: polyak(state.target, newCritic.parameters, config.tau),
            ...(config.learnAlpha && { logAlpha: newAlpha.parameters, alphaAdam: newAlpha.state }),
          },
          outputs: { error: criticLoss.error },
          metrics: {
            criticLoss: criticLoss.loss,
            actorLoss: actorLoss.loss,
            qValue: tf.mean(criticLoss.q),
            entropy: tf.mean(actorLoss.entropy),
            alpha,
          },
        };
      },
    }),
  );

  const obsSize = flatSize(spec.observationSpace);
  const learningRate = new Float32Array(1);
  const weightsOf = importanceWeights();
  let priorities: Float32Array | undefined;
  let noise = new Float32Array(0);
  let step = 0;
  let plannedSteps = 1;

  function progress(now: number, totalSteps: number): void {
    step = now;
    plannedSteps = totalSteps;
    learningRate[0] = valueAt(config.learningRate, now / totalSteps);
  }

  const agent: OffPolicyAgent<DiscreteSacConfig> = {
    algorithm: 'discrete-sac',
    config,
    numEnvs: config.numEnvs,
    batchSize: config.batchSize,
    learningStarts: config.learningStarts,
    trainEverySteps: config.trainEverySteps,
    gradientSteps: config.gradientSteps,
    progress,

    async act(obs: NumericArray, mode, mask) {
      const inputs = mask ? { obs, mask } : { obs };
      if (mode === 'exploit') return (await (mask ? exploitProgram.masked : exploitProgram.plain)(inputs)).outputs.action;
      const rows = obs.length / obsSize;
      if (step < config.learningStarts) return uniformActions(rows, numActions, actionRng, mask);
      if (noise.length !== rows) noise = new Float32Array(rows);
      const explore = mask ? exploreProgram.masked : exploreProgram.plain;
      return (await explore({ ...inputs, noise: actionRng.uniformInto(noise) })).outputs.action;
    },

    async update(batch: TransitionBatch): Promise<Metrics> {
      const { obs, action, reward, nextObs, discount, actionMask: mask, nextActionMask: nextMask } = batch;
      const inputs = { obs, action, reward, nextObs, discount, weight: weightsOf(batch), learningRate };
      const update = mask && nextMask ? updateProgram.masked({ ...inputs, mask, nextMask }) : updateProgram.plain(inputs);
      const { outputs, metrics } = await update;
      priorities = outputs.error as Float32Array;
      return metrics;
    },

    get priorities() {
      return priorities;
    },

    async state(): Promise<AgentState> {
      return { vectors: await store.state(), actionRng: actionRng.state(), step, plannedSteps };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      actionRng.restore(state.actionRng as RngState);
      progress(state.step as number, state.plannedSteps as number);
    },

    async policy() {
      return { algorithm: 'discrete-sac', config, spec, weights: await store.read('actor') };
    },

    dispose() {
      for (const { plain, masked } of [exploreProgram, exploitProgram, updateProgram]) {
        plain.dispose();
        masked.dispose();
      }
      store.dispose();
    },
  };
  return normalizedAgent(agent, spec);
}

/** A legal action per row, each with the same probability. @param mask `[N, A]`, 1 = legal @returns `[N]` */
function uniformActions(rows: number, numActions: number, rng: Rng, mask?: Uint8Array): Int32Array {
  const actions = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    actions[i] = mask ? rng.choice(mask.subarray(i * numActions, (i + 1) * numActions)) : rng.integers(0, numActions);
  }
  return actions;
}

/** Soft Actor-Critic, for discrete actions. */
export const discreteSac: Algorithm<DiscreteSacConfig> = {
  id: 'discrete-sac',
  title: 'Soft Actor-Critic for discrete actions',
  paper: 'Christodoulou 2019, "Soft Actor-Critic for Discrete Action Settings", arXiv:1910.07207',
  config: discreteSacConfig,
  presets: discreteSacPresets,
  create,
  policy: options => maybeNormalized(discreteSacNetworks(options).greedy, options),
  train: trainOnReplay,
};
