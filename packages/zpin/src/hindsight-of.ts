import { InputError, type MakeReplay, message, type VectorEnv } from '@zpin/contracts';
import type { AnyAlgorithm } from '@zpin/core';
import { hindsight } from '@zpin/her';
import type { MessageNames } from './message-names.ts';

/** Turns off the hindsight of a preset. */
const NONE = 'none';

export interface HindsightRequest {
  /** `future:4` and the like, `none`, or nothing. */
  readonly text: string | undefined;
  readonly env: VectorEnv;
  readonly algorithm: AnyAlgorithm;
  /** Complete settings of the algorithm. */
  readonly config: object;
}

/**
 * The replay memory with goals in hindsight that a run asks for.
 * @throws InputError when the text, the environment or the algorithm does not fit
 */
export function hindsightOf({ text, env, algorithm, config }: HindsightRequest, names: MessageNames): MakeReplay | undefined {
  if (text === undefined || text === NONE) return undefined;
  const plan = algorithm.learnsFrom === 'replay' ? algorithm.replay(config) : null;
  if (!plan) {
    const remedy = 'Use ddpg, td3, sac, discrete-sac or dqn';
    throw new InputError(message(names.where, `${names.option('her')} needs an algorithm with a replay memory`, text, remedy));
  }
  const makeReplay = hindsight(env, text);
  if (plan.priorities || plan.nSteps !== 1) {
    const found = plan.priorities ? 'prioritized replay' : `${plan.nSteps} steps`;
    const remedy = `Leave out ${names.option('her')}, or prioritized replay and nSteps`;
    const expectation = `${names.option('her')} goes with single transitions drawn uniformly`;
    throw new InputError(message(names.where, expectation, found, remedy));
  }
  return makeReplay;
}
