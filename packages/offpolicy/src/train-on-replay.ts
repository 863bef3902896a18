import { ConfigError, message, type OffPolicyAgent, type ReplayBuffer } from '@zpin/contracts';
import { type TrainOptions, trainOffPolicy } from '@zpin/core';
import { PrioritizedReplay, UniformReplay } from '@zpin/replay';
import type { ReplayConfig } from './replay-fields.ts';

/** Trains an agent on the replay memory that its settings or, before them, the options ask for. */
export function trainOnReplay(options: TrainOptions) {
  const agent = options.agent as OffPolicyAgent<ReplayConfig>;
  return trainOffPolicy({ ...options, agent, replay: replayOf(agent, options) });
}

function replayOf(
  { algorithm, config }: OffPolicyAgent<ReplayConfig>,
  { env, makeReplay, totalSteps }: TrainOptions,
): ReplayBuffer {
  const { bufferSize, gamma, nSteps } = config;
  const { observationSpace, actionSpace, frameStack } = env.spec;
  const hasActionMask = env.createStep().actionMask !== undefined;
  const memory = { capacity: bufferSize, observationSpace, actionSpace, gamma, nSteps, hasActionMask, frameStack };
  if (!config.prioritizedReplay) return makeReplay ? makeReplay(memory) : new UniformReplay(memory);
  if (makeReplay) {
    const remedy = 'Turn prioritizedReplay off, or train without hindsight';
    throw new ConfigError(message(algorithm, 'there can be one replay memory', 'a prioritized one and another', remedy));
  }
  const { priorityExponent: alpha, priorityWeight: beta } = config;
  return new PrioritizedReplay({ ...memory, alpha, beta, betaAnnealing: totalSteps });
}
