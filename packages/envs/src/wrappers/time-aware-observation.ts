import {
  box,
  type Env,
  type EnvState,
  InputError,
  message,
  type NumericArray,
  type ResetOptions,
  type ResetResult,
  type SpaceValue,
  type StepResult,
} from '@zpin/contracts';
import { requireSpace } from './require-space.ts';
import { Wrapper } from './wrapper.ts';

/**
 * Adds to a vector observation the share of the time limit that is over, in [0, 1], so that values can depend on it (Pardo et al.
 * 2018).
 */
export class TimeAwareObservation<Act> extends Wrapper<Float32Array, Act, SpaceValue, Act> {
  readonly #limit: number;
  #elapsed = 0;

  /** @throws SpaceError unless observations are a `Box`; InputError when there is no time limit */
  constructor(env: Env<SpaceValue, Act>) {
    const { low, high } = requireSpace('TimeAwareObservation', env.spec.observationSpace, 'box');
    const { maxEpisodeSteps } = env.spec;
    if (maxEpisodeSteps === null) {
      throw new InputError(
        message('TimeAwareObservation', 'the environment must have a time limit', null, 'Wrap it in TimeLimit first'),
      );
    }
    super(env, { observationSpace: box({ low: [...low, 0], high: [...high, 1] }) });
    this.#limit = maxEpisodeSteps;
  }

  override reset(options?: ResetOptions): ResetResult<Float32Array> {
    this.#elapsed = 0;
    const { obs, info } = this.env.reset(options);
    return { obs: this.#withTime(obs), info };
  }

  override step(action: Act): StepResult<Float32Array> {
    const result = this.env.step(action);
    this.#elapsed++;
    return { ...result, obs: this.#withTime(result.obs) };
  }

  protected override save(): EnvState {
    return { elapsed: this.#elapsed };
  }

  protected override load(state: EnvState): void {
    this.#elapsed = state.elapsed as number;
  }

  #withTime(obs: SpaceValue): Float32Array {
    const numbers = obs as NumericArray;
    const row = new Float32Array(numbers.length + 1);
    row.set(numbers);
    row[numbers.length] = this.#elapsed / this.#limit;
    return row;
  }
}
