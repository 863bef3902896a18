import {
  CheckpointError,
  type EnvSpec,
  type EnvState,
  flatSize,
  InputError,
  message,
  type NumericArray,
  Rng,
  type RngState,
} from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';

/**
 * Environment in a world of bodies. What such a world holds (contacts, impulses to start from, bodies asleep) cannot be saved,
 * but it can be had again: the same generator and the same actions make the same world, bit for bit. So the state is where the
 * episode's generator started and what was played since, and `restore` plays it once more.
 */
export abstract class Box2dEnv<Act, Obs = Float32Array> extends ArrayEnv<Obs, Act> {
  readonly #width: number;
  /** Where the generator stood when the episode started; `null` before the first one. */
  #origin: RngState | null = null;
  /** `[length, width]`: actions of the episode. */
  #played: Float32Array;
  #length = 0;

  protected constructor(spec: EnvSpec) {
    super(spec);
    this.#width = flatSize(spec.actionSpace);
    this.#played = new Float32Array(256 * this.#width);
  }

  /** Builds the world in which an episode starts, from `this.rng`, and plays Gymnasium's first step, which does nothing. */
  protected abstract build(): void;

  /** Plays the action at `actions[offset]`: changes the world, and sets `reward` and `terminated`. */
  protected abstract simulate(actions: NumericArray, offset: number): void;

  /** Lets go of the world. */
  protected abstract release(): void;

  override state(): EnvState {
    return { ...super.state(), origin: this.#origin, played: this.#played.slice(0, this.#length * this.#width) };
  }

  override restore(state: EnvState): void {
    const { origin, played } = state;
    if (!(played instanceof Float32Array && played.length % this.#width === 0 && played.every(Number.isFinite))) {
      const expectation = `the state must hold the actions of an episode of ${this.spec.id}`;
      throw new CheckpointError(message(`${this.spec.id}.restore`, expectation, played, 'Restore what state() returned'));
    }
    super.restore(state);
    this.release();
    this.#length = 0;
    this.#origin = null;
    if (origin === null) return;
    this.rng = Rng.fromState(origin as RngState);
    this.start();
    for (let offset = 0; offset < played.length; offset += this.#width) this.advance(played, offset);
    this.rng.restore(state.rng as RngState);
  }

  override close(): void {
    super.close();
    this.release();
  }

  protected nothingToDraw(): InputError {
    return new InputError(message(`${this.spec.id}.render`, 'an episode must have been started', 'none', 'Call reset first'));
  }

  /** @param _options of the reset; none when an episode is played again */
  protected override start(_options?: Readonly<Record<string, unknown>>): void {
    this.#origin = this.rng.state();
    this.#length = 0;
    this.build();
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const at = this.#length * this.#width;
    if (at === this.#played.length) {
      const longer = new Float32Array(2 * at);
      longer.set(this.#played);
      this.#played = longer;
    }
    for (let i = 0; i < this.#width; i++) this.#played[at + i] = actions[offset + i];
    this.#length++;
    this.simulate(this.#played, at);
  }
}
