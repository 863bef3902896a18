import { type BoxSpace, box, discrete, Rng, type TransitionRows } from '@zpin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameStore } from './frame-store.ts';
import { PrioritizedReplay } from './prioritized-replay.ts';
import { UniformReplay } from './uniform-replay.ts';

interface Shape {
  readonly frame: readonly number[];
  readonly dtype: 'uint8' | 'float32';
}

/** A stream of transitions of environments that stack K frames, with the stacks repeated at the start of each episode. */
class Stream {
  readonly space: BoxSpace;
  readonly #count: number;
  readonly #shape: Shape;
  readonly #rng: Rng;
  readonly #stacks: number[][][];

  constructor(numEnvs: number, count: number, shape: Shape, seed: number) {
    const { frame, dtype } = shape;
    this.#count = count;
    this.#shape = shape;
    const [height, width, channels = 1] = frame;
    const stacked = frame.length === 1 ? [height * count] : [height, width, channels * count];
    this.space = box({ low: 0, high: 255, shape: stacked, dtype });
    this.#rng = new Rng(seed);
    this.#stacks = Array.from({ length: numEnvs }, () => this.#first());
  }

  #frame(): number[] {
    const size = this.#shape.frame.reduce((product, n) => product * n, 1);
    // Few different numbers, so that frames are sometimes equal by chance.
    return Array.from({ length: size }, () => this.#rng.integers(0, 3));
  }

  #first(): number[][] {
    const frame = this.#frame();
    return new Array<number[]>(this.#count).fill(frame);
  }

  /** As `FrameStack` lays it out: the frames side by side for each pixel. */
  #flat(stack: readonly number[][]): number[] {
    const { frame } = this.#shape;
    const group = frame.length === 1 ? frame[0] : (frame[2] ?? 1);
    const pixels = stack[0].length / group;
    return Array.from({ length: pixels }, (_, p) => stack.flatMap(numbers => numbers.slice(p * group, (p + 1) * group))).flat();
  }

  step(): TransitionRows {
    const rows = this.#stacks.map((stack, i) => {
      const next = [...stack.slice(1), this.#frame()];
      const end = this.#rng.random();
      this.#stacks[i] = end < 0.3 ? this.#first() : next;
      return {
        obs: this.#flat(stack),
        nextObs: this.#flat(next),
        terminated: Number(end < 0.15),
        truncated: Number(end >= 0.15 && end < 0.3),
      };
    });
    const array = (numbers: number[]) => (this.#shape.dtype === 'uint8' ? Uint8Array.from(numbers) : Float32Array.from(numbers));
    return {
      obs: array(rows.flatMap(row => row.obs)),
      nextObs: array(rows.flatMap(row => row.nextObs)),
      action: Int32Array.from(rows, () => this.#rng.integers(0, 2)),
      reward: Float32Array.from(rows, () => this.#rng.integers(0, 100)),
      terminated: Uint8Array.from(rows, row => row.terminated),
      truncated: Uint8Array.from(rows, row => row.truncated),
    };
  }
}

const shapes = fc.constantFrom<Shape>(
  { frame: [2], dtype: 'uint8' },
  { frame: [3, 2], dtype: 'uint8' },
  { frame: [2, 2, 3], dtype: 'uint8' },
  { frame: [4], dtype: 'float32' },
);

describe('replay of stacked frames', () => {
  it.each(['uniform', 'prioritized'] as const)(
    '%s gives what plain replay gives, also across ends, overflow and a restore',
    kind => {
      fc.assert(
        fc.property(
          shapes,
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 2, max: 4 }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 1, max: 60 }),
          fc.integer({ min: 0, max: 1000 }),
          (shape, numEnvs, count, nSteps, capacity, steps, seed) => {
            const stream = new Stream(numEnvs, count, shape, seed);
            const options = { capacity, observationSpace: stream.space, actionSpace: discrete(2), gamma: 0.9, nSteps };
            const make = (frameStack?: number) =>
              kind === 'uniform'
                ? new UniformReplay({ ...options, frameStack })
                : new PrioritizedReplay({ ...options, frameStack, betaAnnealing: 100 });
            const plain = make();
            let stacked = make(count);
            for (let step = 0; step < steps; step++) {
              const rows = stream.step();
              plain.add(rows);
              stacked.add(rows);
              if (step === Math.floor(steps / 2)) {
                const copy = make(count);
                copy.restore(stacked.state());
                stacked = copy;
              }
            }
            const { places: _, ...found } = stacked.sample(40, new Rng(seed)) as object as Record<string, unknown>;
            const { places: __, ...wanted } = plain.sample(40, new Rng(seed)) as object as Record<string, unknown>;
            expect(found).toEqual(wanted);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('goes on after a restore as if it had never stopped', () => {
    const stream = new Stream(2, 3, { frame: [3, 2], dtype: 'uint8' }, 5);
    const make = () =>
      new UniformReplay({ capacity: 9, observationSpace: stream.space, actionSpace: discrete(2), gamma: 0.9, frameStack: 3 });
    const replay = make();
    for (let i = 0; i < 20; i++) replay.add(stream.step());
    const other = make();
    other.restore(replay.state());
    expect(other.state()).toEqual(replay.state());
    for (let i = 0; i < 20; i++) {
      const rows = stream.step();
      replay.add(rows);
      other.add(rows);
    }
    expect(other.state()).toEqual(replay.state());
  });

  it('refuses a state of other frames', () => {
    const make = (frame: number[]) => {
      const stream = new Stream(1, 2, { frame, dtype: 'uint8' }, 5);
      const replay = new UniformReplay({
        ...{ capacity: 9, observationSpace: stream.space, actionSpace: discrete(2), gamma: 0.9, frameStack: 2 },
      });
      replay.add(stream.step());
      return replay;
    };
    expect(() => make([3, 2]).restore(make([2, 2]).state())).toThrow(/stored frames must fit this replay/);
  });
});

describe('memory', () => {
  const side = 20;

  /** Frames of pixels that all differ, in episodes of 50 steps. */
  function fill(store: FrameStore, count: number, transitions: number): void {
    let clock = 0;
    const frame = () =>
      new Uint8Array(side * side).fill(clock % 256).map((value, i) => value + (i === 0 ? Math.floor(clock++ / 256) : 0));
    const flat = (stack: readonly Uint8Array[]) => {
      const out = new Uint8Array(side * side * count);
      for (const [k, pixels] of stack.entries()) for (const [p, pixel] of pixels.entries()) out[p * count + k] = pixel;
      return out;
    };
    let stack = new Array<Uint8Array>(count).fill(frame());
    for (let i = 0; i < transitions; i++) {
      const next = [...stack.slice(1), frame()];
      store.add(flat(stack), flat(next));
      stack = i % 50 === 49 ? new Array<Uint8Array>(count).fill(frame()) : next;
    }
  }

  it('takes one frame per transition, and a little for starts of episodes', () => {
    const [count, capacity] = [4, 500];
    const store = new FrameStore(box({ low: 0, high: 255, shape: [side, side, count], dtype: 'uint8' }), count, capacity);
    fill(store, count, capacity);
    // 51 frames for 50 transitions, in whole chunks of 500.
    expect(store.bytes).toBe(2 * 500 * side * side);
  });

  it('does not grow once it is full', () => {
    const [count, capacity] = [4, 300];
    const store = new FrameStore(box({ low: 0, high: 255, shape: [side, side, count], dtype: 'uint8' }), count, capacity);
    fill(store, count, 4 * capacity);
    const { bytes } = store;
    fill(store, count, 8 * capacity);
    expect(store.bytes).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(3 * capacity * side * side);
  });
});

it('shares full chunks with a snapshot until they are used again, and takes them back without a copy', () => {
  // 16 frames of 2 MiB: two in a chunk, and every transition brings one.
  const size = 2 ** 21;
  const store = new FrameStore(box({ low: 0, high: 255, shape: [size * 2], dtype: 'uint8' }), 2, 6);
  const step = (at: number) => {
    const stack = (k: number) => new Uint8Array(2 * size).fill(k, 0, size).fill(k + 1, size);
    return store.add(stack(at), stack(at + 1));
  };
  const chunksOf = (state: ReturnType<FrameStore['state']>) => state.chunks as readonly Uint8Array[];
  for (let at = 0; at < 3; at++) step(at);
  const early = store.state();
  expect(chunksOf(early).map(chunk => [chunk[0], chunk.at(-1), chunk.length / size])).toEqual([
    [0, 1, 2],
    [2, 3, 2],
    [4, 4, 1],
  ]);
  for (let at = 3; at < 15; at++) step(at);
  const late = store.state();
  expect(chunksOf(early)[0][0]).toBe(0);
  expect(chunksOf(early).some(chunk => chunksOf(late).includes(chunk))).toBe(false);

  const other = new FrameStore(box({ low: 0, high: 255, shape: [size * 2], dtype: 'uint8' }), 2, 6);
  other.restore(late);
  const kept = chunksOf(other.state()).filter(chunk => chunksOf(late).includes(chunk)).length;
  expect(kept).toBe(chunksOf(late).length - 1);
});
