import {
  discrete,
  type EnvInfo,
  type EnvSpec,
  type Frame,
  field,
  type GoalEnv,
  type GoalObs,
  goalSpace,
  multiBinary,
  type NumericArray,
  readValues,
  type ValuesOf,
} from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas } from '../render/canvas.ts';

export const bitFlipOptions = {
  bits: field.count({ default: 10, meaning: 'number of bits' }),
  goal: field.choice(['random', 'ones'], { default: 'random', meaning: 'another goal in each episode, or always all ones' }),
};

export type BitFlipOptions = ValuesOf<typeof bitFlipOptions>;

const DEFAULT_BITS = bitFlipOptions.bits.default;

/** Spaces, time limit and threshold of `BitFlip-v0`. */
export const bitFlipV0: EnvSpec = {
  id: 'BitFlip-v0',
  observationSpace: goalSpace(multiBinary(DEFAULT_BITS), multiBinary(DEFAULT_BITS)),
  actionSpace: discrete(DEFAULT_BITS),
  maxEpisodeSteps: DEFAULT_BITS,
  rewardThreshold: null,
};

/**
 * Flip single bits until they equal the goal: −1 per step, 0 and the end at the goal. Without hindsight, an agent with many bits
 * hardly ever sees a reward. Andrychowicz et al. 2017, section 3.1.
 */
export class BitFlip extends ArrayEnv<GoalObs, number> implements GoalEnv<number> {
  /** The bits, then the goal. */
  protected override readonly world: Int32Array;
  readonly #bits: number;
  readonly #isGoalRandom: boolean;

  constructor(spec: EnvSpec = bitFlipV0, options: Partial<BitFlipOptions> = {}) {
    const { bits, goal } = readValues(bitFlipOptions, options, spec.id);
    super({ ...spec, observationSpace: goalSpace(multiBinary(bits), multiBinary(bits)), actionSpace: discrete(bits) });
    this.#bits = bits;
    this.#isGoalRandom = goal === 'random';
    this.world = new Int32Array(2 * bits);
  }

  computeReward(achieved: NumericArray, desired: NumericArray, out: Float32Array): Float32Array {
    for (let row = 0; row < out.length; row++) {
      out[row] = 0;
      for (let i = row * this.#bits; i < (row + 1) * this.#bits; i++) if (achieved[i] !== desired[i]) out[row] = -1;
    }
    return out;
  }

  computeTerminated(achieved: NumericArray, desired: NumericArray, out: Uint8Array): Uint8Array {
    for (let row = 0; row < out.length; row++) {
      out[row] = 1;
      for (let i = row * this.#bits; i < (row + 1) * this.#bits; i++) if (achieved[i] !== desired[i]) out[row] = 0;
    }
    return out;
  }

  render(): Frame {
    const canvas = new Canvas(this.#bits * 30, 60, [240, 240, 236]);
    this.world.forEach((bit, i) => {
      const x = (i % this.#bits) * 30;
      const y = i < this.#bits ? 0 : 30;
      canvas.rect(x + 2, y + 2, x + 28, y + 28, bit === 1 ? [46, 204, 113] : [64, 68, 75]);
    });
    return canvas.frame();
  }

  protected override start(): void {
    const { world, rng } = this;
    const bits = this.#bits;
    for (let i = 0; i < bits; i++) world[i] = rng.integers(0, 2);
    for (let i = bits; i < 2 * bits; i++) world[i] = this.#isGoalRandom ? rng.integers(0, 2) : 1;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.world[actions[offset]] ^= 1;
    this.terminated = this.#isSolved();
    this.reward = this.terminated ? 0 : -1;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { world } = this;
    const bits = this.#bits;
    for (let i = 0; i < bits; i++) {
      out[offset + i] = world[i];
      out[offset + bits + i] = world[bits + i];
      out[offset + 2 * bits + i] = world[i];
    }
  }

  /** Nobody wants them in curves; what counts is there as success or return. */
  protected override get tellsInfo(): boolean {
    return false;
  }

  /** `isSuccess`: 1 when the bits are those of the goal. */
  protected override info(): EnvInfo {
    return { isSuccess: Number(this.#isSolved()) };
  }

  #isSolved(): boolean {
    for (let i = 0; i < this.#bits; i++) if (this.world[i] !== this.world[this.#bits + i]) return false;
    return true;
  }
}

export const bitFlipEntry: EnvEntry<typeof bitFlipOptions> = {
  spec: bitFlipV0,
  summary: 'Flip single bits until they equal the goal.',
  options: bitFlipOptions,
  limit: ({ bits }) => bits,
  create: (spec, options) => new BitFlip(spec, options),
};
