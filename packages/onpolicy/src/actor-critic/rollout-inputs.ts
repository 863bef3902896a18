import type { EnvSpec } from '@zpin/contracts';
import { observationInput } from '@zpin/core';
import type { PolicyHead } from './policy-head.ts';

/** Inputs of an update by the names of `RolloutColumns`; a program takes those that it needs. */
export function rolloutInputs({ observationSpace }: EnvSpec, { action }: PolicyHead) {
  return {
    obs: observationInput(observationSpace),
    action,
    oldLogProb: ['batch'],
    oldValue: ['batch'],
    advantage: ['batch'],
    valueTarget: ['batch'],
  } as const;
}
