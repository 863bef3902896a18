import type { Env, ResetOptions, ResetResult, StepResult } from '@zpin/contracts';
import { refuseMasks } from '../base/env-mask.ts';
import { Wrapper } from '../wrappers/wrapper.ts';

/** Presses FIRE after each reset, for games that wait for it. */
export class FireReset<Obs> extends Wrapper<Obs, number> {
  readonly #fireAction: number;

  /** @param fireAction number of the action FIRE, 1 in most games */
  constructor(env: Env<Obs, number>, fireAction = 1) {
    super(env);
    refuseMasks('FireReset', this.spec);
    this.#fireAction = fireAction;
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    this.env.reset(options);
    const { obs, info, terminated, truncated } = this.env.step(this.#fireAction);
    return terminated || truncated ? this.env.reset() : { obs, info };
  }

  override step(action: number): StepResult<Obs> {
    return this.env.step(action);
  }
}
