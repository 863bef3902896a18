import { ACTION_NAMES, Console, type ConsoleOptions, homebrewGames, type Scheme } from '@zpin/atari';
import '@zpin/atari/register';
import { type EnvState, InputError, type Rng } from '@zpin/contracts';
import { makeEnv } from '@zpin/envs';

/** What came of attempts of one kind. */
export interface FuzzCount {
  tried: number;
  /** Attempts that ended in a clear error. */
  refused: number;
  frames: number;
  /** Milliseconds of the slowest attempt. */
  slowest: number;
  readonly faults: string[];
}

export function noCount(): FuzzCount {
  return { tried: 0, refused: 0, frames: 0, slowest: 0, faults: [] };
}

/** How an error of bad input reads. */
const CLEAR = /^[\w.:/ -]+: .+, got .*\. .+\.$/s;
const SIZES = [2048, 4096, 8192, 16384, 32768] as const;
const SCHEMES: readonly Scheme[] = ['2K', '4K', 'F8', 'F8SC', 'F6', 'F6SC', 'F4', 'F4SC', 'E0', 'FE', '3F'];
const CONTROLLERS = ['joystick', 'paddle0', 'paddle1'] as const;
/** Frames that a random program runs. */
const FRAMES = 4;
/** Frames after which what runs often is compiled, and how many programs run so long, next to an interpreter. */
const COMPILED_FRAMES = 30;
const COMPILED_SHARE = 1 / 16;

/** Opcodes and addresses of which programs are mostly made, so that nonsense does more than halt. */
const COMMON = Uint8Array.of(
  ...[0x85, 0x86, 0x84, 0xa9, 0xa2, 0xa0, 0xa5, 0xad, 0xbd, 0xb1, 0xd0, 0xf0, 0x10, 0x30, 0xca, 0x88, 0xe8, 0xc8],
  ...[0x20, 0x60, 0x4c, 0x6c, 0x00, 0x40, 0x08, 0x28, 0x69, 0xe9, 0xf8, 0x8d, 0x9d, 0xe6, 0xc6, 0x95, 0xa7, 0x97],
  ...[0x00, 0x01, 0x02, 0x04, 0x06, 0x0a, 0x0d, 0x0f, 0x10, 0x14, 0x1b, 0x1d, 0x1f, 0x20, 0x25, 0x2a, 0x2b, 0x2c, 0x80, 0x96],
  ...[0xf0, 0xf1, 0xff, 0xf8, 0xf9, 0x1f],
);

/** Bytes of a cartridge: of noise, of any size, of one value with some noise, of common instructions, or one of zpin's with damage. */
export function randomImage(rng: Rng): Uint8Array {
  const kind = rng.integers(0, 5);
  if (kind === 4) {
    const image = homebrewGames[rng.integers(0, homebrewGames.length)].cartridge?.() ?? new Uint8Array(2048);
    for (let changes = rng.integers(1, 30); changes > 0; changes--) image[rng.integers(0, image.length)] = rng.integers(0, 256);
    return image;
  }
  const size = kind === 1 ? rng.integers(0, 33_000) : SIZES[rng.integers(0, SIZES.length)];
  const image = new Uint8Array(size);
  const filler = rng.integers(0, 256);
  for (let i = 0; i < size; i++) {
    if (kind === 2) image[i] = rng.random() < 0.9 ? filler : rng.integers(0, 256);
    else image[i] = kind === 3 ? COMMON[rng.integers(0, COMMON.length)] : rng.integers(0, 256);
  }
  if (rng.random() < 0.5 && size >= 2048) image[size - 3] = 0xf0;
  return image;
}

function randomOptions(rng: Rng): ConsoleOptions {
  return {
    ...(rng.random() < 0.2 && { scheme: SCHEMES[rng.integers(0, SCHEMES.length)] }),
    controller: CONTROLLERS[rng.integers(0, CONTROLLERS.length)],
    firstLine: rng.integers(0, 60),
    hasComb: rng.random() < 0.8,
    powerOn: rng.random() < 0.5 ? 'ale' : 'zeros',
  };
}

/** Runs a random cartridge for some frames, and once more from a state between them, which must come to the same. */
export function fuzzImage(rng: Rng, count: FuzzCount): void {
  attempt(count, () => {
    const [image, options] = [randomImage(rng), randomOptions(rng)];
    const console = new Console(image, options);
    console.difficulty = rng.integers(0, 4);
    console.isDrawing = rng.random() < 0.7;
    if (rng.random() < COMPILED_SHARE) count.frames += compare(console, new Console(image, { ...options, compiles: false }), rng);
    playFrames(console, rng, FRAMES - 1);
    const before = console.state();
    const action = rng.integers(0, ACTION_NAMES.length);
    const ends = [1, 2].map(() => {
      console.restore(before);
      playAction(console, action);
      return console.state();
    });
    count.frames += FRAMES + 1;
    if (Buffer.compare(bytesOf(ends[0]), bytesOf(ends[1])) !== 0) throw new Error('a restored state goes on otherwise');
    if (console.picture.some(color => (color & 1) !== 0)) throw new Error('a picture has a colour that there is none of');
  });
}

/** Plays in two consoles, one of which only interprets, which must come to the same; returns how many frames these were. */
function compare(console: Console, interpreter: Console, rng: Rng): number {
  interpreter.restore(console.state());
  interpreter.isDrawing = console.isDrawing;
  for (let frame = 0; frame < COMPILED_FRAMES; frame++) {
    const action = rng.integers(0, ACTION_NAMES.length);
    for (const each of [console, interpreter]) playAction(each, action);
  }
  if (Buffer.compare(bytesOf(console.state()), bytesOf(interpreter.state())) !== 0)
    throw new Error('a compiled program does something else than one that is interpreted');
  return COMPILED_FRAMES;
}

function playFrames(console: Console, rng: Rng, frames: number): void {
  for (let i = 0; i < frames; i++) {
    playAction(console, rng.integers(0, ACTION_NAMES.length));
    if (rng.random() < 0.05) console.holdReset(1);
    if (rng.random() < 0.05) console.holdSelect(1);
    if (rng.random() < 0.05) console.reset();
  }
}

function playAction(console: Console, action: number): void {
  console.controls.hold(action);
  console.frame();
}

function bytesOf({ buffer }: Int32Array): Uint8Array {
  return new Uint8Array(buffer);
}

const NO_ACTIONS = [-1, 18, 4, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined, [0], {}] as const;
const SPOILED = [{}, { world: new Int32Array(3) }, { phase: 'running', elapsed: -0.5 }, { phase: 1, world: null }] as const;
const BAD_OPTIONS = [
  { rom: 'a.bin' },
  { obsType: 'colour' },
  { frameSkip: 0 },
  { frameSkip: 1.5 },
  { stickyProbability: 2 },
  { difficulty: 4 },
  { difficulty: '3' },
  { mode: 99 },
  { powerOn: null },
  { fullActionSpace: 1 },
  { wrappers: ['atari', 'attari'] },
] as const;

/** Plays an environment of one of zpin's games by calls most of which are right, until `inputs` were given. */
export function fuzzInputs(rng: Rng, inputs: number, count: FuzzCount): void {
  const id = `Atari/${homebrewGames[rng.integers(0, homebrewGames.length)].name}-v5`;
  attempt(count, () => makeEnv(id, BAD_OPTIONS[rng.integers(0, BAD_OPTIONS.length)]));
  const env = makeEnv(id, {
    obsType: (['ram', 'ram', 'ram', 'grayscale', 'rgb'] as const)[rng.integers(0, 5)],
    frameSkip: rng.integers(1, 3),
    stickyProbability: rng.random(),
    fullActionSpace: rng.random() < 0.5,
    powerOn: rng.random() < 0.5 ? 'ale' : 'zeros',
  });
  const { actionSpace } = env.spec;
  const actions = actionSpace.type === 'discrete' ? actionSpace.n : 0;
  let kept: EnvState | undefined;
  env.reset({ seed: rng.integers(0, 1000) });
  for (let i = 0; i < inputs; i++) {
    const draw = rng.random();
    attempt(count, () => {
      count.frames++;
      if (draw < 0.97) {
        if (env.step(rng.integers(0, actions)).terminated) env.reset();
      } else if (draw < 0.98) env.step(NO_ACTIONS[rng.integers(0, NO_ACTIONS.length)] as number);
      else if (draw < 0.985) env.restore?.(SPOILED[rng.integers(0, SPOILED.length)] as EnvState);
      else if (draw < 0.99) kept = env.state?.();
      else if (draw < 0.995 && kept) env.restore?.(kept);
      else if (draw > 0.998) env.reset(draw < 0.999 ? {} : { seed: rng.random() < 0.5 ? rng.integers(0, 1000) : -rng.random() });
    });
  }
}

/** Counts an attempt. Anything that is thrown and is no clear error is a fault. */
function attempt(count: FuzzCount, act: () => unknown): void {
  const begun = performance.now();
  try {
    act();
  } catch (error) {
    if (error instanceof InputError && CLEAR.test(error.message)) count.refused++;
    else count.faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  count.tried++;
  count.slowest = Math.max(count.slowest, performance.now() - begun);
}
