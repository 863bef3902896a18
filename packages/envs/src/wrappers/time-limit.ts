import {
  type Env,
  type EnvState,
  InputError,
  message,
  type ResetOptions,
  type ResetResult,
  type StepResult,
} from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/**
 * Truncates episodes after `maxEpisodeSteps` steps. (An `ArrayEnv` needs none: it keeps the limit of its spec.) Around a limit that
 * is shorter it changes nothing: the spec has the shorter one.
 */
export class TimeLimit<Obs, Act> extends Wrapper<Obs, Act> {
  readonly #limit: number;
  #elapsed = 0;

  /** @throws InputError unless `maxEpisodeSteps` is an integer ≥ 1 */
  constructor(env: Env<Obs, Act>, maxEpisodeSteps: number) {
    super(env, { maxEpisodeSteps: Math.min(maxEpisodeSteps, env.spec.maxEpisodeSteps ?? Number.POSITIVE_INFINITY) });
    if (!(Number.isSafeInteger(maxEpisodeSteps) && maxEpisodeSteps >= 1)) {
      throw new InputError(
        message('TimeLimit', 'maxEpisodeSteps must be an integer >= 1', maxEpisodeSteps, 'Pass a number of steps'),
      );
    }
    this.#limit = maxEpisodeSteps;
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    this.#elapsed = 0;
    return this.env.reset(options);
  }

  override step(action: Act): StepResult<Obs> {
    const result = this.env.step(action);
    this.#elapsed++;
    return this.#elapsed >= this.#limit ? { ...result, truncated: true } : result;
  }

  protected override save(): EnvState {
    return { elapsed: this.#elapsed };
  }

  protected override load(state: EnvState): void {
    this.#elapsed = state.elapsed as number;
  }
}
