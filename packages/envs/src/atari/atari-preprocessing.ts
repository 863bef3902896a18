import {
  box,
  type Env,
  type EnvState,
  InputError,
  message,
  type ResetOptions,
  type ResetResult,
  Rng,
  type RngState,
  SpaceError,
  type SpaceValue,
  type StepResult,
} from '@zpin/contracts';
import { refuseMasks } from '../base/env-mask.ts';
import { AreaResize } from '../wrappers/area-resize.ts';
import { luminance } from '../wrappers/grayscale-observation.ts';
import { requireSpace } from '../wrappers/require-space.ts';
import { Wrapper } from '../wrappers/wrapper.ts';

export interface AtariPreprocessingOptions {
  /** Most idle steps at the start of an episode; their number is drawn from 1 … noopMax. 0: none. */
  readonly noopMax?: number;
  /** Frames for which an action is held. */
  readonly frameSkip?: number;
  /** Rows and columns of what the agent sees. */
  readonly size?: number;
  /** Whether losing a life (`info.lives`) counts as termination. */
  readonly terminalOnLifeLoss?: boolean;
}

/**
 * The usual view of Atari screens: an action is held for four frames, the last two are joined by their brighter pixels (sprites
 * flicker), made grey, and shrunk to 84 × 84; rewards add up. Observation `[size, size]`, uint8. Mnih et al. 2015; Machado et al.
 * 2018.
 */
export class AtariPreprocessing extends Wrapper<Uint8Array, number, SpaceValue, number> {
  readonly #noopMax: number;
  readonly #frameSkip: number;
  readonly #terminalOnLifeLoss: boolean;
  readonly #channels: number;
  readonly #resize: AreaResize;
  /** Grey values of the last frame and of the one before, `[height · width]`. */
  readonly #latest: Uint8Array;
  readonly #earlier: Uint8Array;
  readonly #outSize: number;
  #rng = new Rng(0);
  #lives = 0;

  /**
   * @throws SpaceError unless observations are uint8 pictures `[H, W]` or `[H, W, 3]`, and when the environment has action masks;
   * InputError when a setting is out of range
   */
  constructor(env: Env<SpaceValue, number>, options: AtariPreprocessingOptions = {}) {
    const { noopMax = 30, frameSkip = 4, size = 84, terminalOnLifeLoss = false } = options;
    const { shape, dtype } = requireSpace('AtariPreprocessing', env.spec.observationSpace, 'box');
    const [height, width, channels = 1] = shape;
    if (dtype !== 'uint8' || shape.length < 2 || (channels !== 1 && channels !== 3)) {
      throw new SpaceError(
        message('AtariPreprocessing', 'observations must be uint8 pictures', { shape, dtype }, 'Use [H, W, 3]'),
      );
    }
    const inRange =
      [noopMax + 1, frameSkip, size].every(n => Number.isSafeInteger(n) && n >= 1) && size <= Math.min(height, width);
    if (!inRange) {
      const expectation = 'noopMax must be >= 0, frameSkip >= 1, size at most that of the picture';
      throw new InputError(message('AtariPreprocessing', expectation, options, 'Leave them out'));
    }
    const { maxEpisodeSteps: frames } = env.spec;
    const changed = {
      observationSpace: box({ low: 0, high: 255, shape: [size, size], dtype: 'uint8' }),
      // The environment counts frames, and cuts off by itself.
      maxEpisodeSteps: frames === null ? null : Math.ceil(frames / frameSkip),
    };
    super(env, changed, 'AtariPreprocessing');
    refuseMasks('AtariPreprocessing', this.spec);
    this.#noopMax = noopMax;
    this.#frameSkip = frameSkip;
    this.#terminalOnLifeLoss = terminalOnLifeLoss;
    this.#channels = channels;
    this.#resize = new AreaResize(height, width, size, size);
    this.#latest = new Uint8Array(height * width);
    this.#earlier = new Uint8Array(height * width);
    this.#outSize = size * size;
  }

  override reset({ seed, ...options }: ResetOptions = {}): ResetResult<Uint8Array> {
    let result = this.env.reset(seed === undefined ? options : { ...options, seed: this.#seed(seed) });
    const noops = this.#noopMax > 0 ? this.#rng.integers(1, this.#noopMax + 1) : 0;
    for (let i = 1; i <= noops; i++) {
      this.observeNext(i === noops);
      const step = this.env.step(0);
      result = step.terminated || step.truncated ? this.env.reset(options) : step;
    }
    this.#lives = livesOf(result.info);
    this.#grey(result.obs, this.#latest);
    this.#earlier.fill(0);
    return { obs: this.#view(), info: result.info };
  }

  override step(action: number): StepResult<Uint8Array> {
    let reward = 0;
    for (let frame = 1; ; frame++) {
      this.observeNext(frame >= this.#frameSkip - 1);
      const result = this.env.step(action);
      reward += result.reward;
      const lives = livesOf(result.info);
      const terminated = result.terminated || (this.#terminalOnLifeLoss && lives < this.#lives);
      this.#lives = lives;
      // The last two frames count; when the game ends early, the view stays what it was.
      const isOver = terminated || result.truncated;
      if (frame === this.#frameSkip - 1 && !isOver) this.#grey(result.obs, this.#earlier);
      if (frame === this.#frameSkip) this.#grey(result.obs, this.#latest);
      if (frame === this.#frameSkip || isOver) {
        this.observeNext(true);
        return { ...result, obs: this.#view(), reward, terminated };
      }
    }
  }

  protected override save(): EnvState {
    return { rng: this.#rng.state(), lives: this.#lives, latest: this.#latest.slice(), earlier: this.#earlier.slice() };
  }

  protected override load(state: EnvState): void {
    this.#rng = Rng.fromState(state.rng as RngState);
    this.#lives = state.lives as number;
    this.#latest.set(state.latest as Uint8Array);
    this.#earlier.set(state.earlier as Uint8Array);
  }

  /** A child generator draws the idle steps, so that the environment's own draws stay as they are. */
  #seed(seed: number | Rng): Rng {
    const rng = typeof seed === 'number' ? new Rng(seed) : seed;
    [this.#rng] = rng.spawn(1);
    return rng;
  }

  #grey(obs: SpaceValue, out: Uint8Array): void {
    const pixels = obs as Uint8Array;
    if (this.#channels === 1) {
      out.set(pixels);
      return;
    }
    luminance(pixels, out);
  }

  #view(): Uint8Array {
    const latest = this.#latest;
    if (this.#frameSkip > 1) brighten(latest, this.#earlier);
    const out = new Uint8Array(this.#outSize);
    this.#resize.apply(latest, out);
    return out;
  }
}

/** Takes over the pixels of `other` that are brighter; by far the most of two frames are equal, and looked at four at a time. */
function brighten(pixels: Uint8Array, other: Uint8Array): void {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
  const others = new Uint32Array(other.buffer, other.byteOffset, words.length);
  for (let i = 0; i < words.length; i++) if (words[i] !== others[i]) brightenBytes(pixels, other, 4 * i, 4 * i + 4);
  brightenBytes(pixels, other, 4 * words.length, pixels.length);
}

function brightenBytes(pixels: Uint8Array, other: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const value = other[i];
    if (value > pixels[i]) pixels[i] = value;
  }
}

function livesOf(info: Readonly<Record<string, unknown>>): number {
  return typeof info.lives === 'number' ? info.lives : 0;
}
