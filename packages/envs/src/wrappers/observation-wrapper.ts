import type { Env, EnvSpec, ResetOptions, ResetResult, Space, SpaceValue, StepResult } from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/** Shows an environment's observations in another form. */
export abstract class ObservationWrapper<Obs, Act> extends Wrapper<Obs, Act, SpaceValue, Act> {
  /** @param changes of the spec @param name as in `Wrapper` */
  protected constructor(
    env: Env<SpaceValue, Act>,
    observationSpace: Space,
    changes: Partial<EnvSpec> = {},
    name = new.target.name,
  ) {
    super(env, { ...changes, observationSpace }, name);
  }

  /** The new form of an observation. */
  protected abstract observation(obs: SpaceValue): Obs;

  override reset(options?: ResetOptions): ResetResult<Obs> {
    const { obs, info } = this.env.reset(options);
    return { obs: this.observation(obs), info };
  }

  override step(action: Act): StepResult<Obs> {
    const result = this.env.step(action);
    return { ...result, obs: this.observation(result.obs) };
  }
}
