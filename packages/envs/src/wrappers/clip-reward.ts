import type { Env, ResetOptions, ResetResult, StepResult } from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/** Pays only the sign of each reward: −1, 0 or 1 (Mnih et al. 2015). */
export class ClipReward<Obs, Act> extends Wrapper<Obs, Act> {
  constructor(env: Env<Obs, Act>) {
    super(env);
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    return this.env.reset(options);
  }

  override step(action: Act): StepResult<Obs> {
    const result = this.env.step(action);
    return { ...result, reward: Math.sign(result.reward) };
  }
}
