/**
 * Implicit Q-learning: values of the best actions of the data, without ever asking for the value of another one.
 *
 * Kostrikov, Nair, Levine (2021), "Offline Reinforcement Learning with Implicit Q-Learning", arXiv:2110.06169, algorithm 1.
 *
 *   paper          here
 *   V_ψ            value, `value`
 *   Q_θ, θ̂         critics, `critic`, and the targets that follow them, `criticTarget`; of two the smaller counts
 *   π_φ            policy, `actor`
 *   τ              expectile
 *   β              inverseTemperature
 *   α              tau
 *
 * Deviations from the paper:
 * 1. Actions are rescaled to [−1, 1]ᴷ. The policy is a normal distribution around tanh(network(s)), its deviation the same in
 *    every state, as in the authors' code.
 * 2. For discrete actions critics give the values of all actions, and the policy is categorical. It obeys masks.
 * 3. Within an update V learns before Q and π, and Q from the V that it has become, as in the authors' code.
 * 4. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { type EnvSpec, field, type OfflineAgent, Rng } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  combine,
  configSchema,
  constant,
  type DatasetAlgorithm,
  DiagonalGaussian,
  type DiscreteHead,
  type Distribution,
  discreteHead,
  maskedProgram,
  type Network,
  observationInput,
  observationNetwork,
  type PolicyNetwork,
  type PolicyOptions,
  parameter,
  parseConfig,
  program,
  Store,
  trainable,
  transitionInputs,
} from '@zpin/core';
import { deterministicActor, learningRateFields, smallest, td3CriticLoss } from '@zpin/offpolicy';
import { policyActing } from './acting/policy-acting.ts';
import { actionCritics } from './learning/action-critics.ts';
import { datasetRegime } from './learning/dataset-regime.ts';
import { batchFields, normalizationField, valueFields } from './learning/learning-fields.ts';
import { normalizingAgent, onNormalized } from './learning/normalizing-agent.ts';
import { hopper } from './presets/hopper.ts';

// ---- configuration ----

export const iqlConfig = configSchema({
  ...batchFields,
  ...learningRateFields({ critic: 3e-4, actor: 3e-4 }),
  ...valueFields,
  ...normalizationField,
  expectile: field.number({
    above: 0,
    below: 1,
    default: 0.7,
    meaning: 'which expectile of the values of the actions in the data V is; 0.5 is their mean, towards 1 the best of them (tau)',
  }),
  inverseTemperature: field.nonNegative({
    default: 3,
    unit: '1 / reward',
    meaning: 'how strongly the policy prefers actions of the data that are better than V; 0 is cloning (beta)',
  }),
});

export type IqlConfig = ConfigOf<typeof iqlConfig>;

// ---- networks ----

/** Largest weight of an action in the loss of the policy, as in the authors' code. */
const MAX_WEIGHT = 100;
/** Bounds of log σ of a normal policy, as in the authors' code. */
const [MIN_LOG_STD, MAX_LOG_STD] = [-5, 2];

/** What chooses among actions of one kind. */
interface Chooser {
  /** π(·|s), over actions as the data have them, or as critics see them in a box. */
  readonly actor: Network<readonly [obs: tf.Tensor, mask?: tf.Tensor | undefined], Distribution>;
  readonly greedy: PolicyNetwork;
  /** Actions that can be masked: A, or 0 where masks have no meaning. */
  readonly maskSize: number;
}

/** Policy, critics and value. @throws SpaceError unless actions are `Discrete`, or a `Box` of floats with finite bounds */
export function iqlNetworks({ spec, config }: PolicyOptions<IqlConfig>) {
  const { hiddenSizes, convolutions, activation } = config;
  const options = { hiddenSizes, convolutions, activation, outputSize: 1, initialization: 'fan-in' } as const;
  const { layout, init, apply } = observationNetwork(spec.observationSpace, options);
  const value: Network = { layout, init, apply: (params, obs) => tf.reshape(apply(params, obs), [-1]) };
  const judge = actionCritics({ algorithm: 'iql', spec, config, count: 2 });
  // Whole numbers of other spaces would need critics of another form: only one index has them.
  const head = spec.actionSpace.type === 'discrete' ? discreteHead('iql', spec) : null;
  return { value, ...judge, ...(head ? categoricalChooser(spec, config, head) : normalChooser(spec, config)) };
}

function categoricalChooser(spec: EnvSpec, { hiddenSizes, convolutions, activation }: IqlConfig, head: DiscreteHead): Chooser {
  const options = { hiddenSizes, convolutions, activation, outputSize: head.outputSize, initialization: 'fan-in' } as const;
  const { layout, init, apply: score } = observationNetwork(spec.observationSpace, options);
  const apply: Chooser['actor']['apply'] = (params, obs, mask) => head.distribution(score(params, obs), mask);
  const greedy: PolicyNetwork = { layout, act: (params, obs, mask) => apply(params, obs, mask).mode() };
  return { actor: { layout, init, apply }, greedy, maskSize: head.maskSize };
}

/** A normal distribution within the cube (deviation 1). */
function normalChooser(spec: EnvSpec, config: IqlConfig): Chooser {
  const mean = deterministicActor('iql', spec, config);
  const { box } = mean;
  const { layout, init, parts } = combine({ mean, logStd: parameter([box.size], constant(0)) });
  const apply: Chooser['actor']['apply'] = (params, obs) => {
    const logStd = tf.clipByValue(parts.logStd.apply(params), MIN_LOG_STD, MAX_LOG_STD);
    return new DiagonalGaussian(parts.mean.apply(params, obs), logStd);
  };
  const greedy: PolicyNetwork = { layout, act: (params, obs) => box.fromUnit(parts.mean.apply(params, obs)) };
  return { actor: { layout, init, apply }, greedy, maskSize: 0 };
}

// ---- losses ----

/**
 * mean |τ − 1(u < 0)| u² with u = Q − V (equation 5): scalar. Least where V is the τ-expectile of Q over the actions of the data.
 * @param q `[B]`, constant @param value `[B]`
 */
export function expectileLoss(q: tf.Tensor, value: tf.Tensor, expectile: number): tf.Tensor {
  const above = tf.relu(tf.sub(q, value));
  const below = tf.relu(tf.sub(value, q));
  return tf.mean(tf.add(tf.mul(tf.square(above), expectile), tf.mul(tf.square(below), 1 - expectile)));
}

/** y = r + d V(s′) (equation 6): `[B]`. @param reward `[B]` @param discount `[B]` @param nextValue `[B]` */
export function iqlTarget(reward: tf.Tensor, discount: tf.Tensor, nextValue: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, nextValue));
}

/**
 * −mean min(exp(β (Q − V)), 100) log π(a|s) (equation 7): scalar.
 * @param logProb `[B]`: of the actions of the data @param advantage `[B]`: Q − V, constant
 */
export function iqlActorLoss(logProb: tf.Tensor, advantage: tf.Tensor, inverseTemperature: number): tf.Tensor {
  // Clipped before the exponential, which overflows.
  const weight = tf.exp(tf.minimum(tf.mul(advantage, inverseTemperature), Math.log(MAX_WEIGHT)));
  return tf.neg(tf.mean(tf.mul(weight, logProb)));
}

// ---- agent ----

/** Builds an IQL agent. @throws SpaceError unless actions are `Discrete`, or a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<IqlConfig>): OfflineAgent<IqlConfig> {
  const config = parseConfig(iqlConfig, given, 'iql');
  const { criticLearningRate, actorLearningRate, expectile, inverseTemperature, tau } = config;
  const networks = iqlNetworks({ spec, config });
  const { greedy, seen, action, maskSize } = networks;
  const isCategorical = spec.actionSpace.type === 'discrete';
  const optimizer = adam();
  const actor = trainable({ network: networks.actor, optimizer, name: 'actor', moments: 'actorAdam' });
  const value = trainable({ network: networks.value, optimizer, name: 'value', moments: 'valueAdam' });
  const names = { name: 'critic', moments: 'criticAdam', target: 'criticTarget' } as const;
  const critic = trainable({ network: networks.critic, optimizer, ...names });
  const [initRng] = new Rng(seed).spawn(1);
  const store = new Store(engine, { ...actor.vectors(initRng), ...critic.vectors(initRng), ...value.vectors(initRng) });
  const transition = transitionInputs(observationInput(spec.observationSpace), action);

  /** One round of algorithm 1: value, policy, critics, targets. */
  const update = maskedProgram(maskSize, mask =>
    program(store, {
      name: 'iql.update',
      inputs: { ...transition, criticLearningRate: [], actorLearningRate: [], ...mask },
      run: (state, { obs, reward, nextObs, discount, mask, criticLearningRate: learningRate, ...batch }) => {
        const action = seen(batch.action);
        const q = smallest(critic.targetAt(state)(obs, action));
        const settle = value.descend(state, learningRate, baseline => {
          const v = baseline(obs);
          return { loss: expectileLoss(q, v, expectile), v };
        });

        const baseline = value.at(settle.next);
        const advantage = tf.sub(q, baseline(obs));
        const imitate = actor.descend(state, batch.actorLearningRate, policy => ({
          loss: iqlActorLoss(policy(obs, mask).logProb(isCategorical ? batch.action : action), advantage, inverseTemperature),
        }));

        const y = iqlTarget(reward, discount, baseline(nextObs));
        const fit = critic.descend(state, learningRate, critics => ({ loss: td3CriticLoss(critics(obs, action), y) }));
        return {
          state: { ...settle.next, ...imitate.next, ...fit.next, ...critic.follow(state, fit.next, tau) },
          metrics: {
            ...{ valueLoss: settle.loss, criticLoss: fit.loss, actorLoss: imitate.loss },
            ...{ qValue: tf.mean(q), value: tf.mean(settle.v) },
          },
        };
      },
    }),
  );

  return normalizingAgent({
    ...{ algorithm: 'iql', config, spec, store, programs: [update] },
    acting: policyActing({ algorithm: 'iql', spec, network: greedy, store, vectors: ['actor'] }),
    schedules: { criticLearningRate, actorLearningRate },
    policy: { vectors: ['actor'] },
    learn: ({ actionMask: mask, ...batch }) => update.for(mask)({ ...batch, ...(mask && { mask }) }),
  });
}

/** Implicit Q-learning from a data set, for discrete and continuous actions. */
export const iql: DatasetAlgorithm<IqlConfig> = {
  id: 'iql',
  title: 'Implicit Q-learning (IQL)',
  paper: 'Kostrikov et al. 2021, "Offline Reinforcement Learning with Implicit Q-Learning", arXiv:2110.06169',
  ...datasetRegime,
  spaces: { actions: ['discrete', 'box'] },
  config: iqlConfig,
  presets: { 'Hopper-v5': hopper.iql },
  create,
  policy: options => onNormalized(iqlNetworks(options).greedy, options),
};
