import type { Env, EnvState, ResetOptions, ResetResult, StepResult } from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/** Return and length of an episode that ended. */
export interface EpisodeSummary {
  /** Sum of rewards, without discount. */
  readonly return: number;
  /** Steps. */
  readonly length: number;
}

/** Adds `episode`, an `EpisodeSummary`, to the info of the step that ends an episode. */
export class EpisodeStatistics<Obs, Act> extends Wrapper<Obs, Act> {
  #total = 0;
  #length = 0;

  constructor(env: Env<Obs, Act>) {
    super(env);
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    this.#total = 0;
    this.#length = 0;
    return this.env.reset(options);
  }

  override step(action: Act): StepResult<Obs> {
    const result = this.env.step(action);
    this.#total += result.reward;
    this.#length++;
    if (!(result.terminated || result.truncated)) return result;
    const episode: EpisodeSummary = { return: this.#total, length: this.#length };
    return { ...result, info: { ...result.info, episode } };
  }

  protected override save(): EnvState {
    return { total: this.#total, length: this.#length };
  }

  protected override load(state: EnvState): void {
    this.#total = state.total as number;
    this.#length = state.length as number;
  }
}
