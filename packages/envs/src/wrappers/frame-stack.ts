import {
  type BoxSpace,
  box,
  createRows,
  type Env,
  type EnvState,
  InputError,
  message,
  type NumericArray,
  observationParts,
  type ResetOptions,
  type ResetResult,
  type SpaceValue,
  type StepResult,
} from '@zpin/contracts';
import { requireSpace } from './require-space.ts';
import { Wrapper } from './wrapper.ts';

/** Numbers of a stack. */
const MOST_NUMBERS = 2 ** 24;

/**
 * Shows the last `count` observations together, the oldest first. Pictures `[H, W]` and `[H, W, C]` become `[H, W, count · C]`,
 * vectors `[D]` become `[count · D]`. After a reset the first observation stands for the missing ones.
 */
export class FrameStack<Act> extends Wrapper<NumericArray, Act, SpaceValue, Act> {
  readonly #count: number;
  readonly #inner: BoxSpace;
  /** Numbers that stay side by side: the channels of a pixel, or a whole vector. */
  readonly #group: number;
  readonly #stack: NumericArray;
  /** Four bytes of a pixel as one number, the oldest the lowest; null where a stack is no such thing. */
  readonly #words: Uint32Array | null;

  /** @throws SpaceError unless observations are a `Box` without its channels first; InputError unless `count` is an integer ≥ 1 */
  constructor(env: Env<SpaceValue, Act>, count: number) {
    const inner = requireSpace('FrameStack', env.spec.observationSpace, 'box');
    if (!(Number.isSafeInteger(count) && count >= 1)) {
      throw new InputError(message('FrameStack', 'count must be an integer >= 1', count, 'Usual is 4'));
    }
    // Refuses pictures whose first axis are the channels: they would be stacked by their last one.
    observationParts(inner);
    const { shape, dtype } = inner;
    if (count * inner.low.length > MOST_NUMBERS) {
      const expectation = `count must be at most ${Math.floor(MOST_NUMBERS / inner.low.length)}, so that a stack fits in memory`;
      throw new InputError(message('FrameStack', expectation, count, 'Usual is 4'));
    }
    const [height, width, channels = 1] = shape;
    const group = shape.length === 1 ? height : channels;
    const bounds = (values: NumericArray): number[] =>
      Array.from({ length: values.length * count }, (_, i) => {
        return values[Math.floor(i / (group * count)) * group + (i % group)];
      });
    const stacked = shape.length === 1 ? [height * count] : [height, width, channels * count];
    const observationSpace = box({ low: bounds(inner.low), high: bounds(inner.high), shape: stacked, dtype });
    super(env, { observationSpace, frameStack: count }, `frame-stack:${count}`);
    this.#count = count;
    this.#inner = inner;
    this.#group = group;
    this.#stack = createRows(observationSpace, 1);
    this.#words = count === 4 && group === 1 && dtype === 'uint8' ? new Uint32Array(this.#stack.buffer) : null;
  }

  override reset(options?: ResetOptions): ResetResult<NumericArray> {
    const { obs, info } = this.env.reset(options);
    for (let i = 0; i < this.#count; i++) this.#push(obs as NumericArray);
    return { obs: this.#stack.slice(), info };
  }

  override step(action: Act): StepResult<NumericArray> {
    const result = this.env.step(action);
    this.#push(result.obs as NumericArray);
    return { ...result, obs: this.#stack.slice() };
  }

  protected override save(): EnvState {
    return { stack: this.#stack.slice() };
  }

  protected override load(state: EnvState): void {
    this.#stack.set(state.stack as NumericArray);
  }

  /** Moves each group of numbers one place towards the oldest, and puts the new one at its end. */
  #push(obs: NumericArray): void {
    if (this.#words && obs instanceof Uint8Array) {
      pushBytes(this.#words, obs);
      return;
    }
    const stack = this.#stack;
    const group = this.#group;
    const count = this.#count;
    for (let from = 0; from < this.#inner.low.length; from += group) {
      const start = from * count;
      stack.copyWithin(start, start + group, start + group * count);
      for (let i = 0; i < group; i++) stack[start + group * (count - 1) + i] = obs[from + i];
    }
  }
}

/** As `#push`, for the view of Atari games: one shift per pixel in place of four moves. */
function pushBytes(words: Uint32Array, bytes: Uint8Array): void {
  for (let i = 0; i < words.length; i++) words[i] = (words[i] >>> 8) | (bytes[i] << 24);
}
