import { Rng, type Schedule } from '@zpin/contracts';
import { adam, observationInput, type PolicyOptions, Store, trainable, transitionInputs, type VectorTree } from '@zpin/core';
import {
  type DeterministicActor,
  deterministicActor,
  type NoisyActingConfig,
  noisyActing,
} from '../acting/deterministic-actor.ts';
import { type CriticForm, criticsOf } from '../critics/critics.ts';
import type { CriticNetworkConfig } from './actor-critic-fields.ts';
import type { LearnerOptions } from './learner-options.ts';

/** What learners with a deterministic policy read of the settings. */
export interface DeterministicLearnerConfig extends NoisyActingConfig {
  readonly criticLearningRate: Schedule;
  readonly actorLearningRate: Schedule;
}

/** The policy and the critics. @param algorithm named in errors @throws SpaceError unless actions are a bounded `Box` */
export function deterministicNetworks(algorithm: string, { spec, config }: PolicyOptions<CriticNetworkConfig>, form: CriticForm) {
  const actor = deterministicActor(algorithm, spec, config);
  return { actor, critic: criticsOf(actor.box, { spec, config }, form) };
}

/**
 * What every actor-critic with a deterministic policy is made of: policy and critics with targets, in one store, and how it acts.
 */
export function deterministicLearner<Config extends DeterministicLearnerConfig, Extra extends VectorTree = Record<never, never>>(
  options: LearnerOptions<Config, DeterministicActor, Extra>,
) {
  const { algorithm, spec, config, seed, engine, extra = {} as Extra } = options;
  const { size, toUnit } = options.actor.box;
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const optimizer = adam();
  const actor = trainable({
    ...{ network: options.actor, optimizer },
    ...({ name: 'actor', moments: 'actorAdam', target: 'actorTarget' } as const),
  });
  const critic = trainable({
    ...{ network: options.critic, optimizer },
    ...({ name: 'critic', moments: 'criticAdam', target: 'criticTarget' } as const),
  });
  const store = new Store(engine, { ...actor.vectors(initRng), ...critic.vectors(initRng), ...extra });
  const acting = noisyActing({ algorithm, spec, actor: options.actor, store, rng: actionRng, config });
  const { criticLearningRate, actorLearningRate } = config;
  return {
    actor,
    critic,
    store,
    toUnit,
    /** K */
    actionSize: size,
    /** Generator of what updates draw. */
    updateRng,
    /** Of update programs. */
    inputs: {
      ...transitionInputs(observationInput(spec.observationSpace), ['batch', size]),
      ...({ criticLearningRate: [], actorLearningRate: [] } as const),
    },
    /** What the agent is made of besides its update. */
    parts: {
      ...{ algorithm, spec, config, store, acting },
      schedules: { criticLearningRate, actorLearningRate },
      policy: { vectors: ['actor'] },
    },
  };
}
