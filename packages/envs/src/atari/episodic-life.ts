import type { Env, EnvState, ResetOptions, ResetResult, StepResult } from '@zpin/contracts';
import { refuseMasks } from '../base/env-mask.ts';
import { Wrapper } from '../wrappers/wrapper.ts';

/**
 * Ends an episode with each life (`info.lives`), but starts a new game only after the last one: a reset in between plays on with
 * the idle action 0. A reset with a seed always starts a new game.
 */
export class EpisodicLife<Obs> extends Wrapper<Obs, number> {
  override readonly keepsTime = true;
  #lives = 0;
  #isGameOver = true;

  constructor(env: Env<Obs, number>) {
    super(env);
    refuseMasks('EpisodicLife', this.spec);
  }

  override reset(options: ResetOptions = {}): ResetResult<Obs> {
    let result: ResetResult<Obs>;
    if (this.#isGameOver || options.seed !== undefined) {
      result = this.env.reset(options);
    } else {
      const step = this.env.step(0);
      result = step.terminated || step.truncated ? this.env.reset(options) : step;
    }
    this.#isGameOver = false;
    this.#lives = Number(result.info.lives ?? 0);
    return { obs: result.obs, info: result.info };
  }

  override step(action: number): StepResult<Obs> {
    const result = this.env.step(action);
    this.#isGameOver = result.terminated || result.truncated;
    const lives = Number(result.info.lives ?? 0);
    const hasDied = lives < this.#lives && lives > 0;
    this.#lives = lives;
    return hasDied ? { ...result, terminated: true } : result;
  }

  protected override save(): EnvState {
    return { lives: this.#lives, isGameOver: this.#isGameOver };
  }

  protected override load(state: EnvState): void {
    this.#lives = state.lives as number;
    this.#isGameOver = state.isGameOver as boolean;
  }
}
