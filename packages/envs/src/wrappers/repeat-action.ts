import {
  type Env,
  InputError,
  message,
  type ResetOptions,
  type ResetResult,
  type SpaceValue,
  type StepResult,
} from '@zpin/contracts';
import { refuseMasks } from '../base/env-mask.ts';
import { Wrapper } from './wrapper.ts';

/**
 * Plays each action `count` times, or until the episode ends, and pays the sum of the rewards: where steps are short, an agent that
 * chooses less often learns sooner, and sees further back. The steps between are not observed, which saves their pictures.
 */
export class RepeatAction extends Wrapper<SpaceValue, SpaceValue> {
  readonly #count: number;

  /** @throws InputError unless `count` is an integer ≥ 1; SpaceError when the environment has action masks, which change between */
  constructor(env: Env<SpaceValue, SpaceValue>, count: number) {
    if (!(Number.isSafeInteger(count) && count >= 1)) {
      throw new InputError(message('RepeatAction', 'count must be an integer >= 1', count, 'Usual is 4'));
    }
    const { maxEpisodeSteps } = env.spec;
    // The environment counts its own steps, and cuts off by itself.
    super(
      env,
      { maxEpisodeSteps: maxEpisodeSteps === null ? null : Math.ceil(maxEpisodeSteps / count) },
      `repeat-action:${count}`,
    );
    refuseMasks('RepeatAction', this.spec);
    this.#count = count;
  }

  override reset(options?: ResetOptions): ResetResult<SpaceValue> {
    return this.env.reset(options);
  }

  override step(action: SpaceValue): StepResult<SpaceValue> {
    let reward = 0;
    for (let played = 1; ; played++) {
      this.observeNext(played === this.#count);
      const result = this.env.step(action);
      reward += result.reward;
      if (played < this.#count && !(result.terminated || result.truncated)) continue;
      this.observeNext(true);
      return { ...result, reward };
    }
  }
}
