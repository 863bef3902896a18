import { ConfigError, flatLayout, type MakeReplay, message, SpaceError, type VectorEnv } from '@zpin/contracts';
import { checkHindsight, type HindsightOptions, parseHindsight } from './goal-strategy.ts';
import { HindsightReplay } from './hindsight-replay.ts';

/**
 * Hindsight for any off-policy algorithm: pass it on as `makeReplay` of its `train`.
 * @param env the environment that is trained on: its goals are computed anew
 * @param options or their short form: `future:4`
 * @throws InputError when the options are wrong; SpaceError when the environment has no goals, naming what is missing;
 * ConfigError when the algorithm asks for more than a batch of single steps
 */
export function hindsight(env: VectorEnv, options: HindsightOptions | string): MakeReplay {
  const { strategy, goals } = typeof options === 'string' ? parseHindsight(options) : checkHindsight(options);
  const { id, observationSpace } = env.spec;
  const parts = new Set(flatLayout(observationSpace).map(({ path }) => path));
  const missing = ['observation', 'achieved_goal', 'desired_goal'].filter(name => !parts.has(name));
  const { goals: outcomes } = env;
  if (missing.length > 0 || !outcomes) {
    const lack = missing.length > 0 ? `observations without ${missing.join(', ')}` : 'none that can compute rewards anew';
    const remedy = 'Use an environment such as FetchReach-v4 or BitFlip-v0, without wrappers, or train without hindsight';
    throw new SpaceError(message('her', `${id} must have goals: a GoalEnv with computeReward`, lack, remedy));
  }
  return ({ capacity, gamma, nSteps, hasActionMask, actionSpace }) => {
    if (nSteps > 1) throw new ConfigError(message('her', 'nSteps must be 1', nSteps, 'A goal in hindsight changes every reward'));
    if (hasActionMask)
      throw new ConfigError(message('her', `${id} must have no action masks`, 'masks', 'Train without hindsight'));
    return new HindsightReplay({ capacity, observationSpace, actionSpace, gamma, outcomes, strategy, goals });
  };
}
