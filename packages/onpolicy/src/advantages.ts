import type { Rollout } from '@zpin/contracts';
import { gae } from '@zpin/core';

/** `[T, N]` each, valid until the next rollout. */
export interface Advantages {
  readonly advantage: Float32Array;
  /** What the value should have been: advantage + value. */
  readonly valueTarget: Float32Array;
}

/** Advantages of rollouts by GAE(λ), with targets for the value; the arrays are reused. */
export function advantages(gamma: number, lambda: number): (rollout: Rollout) => Advantages {
  let advantage = new Float32Array(0);
  let valueTarget = new Float32Array(0);
  return rollout => {
    const rows = rollout.numSteps * rollout.numEnvs;
    if (advantage.length !== rows) [advantage, valueTarget] = [new Float32Array(rows), new Float32Array(rows)];
    gae(rollout, gamma, lambda, advantage);
    for (let i = 0; i < rows; i++) valueTarget[i] = advantage[i] + rollout.value[i];
    return { advantage, valueTarget };
  };
}
