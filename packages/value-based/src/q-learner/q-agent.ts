import type { OffPolicyAgent, ReplayPlan } from '@zpin/contracts';
import { type CreateOptions, type ReplayTrainOptions, replayAgent, trainOffPolicy } from '@zpin/core';
import { checkMemory, replayOf } from '@zpin/replay';
import { epsilonGreedyActing } from './q-acting.ts';
import type { QConfig } from './q-fields.ts';
import { qLearner } from './q-learner.ts';
import type { QMethod } from './q-method.ts';
import { optimizerOf } from './q-optimizer.ts';

/** A method with its settings, for an agent that plays. */
export interface QAgentMethod<Config> extends QMethod {
  readonly config: Config & QConfig;
  /** Whether targets come from a copy of the network; true when omitted. */
  readonly hasTargetNetwork?: boolean;
  /** Whether its replay memory keeps priorities; false when omitted. */
  readonly isPrioritized?: boolean;
}

/** An agent that acts ε-greedily (or by noise in its network) and learns from replay towards a target network. */
export function qAgent<Config>(
  { spec, seed, engine }: Pick<CreateOptions<never>, 'spec' | 'seed' | 'engine'>,
  { config, hasTargetNetwork = true, isPrioritized = false, ...method }: QAgentMethod<Config>,
): OffPolicyAgent<Config> {
  const { bufferSize: capacity, learningRate, maxGradientNorm, targetUpdateEverySteps: every, tau } = config;
  checkMemory(method.algorithm, { ...spec, capacity, isPrioritized }, 'bufferSize');
  const learner = qLearner({
    ...{ ...method, spec, seed, engine, learningRate, optimizer: optimizerOf(config), maxGradientNorm, isPrioritized },
    ...(hasTargetNetwork && { targetUpdates: { every, tau } }),
  });
  return replayAgent({ ...learner, config, acting: epsilonGreedyActing(learner, config) });
}

type ReplayConfig = Pick<QConfig, 'numEnvs' | 'bufferSize' | 'gamma' | 'nSteps'>;

/**
 * What the algorithms of this family have in common, as their descriptors say it.
 * @param priorities of the replay memory that settings ask for; drawn from uniformly when omitted
 */
export function qRegime<Config extends ReplayConfig>(priorities: (config: Config) => ReplayPlan['priorities'] = () => null) {
  const replay = (config: Config): ReplayPlan => {
    const { bufferSize: capacity, gamma, nSteps } = config;
    return { capacity, gamma, nSteps, priorities: priorities(config) };
  };
  return {
    learnsFrom: 'replay',
    spaces: { actions: ['discrete'] },
    copies: ({ numEnvs }: Config) => numEnvs,
    replay,
    train: (options: ReplayTrainOptions<OffPolicyAgent<Config>>) =>
      trainOffPolicy({ ...options, replay: replayOf(options, replay(options.agent.config)) }),
  } as const;
}
