import type { Env, EnvState, ResetOptions, ResetResult, StepResult } from '@zpin/contracts';
import { refuseMasks } from '../base/env-mask.ts';
import { Wrapper } from '../wrappers/wrapper.ts';

/** Steps for which FIRE is held after a lost life: a sticky action may swallow the first. */
const PRESSES = 2;

/**
 * Presses FIRE after each reset and after each lost life (`info.lives`), for games that wait for it. What these steps pay belongs to
 * the step that lost the life.
 */
export class FireReset<Obs> extends Wrapper<Obs, number> {
  readonly #fireAction: number;
  #lives = 0;

  /** @param fireAction number of the action FIRE, 1 in most games */
  constructor(env: Env<Obs, number>, fireAction = 1) {
    super(env);
    refuseMasks('FireReset', this.spec);
    this.#fireAction = fireAction;
  }

  override reset({ seed, ...options }: ResetOptions = {}): ResetResult<Obs> {
    this.env.reset(seed === undefined ? options : { ...options, seed });
    const { obs, info, terminated, truncated } = this.env.step(this.#fireAction);
    const result = terminated || truncated ? this.env.reset(options) : { obs, info };
    this.#lives = livesOf(result);
    return result;
  }

  override step(action: number): StepResult<Obs> {
    let result = this.env.step(action);
    const hasDied = livesOf(result) < this.#lives && livesOf(result) > 0;
    for (let press = 0; hasDied && press < PRESSES && !result.terminated && !result.truncated; press++) {
      const { reward } = result;
      const next = this.env.step(this.#fireAction);
      result = { ...next, reward: reward + next.reward };
    }
    this.#lives = livesOf(result);
    return result;
  }

  protected override save(): EnvState {
    return { lives: this.#lives };
  }

  protected override load(state: EnvState): void {
    this.#lives = state.lives as number;
  }
}

function livesOf({ info }: { readonly info: StepResult<unknown>['info'] }): number {
  return Number(info.lives ?? 0);
}
