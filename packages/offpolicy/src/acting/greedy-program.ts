import { observationInput, type PolicyNetwork, program, unflattenParams } from '@zpin/core';
import type { ActingOptions } from './acting-options.ts';

/** A policy that can be played without noise. */
type GreedyActor = Pick<PolicyNetwork, 'layout'> & { readonly greedy: PolicyNetwork };

/** The greedy policy over a box of actions, as a program. */
export function greedyProgram({ algorithm, spec, actor, store }: Omit<ActingOptions<GreedyActor, unknown>, 'rng' | 'config'>) {
  const { layout, greedy } = actor;
  return program(store, {
    name: `${algorithm}.exploit`,
    inputs: { obs: observationInput(spec.observationSpace) },
    run: (state, { obs }) => ({ outputs: { action: greedy.act(unflattenParams(layout, state.actor), obs) } }),
  });
}
