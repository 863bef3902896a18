import type { Env, ResetOptions, ResetResult, StepResult } from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/** Pays other rewards than the environment does. Returns of episodes, in training and evaluation, stay those of the environment. */
export abstract class RewardWrapper<Obs, Act> extends Wrapper<Obs, Act> {
  constructor(env: Env<Obs, Act>) {
    super(env);
  }

  /** What is paid instead of `reward`. @param step all that the step brought @param action that brought it */
  protected abstract reward(reward: number, step: StepResult<Obs>, action: Act): number;

  override reset(options?: ResetOptions): ResetResult<Obs> {
    return this.env.reset(options);
  }

  override step(action: Act): StepResult<Obs> {
    const result = this.env.step(action);
    return { ...result, reward: this.reward(result.reward, result, action) };
  }
}
