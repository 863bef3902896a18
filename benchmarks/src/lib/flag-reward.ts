import type { Env, ResetOptions, SpaceValue } from '@zpin/contracts';
import { Wrapper } from '@zpin/envs';

/** Pays another reward for the step that ends the task, the others as they were. */
export class FlagReward extends Wrapper<SpaceValue, SpaceValue> {
  readonly #reward: number;

  constructor(env: Env<SpaceValue, SpaceValue>, reward: number) {
    super(env);
    this.#reward = reward;
  }

  override reset(options?: ResetOptions) {
    return this.env.reset(options);
  }

  override step(action: SpaceValue) {
    const result = this.env.step(action);
    return result.terminated ? { ...result, reward: this.#reward } : result;
  }
}
