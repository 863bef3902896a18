import type { Rng } from '@zpin/contracts';
import { adam, type Engine, Store, sgd, trainable } from '@zpin/core';
import { type OptionNetworkOptions, optionNetworks } from './option-networks.ts';

export interface OptionLearnerOptions extends OptionNetworkOptions {
  readonly optimizer: 'adam' | 'sgd';
  /** Generator of first weights. */
  readonly rng: Rng;
  readonly engine: Engine;
}

/** What an option-critic learns: values, policies and ends of options, each with an optimiser of its own, in one store. */
export function optionLearner({ optimizer: rule, rng, engine, ...options }: OptionLearnerOptions) {
  const networks = optionNetworks(options);
  const optimizer = rule === 'adam' ? adam() : sgd();
  const critic = trainable({ network: networks.critic, optimizer, name: 'critic', moments: 'criticOptimizer' });
  const policies = trainable({ network: networks.policies, optimizer, name: 'policies', moments: 'policiesOptimizer' });
  const terminations = trainable({
    ...{ network: networks.terminations, optimizer },
    ...({ name: 'terminations', moments: 'terminationsOptimizer' } as const),
  });
  const vectors = { ...critic.vectors(rng), ...policies.vectors(rng), ...terminations.vectors(rng) };
  return { critic, policies, terminations, store: new Store(engine, vectors) };
}
