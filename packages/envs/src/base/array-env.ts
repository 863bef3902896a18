import {
  CheckpointError,
  createRows,
  describeSpace,
  type Env,
  type EnvInfo,
  type EnvSpec,
  type EnvState,
  type FlatBounds,
  flatBounds,
  flatSize,
  flatten,
  InputError,
  message,
  type NumericArray,
  type ResetOptions,
  type ResetResult,
  type RewardTally,
  Rng,
  type RngState,
  type Space,
  SpaceError,
  type SpaceValue,
  type StepResult,
  unflatten,
  type VectorStep,
} from '@zpin/contracts';
import { refuseUndeclaredMask } from './env-mask.ts';
import { InfoMeans } from './info-means.ts';
import type { RowEnv } from './row-env.ts';

type Phase = 'new' | 'running' | 'ended' | 'closed';

const NO_INFO: EnvInfo = Object.freeze({});
const NO_OPTIONS: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * Environment that writes into the caller's arrays, so that a step allocates nothing. A subclass says how an episode starts, how
 * one step changes its state, and how the state is observed; the Gymnasium interface, time limit, checks, and vectorisation
 * follow from these.
 */
export abstract class ArrayEnv<Obs, Act> implements Env<Obs, Act>, RowEnv {
  readonly spec: EnvSpec;
  /** Everything that `start` and `advance` change, besides the generator: what `state` saves. */
  protected abstract readonly world: Float64Array | Int32Array;
  readonly rewardTally: RewardTally = { sum: 0, steps: 0 };
  /** Whether `step` has its observation made; that of a row always is, and so is the last one of an episode. */
  isObserved = true;
  /** What the infos of the episode in progress tell in numbers; null where nobody is told. */
  readonly infoMeans: InfoMeans | null;
  /** Generator of the episode in progress. */
  protected rng = new Rng(0);
  /** Reward of the last step: 0 before each, for `advance` to set. */
  protected reward = 0;
  /** Whether the step in progress is observed: `advance` may leave out what only `observe` needs where it is not. */
  protected isStepObserved = true;
  /** Whether the task ended with the last step: false before each, for `advance` to set. */
  protected terminated = false;

  #phase: Phase = 'new';
  #elapsed = 0;
  readonly #limit: number;
  readonly #obsSize: number;
  readonly #actionSize: number;
  /** Number of actions of a `Discrete` space, else 0. */
  readonly #choices: number;
  /** The first of them. */
  readonly #firstChoice: number;
  /** What numbers of other actions can be; null where all are floats, which need only be finite. */
  readonly #bounds: FlatBounds | null;
  readonly #actionRow: NumericArray;
  /** What a step shows that is not observed: the observation before; its own where there is none, as after `restore`. */
  #lastObservation: Obs | undefined;

  protected constructor(spec: EnvSpec) {
    this.spec = spec;
    this.#limit = spec.maxEpisodeSteps ?? Number.POSITIVE_INFINITY;
    this.#obsSize = flatSize(spec.observationSpace);
    this.#actionSize = flatSize(spec.actionSpace);
    this.#choices = spec.actionSpace.type === 'discrete' ? spec.actionSpace.n : 0;
    this.#firstChoice = spec.actionSpace.type === 'discrete' ? spec.actionSpace.start : 0;
    const bounds = flatBounds(spec.actionSpace);
    this.#bounds = this.#choices === 0 && bounds.isWhole.includes(1) ? bounds : null;
    this.#actionRow = createRows(spec.actionSpace, 1);
    this.infoMeans = this.tellsInfo ? new InfoMeans() : null;
  }

  /** Draws the state in which an episode starts, from `this.rng`. */
  protected abstract start(options: Readonly<Record<string, unknown>>): void;

  /**
   * Plays the action whose flat row begins at `actions[offset]`, a value of the action space (of `Discrete(n, start)`: start … start
   * + n − 1): changes the state, and sets `reward` where it is not 0 and `terminated` at an end.
   */
  protected abstract advance(actions: NumericArray, offset: number): void;

  /** Writes the flat observation from `out[offset]` on. */
  protected abstract observe(out: NumericArray, offset: number): void;

  /** Whether no step of the episode has been played yet. */
  protected get isStart(): boolean {
    return this.#elapsed === 0;
  }

  /** Diagnostics beside the observation, of a reset and of a step. */
  protected info(): EnvInfo {
    return NO_INFO;
  }

  /**
   * Whether copies that are stepped together tell of each episode what its infos say in numbers. A subclass with infos that take long
   * to make, or that nobody wants to see in curves, says no.
   */
  protected get tellsInfo(): boolean {
    return this.info !== ArrayEnv.prototype.info;
  }

  /**
   * Writes 1 for legal and 0 for illegal actions from `out[offset]` on. A subclass that has masks says so by `hasActionMask` of its
   * spec, and shows the same in `info`.
   */
  protected mask(_out: Uint8Array, _offset: number): void {}

  get hasActionMask(): boolean {
    return this.spec.hasActionMask === true;
  }

  reset({ seed, options = NO_OPTIONS }: ResetOptions = {}): ResetResult<Obs> {
    this.#begin(seed, options);
    return { obs: this.#observation(), info: this.info() };
  }

  step(action: Act): StepResult<Obs> {
    this.isStepObserved = this.isObserved;
    const truncated = this.#play(this.#toRow(action as SpaceValue), 0);
    const { reward, terminated } = this;
    this.rewardTally.sum += reward;
    this.rewardTally.steps++;
    const isEnd = terminated || truncated;
    const shown = this.isStepObserved || isEnd ? undefined : this.#lastObservation;
    const obs = shown ?? this.#observation();
    return { obs, reward, terminated, truncated, info: this.info() };
  }

  resetRow(out: VectorStep, row: number, seed?: number | Rng): void {
    this.infoMeans?.clear();
    this.#begin(seed, NO_OPTIONS);
    this.observe(out.obs, row * this.#obsSize);
    if (out.actionMask) this.mask(out.actionMask, row * this.#choices);
  }

  stepRow(actions: NumericArray, out: VectorStep, row: number): void {
    this.isStepObserved = true;
    const truncated = this.#play(actions, row * this.#actionSize);
    const { terminated } = this;
    out.reward[row] = this.reward;
    out.terminated[row] = terminated ? 1 : 0;
    out.truncated[row] = truncated ? 1 : 0;
    if (out.episodeInfo) this.infoMeans?.add(this.info());
    if (terminated || truncated) {
      if (out.episodeInfo) out.episodeInfo[row] = this.infoMeans?.take() ?? null;
      this.observe(out.finalObs, row * this.#obsSize);
      if (out.finalActionMask) this.mask(out.finalActionMask, row * this.#choices);
      if (out.success) out.success[row] = Number(this.info().isSuccess);
      this.#begin(undefined, NO_OPTIONS);
    }
    this.observe(out.obs, row * this.#obsSize);
    if (out.actionMask) this.mask(out.actionMask, row * this.#choices);
  }

  state(): EnvState {
    this.refuseClosed('state');
    return { phase: this.#phase, elapsed: this.#elapsed, rng: this.rng.state(), world: this.world.slice() };
  }

  restore(state: EnvState): void {
    this.refuseClosed('restore');
    const world = state.world as Float64Array | Int32Array | undefined;
    const { phase, elapsed } = state;
    const isWhole = typeof phase === 'string' && Number.isSafeInteger(elapsed);
    if (!isWhole || world?.constructor !== this.world.constructor || world.length !== this.world.length) {
      const expectation = `the state must be one of ${this.spec.id} with the same options`;
      throw new CheckpointError(message(`${this.spec.id}.restore`, expectation, state, 'Restore what state() returned'));
    }
    this.rng = Rng.fromState(state.rng as RngState);
    this.world.set(world);
    this.#phase = phase as Phase;
    this.#elapsed = elapsed as number;
  }

  close(): void {
    this.#phase = 'closed';
  }

  #begin(seed: number | Rng | undefined, options: Readonly<Record<string, unknown>>): void {
    if (this.#phase === 'closed') this.refuseClosed('reset');
    if (seed !== undefined) this.rng = typeof seed === 'number' ? new Rng(seed) : seed;
    const isFirst = this.#phase === 'new';
    this.#forgetStep();
    this.start(options);
    this.#elapsed = 0;
    this.#phase = 'running';
    if (isFirst && !this.hasActionMask && this.info().actionMask) refuseUndeclaredMask(this.spec);
  }

  /** Plays one step, and tells whether it is the last one that the time limit allows. */
  #play(actions: NumericArray, offset: number): boolean {
    if (this.#phase !== 'running') this.#refuseStep();
    this.#checkAction(actions, offset);
    this.#forgetStep();
    this.advance(actions, offset);
    this.#elapsed++;
    const truncated = this.#elapsed >= this.#limit;
    if (this.terminated || truncated) this.#phase = 'ended';
    return truncated;
  }

  /** What a subclass does not set must not be what the step before left. */
  #forgetStep(): void {
    this.reward = 0;
    this.terminated = false;
  }

  #observation(): Obs {
    const row = createRows(this.spec.observationSpace, 1);
    this.observe(row, 0);
    const space: Space = this.spec.observationSpace;
    this.#lastObservation = (space.type === 'box' ? row : unflatten(space, row)) as Obs;
    return this.#lastObservation;
  }

  #toRow(action: SpaceValue): NumericArray {
    const space = this.spec.actionSpace;
    if (!fits(space, action)) this.#refuseAction(action);
    return flatten(space, action, this.#actionRow);
  }

  #checkAction(actions: NumericArray, offset: number): void {
    if (this.#choices > 0) {
      const index = actions[offset] - this.#firstChoice;
      if (!(index >= 0 && index < this.#choices && Number.isInteger(index))) this.#refuseAction(actions[offset]);
      return;
    }
    for (let i = offset; i < offset + this.#actionSize; i++) if (!Number.isFinite(actions[i])) this.#refuseAction(actions[i]);
    if (this.#bounds) this.#checkWholes(this.#bounds, actions, offset);
  }

  #checkWholes({ low, high, isWhole }: FlatBounds, actions: NumericArray, offset: number): void {
    for (let k = 0; k < isWhole.length; k++) {
      const action = actions[offset + k];
      if (isWhole[k] && !(action >= low[k] && action <= high[k] && Number.isInteger(action))) this.#refuseAction(action);
    }
  }

  #refuseAction(action: unknown): never {
    const { id, actionSpace } = this.spec;
    throw new SpaceError(
      message(`${id}.step`, `the action must be of ${describeSpace(actionSpace)}`, action, 'Check the policy'),
    );
  }

  /** @throws InputError naming the environment and `method`, when it was closed */
  protected refuseClosed(method: string): void {
    if (this.#phase !== 'closed') return;
    throw new InputError(message(`${this.spec.id}.${method}`, 'the environment must be open', 'closed', 'Make a new one'));
  }

  #refuseStep(): never {
    this.refuseClosed('step');
    const actual = this.#phase === 'new' ? 'no reset yet' : 'an episode that ended';
    throw new InputError(message(`${this.spec.id}.step`, 'an episode must be in progress', actual, 'Call reset first'));
  }
}

/** Whether an action can be written as a row without a loss; its numbers are looked at there. */
function fits(space: Space, action: SpaceValue | undefined): boolean {
  if (space.type === 'discrete') return Number.isInteger(action);
  if (typeof action !== 'object' || action === null) return false;
  if (space.type === 'tuple' || space.type === 'dict') {
    const entries = Object.entries<Space>(space.spaces);
    const values = action as Readonly<Record<string, SpaceValue | undefined>>;
    const size = Array.isArray(action) ? action.length : Object.keys(action).length;
    return size === entries.length && entries.every(([key, part]) => fits(part, values[key]));
  }
  const numbers = action as NumericArray;
  const isWhole = space.type !== 'box' || space.dtype !== 'float32';
  return numbers.length === flatSize(space) && (!isWhole || numbers.every(Number.isInteger));
}
