import {
  type Agent,
  ConfigError,
  type MakeReplay,
  message,
  type ReplayBuffer,
  type ReplayPlan,
  type VectorEnv,
} from '@zpin/contracts';
import { PrioritizedReplay } from './prioritized-replay.ts';
import { UniformReplay } from './uniform-replay.ts';

/** What a replay memory depends on besides its plan: the options of a training run. */
export interface ReplayRun {
  readonly agent: Pick<Agent, 'algorithm'>;
  readonly env: VectorEnv;
  /** Steps of the run. */
  readonly totalSteps: number;
  /** Those over which importance weights become whole; `totalSteps` when omitted. */
  readonly scheduledSteps?: number;
  /** Makes another memory than the plan's, for example one with hindsight. */
  readonly makeReplay?: MakeReplay;
}

/**
 * The replay memory of a run: prioritized where the plan has priorities, else uniform, or the one that the run brings.
 * @throws ConfigError when the run brings one and the plan has priorities
 */
export function replayOf(
  { agent, env, totalSteps, scheduledSteps = totalSteps, makeReplay }: ReplayRun,
  plan: ReplayPlan,
): ReplayBuffer {
  const { capacity, gamma, nSteps, priorities } = plan;
  const { observationSpace, actionSpace, frameStack } = env.spec;
  const hasActionMask = env.createStep().actionMask !== undefined;
  const memory = { capacity, observationSpace, actionSpace, gamma, nSteps, hasActionMask, frameStack };
  if (!priorities) return makeReplay ? makeReplay(memory) : new UniformReplay(memory);
  if (makeReplay) {
    const remedy = 'Turn prioritized replay off, or train without hindsight';
    const found = 'a prioritized one and another';
    throw new ConfigError(message(agent.algorithm, 'there can be one replay memory', found, remedy));
  }
  return new PrioritizedReplay({ ...memory, ...priorities, betaAnnealing: scheduledSteps });
}
