import type { Actor, MaybePromise, VectorEnv } from '@zpin/contracts';
import { type Evaluation, type EvaluationProgress, evaluate, type PlayOptions } from '@zpin/core';
import { DEFAULT_EVALUATION_EPISODES, EVALUATION_COPIES } from './run-defaults.ts';

export interface EvaluateOptions extends PlayOptions {
  /** Whole episodes to play; 100 when omitted. */
  readonly episodes?: number;
  /** Of the episodes, in which no run trains, whatever its seed; that of the run when omitted. */
  readonly seed?: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/**
 * Plays whole episodes with the greedy policy, in an environment of their own.
 * @param open makes copies of the environment @param runSeed of the run that trained the agent
 */
export async function evaluateAgent(
  agent: Actor,
  open: (copies: number) => MaybePromise<VectorEnv>,
  runSeed: number,
  { episodes = DEFAULT_EVALUATION_EPISODES, seed = runSeed, ...options }: EvaluateOptions = {},
): Promise<Evaluation> {
  const env = await open(Math.min(EVALUATION_COPIES, Math.max(1, episodes)));
  try {
    return await evaluate(agent, env, episodes, seed, options);
  } finally {
    env.close();
  }
}
