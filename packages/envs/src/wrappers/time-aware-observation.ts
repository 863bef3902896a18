import {
  box,
  dict,
  type Env,
  type EnvState,
  InputError,
  message,
  type NumericArray,
  type ResetOptions,
  type ResetResult,
  type Space,
  SpaceError,
  type SpaceValue,
  type StepResult,
} from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/**
 * Adds to observations the share of the time limit that is over, in [0, 1], so that values can depend on it (Pardo et al. 2018): as
 * the last number of a vector of floats, as the part `time` of a `Dict`, and in all other cases as the part `time` of a `Dict`
 * whose part `observation` is what was seen before.
 */
export class TimeAwareObservation<Act> extends Wrapper<SpaceValue, Act, SpaceValue, Act> {
  readonly #inner: Space;
  readonly #limit: number;
  #elapsed = 0;

  /** @throws InputError when there is no time limit, or a reset does not begin it anew; SpaceError when a `Dict` has a part `time` already */
  constructor(env: Env<SpaceValue, Act>) {
    const { maxEpisodeSteps, observationSpace } = env.spec;
    if (maxEpisodeSteps === null) {
      throw new InputError(
        message('TimeAwareObservation', 'the environment must have a time limit', null, 'Wrap it in TimeLimit first'),
      );
    }
    if (env instanceof Wrapper && env.keepsTime) {
      const expectation = 'a reset must begin the time limit anew';
      const remedy = 'Wrap the game in TimeAwareObservation first, and in EpisodicLife behind it';
      throw new InputError(message('TimeAwareObservation', expectation, 'a wrapper that goes on after a lost life', remedy));
    }
    super(env, { observationSpace: withTime(observationSpace) }, 'time-aware-observation');
    this.#inner = observationSpace;
    this.#limit = maxEpisodeSteps;
  }

  override reset(options?: ResetOptions): ResetResult<SpaceValue> {
    this.#elapsed = 0;
    const { obs, info } = this.env.reset(options);
    return { obs: this.#timed(obs), info };
  }

  override step(action: Act): StepResult<SpaceValue> {
    const result = this.env.step(action);
    this.#elapsed++;
    return { ...result, obs: this.#timed(result.obs) };
  }

  protected override save(): EnvState {
    return { elapsed: this.#elapsed };
  }

  protected override load(state: EnvState): void {
    this.#elapsed = state.elapsed as number;
  }

  #timed(obs: SpaceValue): SpaceValue {
    const share = this.#elapsed / this.#limit;
    if (isVector(this.#inner)) {
      const numbers = obs as NumericArray;
      const row = new Float32Array(numbers.length + 1);
      row.set(numbers);
      row[numbers.length] = share;
      return row;
    }
    const time = Float32Array.of(share);
    return this.#inner.type === 'dict' ? { ...(obs as Readonly<Record<string, SpaceValue>>), time } : { observation: obs, time };
  }
}

function isVector(space: Space): space is Extract<Space, { readonly type: 'box' }> {
  return space.type === 'box' && space.dtype === 'float32' && space.shape.length === 1;
}

function withTime(space: Space): Space {
  if (isVector(space)) return box({ low: [...space.low, 0], high: [...space.high, 1] });
  const time = box({ low: 0, high: 1 });
  if (space.type !== 'dict') return dict({ observation: space, time });
  if ('time' in space.spaces) {
    const found = Object.keys(space.spaces);
    throw new SpaceError(message('TimeAwareObservation', 'the Dict must have no part "time" yet', found, 'Wrap it once'));
  }
  return dict({ ...space.spaces, time });
}
