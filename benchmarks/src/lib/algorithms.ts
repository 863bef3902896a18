import type { Algorithm } from '@zpin/core';
import { ddpg, discreteSac, sac, td3 } from '@zpin/offpolicy';
import { a2c, npg, oneStepActorCritic, ppo, ppoPenalty, recurrentPpo, reinforce, trpo, vpg } from '@zpin/onpolicy';
import { a3c, dppo } from '@zpin/onpolicy/node';
import {
  c51,
  doubleDqn,
  dqn,
  duelingDqn,
  expectedSarsa,
  noisyDqn,
  prioritizedDqn,
  qLearning,
  qrDqn,
  rainbow,
  sarsa,
  sarsaLambda,
} from '@zpin/value-based';

/** Every algorithm that benchmarks train. Their settings come as data, so their types are left open. */
export const algorithms: readonly Algorithm<never>[] = [
  a2c,
  a3c,
  dppo,
  npg,
  oneStepActorCritic,
  ppo,
  ppoPenalty,
  recurrentPpo,
  reinforce,
  trpo,
  vpg,
  dqn,
  doubleDqn,
  duelingDqn,
  prioritizedDqn,
  noisyDqn,
  c51,
  qrDqn,
  rainbow,
  qLearning,
  sarsa,
  expectedSarsa,
  sarsaLambda,
  ddpg,
  td3,
  sac,
  discreteSac,
] as unknown as readonly Algorithm<never>[];
