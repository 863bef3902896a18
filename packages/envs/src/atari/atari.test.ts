import { box, discrete, type EnvInfo, type EnvSpec, type NumericArray, type ResetOptions, Rng } from '@zpin/contracts';
import { describe, expect, it, vi } from 'vitest';
import { ArrayEnv } from '../base/array-env.ts';
import { checkEnv } from '../check-env.ts';
import { AreaResize } from '../wrappers/area-resize.ts';
import { ClipReward } from '../wrappers/clip-reward.ts';
import { FrameStack } from '../wrappers/frame-stack.ts';
import { AtariPreprocessing } from './atari-preprocessing.ts';
import { EpisodicLife } from './episodic-life.ts';
import { FireReset } from './fire-reset.ts';

const [HEIGHT, WIDTH] = [20, 16];

const screenSpec: EnvSpec = {
  id: 'Screen-v0',
  observationSpace: box({ low: 0, high: 255, shape: [HEIGHT, WIDTH, 3], dtype: 'uint8' }),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** A screen whose frame t is grey level t, but every other frame leaves its right half black; three lives of 20 frames each. */
class Screen extends ArrayEnv<Uint8Array, number> {
  /** Frame, last action, and whether FIRE (1) was ever pressed. */
  protected override readonly world = new Int32Array(3);

  constructor() {
    super(screenSpec);
  }

  protected override start(): void {
    this.world.fill(0);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.world[0]++;
    this.world[1] = actions[offset];
    if (actions[offset] === 1) this.world[2] = 1;
    this.reward = actions[offset] * 2;
    this.terminated = this.world[0] >= 60;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const t = this.world[0];
    for (let i = 0; i < HEIGHT * WIDTH; i++) {
      const isDark = t % 2 === 1 && i % WIDTH >= WIDTH / 2;
      out.fill(isDark ? 0 : t, offset + 3 * i, offset + 3 * i + 3);
    }
  }

  protected override info(): EnvInfo {
    return { lives: 3 - Math.floor(this.world[0] / 20), frame: this.world[0], hasFired: this.world[2] };
  }
}

describe('AreaResize', () => {
  it('averages whole and broken areas', () => {
    const out = new Uint8Array(4);
    new AreaResize(4, 4, 2, 2).apply(
      Uint8Array.from({ length: 16 }, (_, i) => 10 * i),
      out,
    );
    expect([...out]).toEqual([25, 45, 105, 125]);
    const row = new Uint8Array(2);
    // Each output covers one and a half inputs: (0 + 100 / 2) / 1.5 and (100 / 2 + 200) / 1.5.
    new AreaResize(1, 3, 1, 2).apply(Uint8Array.of(0, 100, 200), row);
    expect([...row]).toEqual([33, 167]);
  });

  it.each([
    [210, 160, 84, 84],
    [7, 5, 3, 5],
    [64, 48, 9, 31],
  ])('of %i × %i to %i × %i comes to the exact mean of what each cell covers', (height, width, outHeight, outWidth) => {
    const rng = new Rng(height);
    const picture = Uint8Array.from({ length: height * width }, () => rng.integers(0, 256));
    const out = new Uint8Array(outHeight * outWidth);
    new AreaResize(height, width, outHeight, outWidth).apply(picture, out);
    // In units of 1 / (outHeight · outWidth) pixels all is whole.
    const shared = (from: number, to: number, out: number, cell: number) =>
      Math.max(0, Math.min((out + 1) * from, (cell + 1) * to) - Math.max(out * from, cell * to));
    const expected = Array.from(out, (_, i) => {
      const [y, x] = [Math.floor(i / outWidth), i % outWidth];
      let sum = 0;
      for (let row = Math.floor((y * height) / outHeight); row * outHeight < (y + 1) * height; row++) {
        for (let column = Math.floor((x * width) / outWidth); column * outWidth < (x + 1) * width; column++) {
          const share = shared(height, outHeight, y, row) * shared(width, outWidth, x, column);
          sum += share * picture[row * width + column];
        }
      }
      return Math.floor((2 * sum + height * width) / (2 * height * width));
    });
    expect([...out]).toEqual(expected);
  });

  it('of pictures whose sums need more than 31 bits is exact too', () => {
    const out = new Uint8Array(6);
    new AreaResize(2999, 2999, 2, 3).apply(new Uint8Array(2999 * 2999).fill(255), out);
    expect([...out]).toEqual([255, 255, 255, 255, 255, 255]);
  });
});

describe('AtariPreprocessing', () => {
  const make = (options = {}) => new AtariPreprocessing(new Screen(), { size: 4, noopMax: 0, ...options });

  it('holds actions for four frames, adds up rewards, and joins the last two frames', () => {
    const env = make();
    env.reset({ seed: 0 });
    const { obs, reward, info } = env.step(2);
    expect([reward, info.frame]).toEqual([16, 4]);
    // Frame 3 has a black right half, frame 4 has none: 4 everywhere.
    expect(new Set(obs)).toEqual(new Set([4]));
    const odd = make({ frameSkip: 3 });
    odd.reset({ seed: 0 });
    // Frames 2 (all 2) and 3 (3 on the left only).
    expect([...odd.step(0).obs.slice(0, 4)]).toEqual([3, 3, 2, 2]);
  });

  it('has no observations made of frames that are skipped', () => {
    const screen = new Screen();
    const env = new AtariPreprocessing(screen, { size: 4, noopMax: 3 });
    const made = vi.spyOn(screen as unknown as { observe(): void }, 'observe');
    const { info } = env.reset({ seed: 0 });
    // One of the reset, and one after the last idle frame.
    expect([made.mock.calls.length, info.frame]).toEqual([2, expect.any(Number)]);
    made.mockClear();
    env.step(0);
    expect(made).toHaveBeenCalledTimes(2);
    // An episode that ends in a frame that would be skipped leaves nothing behind for who plays on without the wrapper.
    for (let ended = false; !ended; ) ended = env.step(0).terminated;
    expect(screen.isObserved).toBe(true);
  });

  it('starts with 1 to noopMax idle steps, drawn from the seed', () => {
    const env = make({ noopMax: 5 });
    const starts = Array.from({ length: 60 }, (_, seed) => env.reset({ seed }).info.frame as number);
    expect([...new Set(starts)].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(starts[7]).toBe(env.reset({ seed: 7 }).info.frame);
  });

  it('stops early at the end, and at the loss of a life when asked to', () => {
    const flags = (options: object) => {
      const env = make(options);
      env.reset({ seed: 0 });
      return Array.from({ length: 15 }, () => env.step(0)).map(({ terminated }) => terminated);
    };
    expect(flags({}).indexOf(true)).toBe(14);
    const env = make({ terminalOnLifeLoss: true, frameSkip: 3 });
    env.reset({ seed: 0 });
    const results = Array.from({ length: 7 }, () => env.step(0));
    expect(results.map(({ terminated }) => terminated).indexOf(true)).toBe(6);
    expect(results[6].info.frame).toBe(20);
  });

  it('keeps the view where the game ends in the last frame but one of a step', () => {
    const env = new AtariPreprocessing(new Screen(), { noopMax: 0, frameSkip: 61, size: 10 });
    env.reset({ seed: 1 });
    const { obs, terminated, info } = env.step(0);
    expect([terminated, info.frame, Math.max(...(obs as Uint8Array))]).toEqual([true, 60, 0]);
  });

  it('weighs colours as the eye does', () => {
    const screen = new Screen();
    const original = screen.reset.bind(screen);
    screen.reset = options => ({
      ...original(options),
      obs: Uint8Array.from({ length: HEIGHT * WIDTH * 3 }, (_, i) => [255, 100, 50][i % 3]),
    });
    expect(new AtariPreprocessing(screen, { size: 4, noopMax: 0 }).reset({ seed: 0 }).obs[0]).toBe(
      Math.round(0.299 * 255 + 58.7 + 5.7),
    );
  });

  it('has a limit in its own steps, of which each is several frames', () => {
    const limited = Object.assign(new Screen(), { spec: { ...screenSpec, maxEpisodeSteps: 30 } });
    expect(new AtariPreprocessing(limited, { size: 4 }).spec.maxEpisodeSteps).toBe(8);
    expect(make({}).spec.maxEpisodeSteps).toBeNull();
  });

  it('refuses what is no picture', () => {
    expect(() => make({ size: 17 })).toThrow(/size at most/);
    expect(() => make({ frameSkip: 0 })).toThrow(/frameSkip/);
    const flat = Object.assign(new Screen(), { spec: { ...screenSpec, observationSpace: box({ low: 0, high: 1 }) } });
    expect(() => new AtariPreprocessing(flat)).toThrow(/uint8 pictures/);
  });
});

describe('the Atari chain', () => {
  it('EpisodicLife ends an episode per life, and a game after the last one', () => {
    const env = new EpisodicLife(new Screen());
    const frames: unknown[] = [];
    for (let episode = 0; episode < 4; episode++) {
      frames.push(env.reset(episode === 0 ? { seed: 0 } : {}).info.frame);
      for (let ended = false; !ended; ) ended = env.step(2).terminated;
    }
    expect(frames).toEqual([0, 21, 41, 0]);
    env.reset();
    expect(env.reset({ seed: 1 }).info.frame).toBe(0);
  });

  it('FireReset presses FIRE, ClipReward pays signs', () => {
    const env = new ClipReward(new FireReset(new Screen()));
    expect(env.reset({ seed: 0 }).info).toMatchObject({ frame: 1, hasFired: 1 });
    expect([env.step(2).reward, env.step(0).reward]).toEqual([1, 0]);
  });

  it('FireReset begins anew with the options that it was given, where FIRE ends the game', () => {
    const seen: (ResetOptions | undefined)[] = [];
    const ends = { obs: 0, reward: 0, terminated: true, truncated: false, info: {} };
    const env = new FireReset<number>({
      spec: { ...screenSpec, observationSpace: discrete(1) },
      reset: options => {
        seen.push(options);
        return { obs: 0, info: {} };
      },
      step: () => ends,
    });
    env.reset({ seed: 3, options: { level: 2 } });
    expect(seen).toEqual([{ seed: 3, options: { level: 2 } }, { options: { level: 2 } }]);
  });

  it('FireReset holds FIRE for two steps after a lost life, and for none after the last one', () => {
    const env = new FireReset(new Screen());
    env.reset({ seed: 0 });
    for (let frame = 2; frame < 20; frame++) expect(env.step(0).info.frame).toBe(frame);
    // Frame 20 costs a life: frames 21 and 22 are FIRE, worth 2 each.
    const copy = new FireReset(new Screen());
    copy.restore(env.state());
    for (const one of [env, copy])
      expect(one.step(2)).toMatchObject({ reward: 8, terminated: false, info: { lives: 2, frame: 22 } });
    for (let frame = 23; frame < 40; frame++) env.step(0);
    expect(env.step(0)).toMatchObject({ reward: 4, info: { lives: 1, frame: 42 } });
    for (let frame = 43; frame < 60; frame++) env.step(0);
    expect(env.step(0)).toMatchObject({ reward: 0, terminated: true, info: { lives: 0, frame: 60 } });
  });

  it('EpisodicLife around FireReset sees the life that FIRE follows', () => {
    const env = new EpisodicLife(new FireReset(new Screen()));
    env.reset({ seed: 0 });
    for (let frame = 2; frame < 20; frame++) expect(env.step(0).terminated).toBe(false);
    expect(env.step(0)).toMatchObject({ terminated: true, info: { frame: 22 } });
    expect(env.reset().info.frame).toBe(23);
  });

  it('keeps the contract as a whole', () => {
    const chain = new FrameStack(
      new ClipReward(new AtariPreprocessing(new FireReset(new EpisodicLife(new Screen())), { size: 8, noopMax: 3 })),
      4,
    );
    expect(chain.spec.observationSpace).toMatchObject({ shape: [8, 8, 4], dtype: 'uint8' });
    expect(checkEnv(chain, { steps: 60 })).toEqual([]);
  });
});
