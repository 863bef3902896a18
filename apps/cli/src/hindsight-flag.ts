import { InputError, message, type VectorEnv } from '@zpin/contracts';
import type { MakeReplay } from '@zpin/core';
import { hindsight } from '@zpin/her';

/** Written on the command line to turn off the hindsight of a preset. */
const NONE = 'none';

/**
 * The replay memory that `--her` asks for.
 * @param text `future:4` and the like, `none`, or nothing
 * @param config of the algorithm: one that learns from no replay memory can have no hindsight
 * @throws InputError when the text, the environment or the algorithm does not fit
 */
export function readHindsight(
  where: string,
  text: string | undefined,
  env: VectorEnv,
  config: Readonly<Record<string, unknown>>,
): MakeReplay | undefined {
  if (text === undefined || text === NONE) return undefined;
  if (!('bufferSize' in config)) {
    const remedy = 'Use ddpg, td3, sac, discrete-sac or dqn';
    throw new InputError(message(where, '--her needs an algorithm with a replay memory', text, remedy));
  }
  const makeReplay = hindsight(env, text);
  const isPrioritized = config.prioritizedReplay ?? config.priorityExponent !== undefined;
  if (isPrioritized || config.nSteps !== 1) {
    const found = isPrioritized ? 'prioritized replay' : `${config.nSteps} steps`;
    const remedy = 'Leave out --her, or prioritized replay and nSteps';
    throw new InputError(message(where, '--her goes with single transitions drawn uniformly', found, remedy));
  }
  return makeReplay;
}
