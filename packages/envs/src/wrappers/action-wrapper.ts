import type { Env, ResetOptions, ResetResult, Space, SpaceValue, StepResult } from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/** Takes actions in another form than the environment does. */
export abstract class ActionWrapper<Obs, Act> extends Wrapper<Obs, Act, Obs, SpaceValue> {
  /** @param name as in `Wrapper` */
  protected constructor(env: Env<Obs, SpaceValue>, actionSpace: Space, name = new.target.name) {
    super(env, { actionSpace }, name);
  }

  /** The environment's own form of an action. */
  protected abstract action(action: Act): SpaceValue;

  override reset(options?: ResetOptions): ResetResult<Obs> {
    return this.env.reset(options);
  }

  override step(action: Act): StepResult<Obs> {
    return this.env.step(this.action(action));
  }
}
