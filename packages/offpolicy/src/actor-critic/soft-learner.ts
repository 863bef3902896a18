import * as tf from '@tensorflow/tfjs-core';
import { field, Rng, type Schedule, type ValuesOf } from '@zpin/contracts';
import {
  adam,
  type Network,
  noiseInputs,
  observationInput,
  type PolicyOptions,
  Store,
  trainable,
  transitionInputs,
  type VectorTree,
} from '@zpin/core';
import {
  type StochasticActingConfig,
  type StochasticActor,
  stochasticActing,
  stochasticActor,
} from '../acting/stochastic-actor.ts';
import { type CriticForm, criticsOf } from '../critics/critics.ts';
import type { CriticNetworkConfig } from './actor-critic-fields.ts';
import type { LearnerOptions } from './learner-options.ts';
import { type TemperatureConfig, temperature, temperatureFields } from './temperature.ts';

/** Settings of every soft actor-critic on continuous actions. */
export const softFields = {
  ...temperatureFields,
  targetEntropy: field.number({
    default: null,
    unit: 'nats',
    meaning: 'entropy that a learned temperature aims at, of actions in [-1, 1]; null: minus the size of an action',
  }),
};

/** What soft learners read of the settings. */
export interface SoftLearnerConfig extends Readonly<ValuesOf<typeof softFields>>, StochasticActingConfig {
  readonly criticLearningRate: Schedule;
  readonly actorLearningRate: Schedule;
}

/** The policy and the critics. @param algorithm named in errors @throws SpaceError unless actions are a bounded `Box` */
export function softNetworks(algorithm: string, { spec, config }: PolicyOptions<CriticNetworkConfig>, form: CriticForm) {
  const actor = stochasticActor(algorithm, spec, config);
  return { actor, critic: criticsOf(actor.box, { spec, config }, form) };
}

/** What learns in a soft actor-critic, on actions of any kind: critics with targets, a policy, a temperature. */
export function softTrainables<Seen extends readonly unknown[], Policy, Judged extends readonly unknown[]>(
  networks: { readonly actor: Network<Seen, Policy>; readonly critic: Network<Judged, tf.Tensor[]> },
  config: TemperatureConfig,
) {
  const optimizer = adam();
  const critic = trainable({ network: networks.critic, optimizer, name: 'critic', moments: 'criticAdam', target: 'target' });
  const actor = trainable({ network: networks.actor, optimizer, name: 'actor', moments: 'actorAdam' });
  const alpha = temperature(config);
  return {
    critic,
    actor,
    temperature: alpha,
    /** First values of all vectors, for a `Store`. */
    vectors: (rng: Rng) => ({ ...critic.vectors(rng), ...actor.vectors(rng), ...alpha.vectors(rng) }),
  };
}

/**
 * What every soft actor-critic on continuous actions is made of: what learns, in one store, and how it acts. What is particular
 * to one of them is its targets and the losses of its critics and its policy.
 */
export function softLearner<Config extends SoftLearnerConfig, Extra extends VectorTree = Record<never, never>>(
  options: LearnerOptions<Config, StochasticActor, Extra>,
) {
  const { algorithm, spec, config, seed, engine, actor, extra = {} as Extra } = options;
  const { size, toUnit } = actor.box;
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const learned = softTrainables(options, config);
  const store = new Store(engine, { ...learned.vectors(initRng), ...extra });
  const acting = stochasticActing({ algorithm, spec, actor, store, rng: actionRng, config });
  const { criticLearningRate, actorLearningRate } = config;
  const action = ['batch', size] as const;
  return {
    ...learned,
    store,
    toUnit,
    /** K */
    actionSize: size,
    /** Generator of what updates draw. */
    updateRng,
    /** H̄ */
    targetEntropy: config.targetEntropy ?? -size,
    /** Of update programs. */
    inputs: {
      ...transitionInputs(observationInput(spec.observationSpace), action),
      ...({ noise: action, nextNoise: action, criticLearningRate: [], actorLearningRate: [] } as const),
    },
    /** What the agent is made of besides its update. */
    parts: {
      ...{ algorithm, spec, config, store, acting },
      memory: { updateRng },
      schedules: { criticLearningRate, actorLearningRate },
      noise: noiseInputs(updateRng, { noise: { width: size }, nextNoise: { width: size } }),
      policy: { vectors: ['actor'] },
    },
  };
}

/** Steps of the critics and of the policy, as soft actor-critics report them. */
export interface SoftSteps {
  /** `error` `[B]` of each transition, `q` `[B]` of the first critic. */
  readonly fit: { readonly loss: tf.Tensor; readonly q: tf.Tensor; readonly error: tf.Tensor };
  /** `logProb` `[B]` of the actions of the policy. */
  readonly climb: { readonly loss: tf.Tensor; readonly logProb: tf.Tensor };
  readonly alpha: tf.Tensor;
}

/** What an update of a soft actor-critic gives beside its new state. */
export function softReport({ fit, climb, alpha }: SoftSteps) {
  return {
    outputs: { error: fit.error },
    metrics: {
      criticLoss: fit.loss,
      actorLoss: climb.loss,
      qValue: tf.mean(fit.q),
      entropy: tf.neg(tf.mean(climb.logProb)),
      alpha,
    },
  };
}
