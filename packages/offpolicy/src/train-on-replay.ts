import { type TrainOptions, trainOffPolicy } from '@zpin/core';
import type { OffPolicyAgent } from '@zpin/core/spec';
import { UniformReplay } from '@zpin/replay';

/** Trains an agent on a uniform replay memory of `bufferSize` transitions. */
export function trainOnReplay(options: TrainOptions) {
  const agent = options.agent as OffPolicyAgent<{ readonly bufferSize: number; readonly gamma: number }>;
  const { bufferSize, gamma } = agent.config;
  const { observationSpace, actionSpace } = options.env.spec;
  const hasActionMask = options.env.createStep().actionMask !== undefined;
  const replay = new UniformReplay({ capacity: bufferSize, observationSpace, actionSpace, gamma, hasActionMask });
  return trainOffPolicy({ ...options, agent, replay });
}
