import { box, type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas } from '../render/canvas.ts';

/** Of each link; lengths are pixels of the field. */
const LENGTH = 100;
const FIELD = 400;
const CENTRE = FIELD / 2;
/** Seconds per step. */
const DT = 0.1;
/** Distance from hand to target that counts as a grip. */
const REACH = 15;
/** Steps that the grip must last. */
const HOLD = 50;
/** Unit of lengths in observations and rewards. */
const UNIT = 200;

// Places in the state.
const ANGLE_1 = 0;
const ANGLE_2 = 1;
const TARGET_X = 2;
const TARGET_Y = 3;
const HELD = 4;

/** Spaces, time limit and threshold of `TwoLinkArm-v0`. */
export const twoLinkArmV0: EnvSpec = {
  id: 'TwoLinkArm-v0',
  observationSpace: box({ low: [0, -2, -2, -2, -2, -1, -1], high: [1, 2, 2, 2, 2, 1, 1] }),
  actionSpace: box({ low: -1, high: 1, shape: [2] }),
  maxEpisodeSteps: 200,
  rewardThreshold: null,
};

/** Spaces, time limit and threshold of `TwoLinkArmHard-v0`. */
export const twoLinkArmHardV0: EnvSpec = { ...twoLinkArmV0, id: 'TwoLinkArmHard-v0' };

export const twoLinkArmOptions = {
  mode: field.choice(['easy', 'hard'], {
    default: 'easy',
    meaning: 'where the target is: always at (250, 303), or anywhere in [100, 300] x [100, 300]',
  }),
};

export type TwoLinkArmOptions = ValuesOf<typeof twoLinkArmOptions>;

/**
 * An arm of two links, its base in the middle of a field of 400 × 400, grips a target. Action: angular velocities of both links,
 * in [−1, 1]; each link's angle is measured from the x axis. Observation: 1 while gripping, else 0; elbow, hand, and base
 * relative to the target, over 200. Reward: −distance / 200 of the hand, +1 within 15 of the target, +10 and the end once it
 * stayed there for more than 50 steps.
 */
export class TwoLinkArm extends ArrayEnv<Float32Array, Float32Array> {
  protected override readonly world = new Float64Array(5);
  readonly #isHard: boolean;

  constructor(spec: EnvSpec = twoLinkArmV0, options: Partial<TwoLinkArmOptions> = {}) {
    const { mode } = readValues(twoLinkArmOptions, options, spec.id);
    super(spec);
    this.#isHard = mode === 'hard';
  }

  render(): Frame {
    const { world } = this;
    const [elbowX, elbowY] = [this.#elbowX(), this.#elbowY()];
    const canvas = new Canvas(FIELD, FIELD).transform(1, 0, FIELD);
    canvas.rect(
      world[TARGET_X] - REACH,
      world[TARGET_Y] - REACH,
      world[TARGET_X] + REACH,
      world[TARGET_Y] + REACH,
      [52, 110, 168],
    );
    canvas
      .capsule(CENTRE, CENTRE, elbowX, elbowY, 8, [204, 77, 77])
      .capsule(elbowX, elbowY, this.#handX(), this.#handY(), 8, [230, 126, 34]);
    return canvas.frame();
  }

  protected override start(): void {
    const { world, rng } = this;
    world[TARGET_X] = this.#isHard ? rng.uniform(100, 300) : 250;
    world[TARGET_Y] = this.#isHard ? rng.uniform(100, 300) : 303;
    world[ANGLE_1] = rng.uniform(0, 2 * Math.PI);
    world[ANGLE_2] = rng.uniform(0, 2 * Math.PI);
    world[HELD] = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { world } = this;
    for (let link = 0; link < 2; link++) {
      const angle = world[ANGLE_1 + link] + DT * Math.min(1, Math.max(-1, actions[offset + link]));
      world[ANGLE_1 + link] = (angle + 2 * Math.PI) % (2 * Math.PI);
    }
    const distance = Math.hypot(this.#handX() - world[TARGET_X], this.#handY() - world[TARGET_Y]);
    world[HELD] = distance < REACH ? world[HELD] + 1 : 0;
    this.terminated = world[HELD] > HOLD;
    this.reward = -distance / UNIT + (world[HELD] > 0 ? 1 : 0) + (this.terminated ? 10 : 0);
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { world } = this;
    out[offset] = world[HELD] > 0 ? 1 : 0;
    out[offset + 1] = (this.#elbowX() - world[TARGET_X]) / UNIT;
    out[offset + 2] = (this.#elbowY() - world[TARGET_Y]) / UNIT;
    out[offset + 3] = (this.#handX() - world[TARGET_X]) / UNIT;
    out[offset + 4] = (this.#handY() - world[TARGET_Y]) / UNIT;
    out[offset + 5] = (CENTRE - world[TARGET_X]) / UNIT;
    out[offset + 6] = (CENTRE - world[TARGET_Y]) / UNIT;
  }

  #elbowX(): number {
    return CENTRE + LENGTH * Math.cos(this.world[ANGLE_1]);
  }

  #elbowY(): number {
    return CENTRE + LENGTH * Math.sin(this.world[ANGLE_1]);
  }

  #handX(): number {
    return this.#elbowX() + LENGTH * Math.cos(this.world[ANGLE_2]);
  }

  #handY(): number {
    return this.#elbowY() + LENGTH * Math.sin(this.world[ANGLE_2]);
  }
}

const hardOptions = { mode: { ...twoLinkArmOptions.mode, default: 'hard' as const } };

export const twoLinkArmEntries: readonly EnvEntry<typeof twoLinkArmOptions>[] = [
  {
    spec: twoLinkArmV0,
    summary: 'Grip a target with an arm of two links, and hold it.',
    options: twoLinkArmOptions,
    create: (spec, options) => new TwoLinkArm(spec, options),
  },
  {
    spec: twoLinkArmHardV0,
    summary: 'Grip a target that may be anywhere with an arm of two links, and hold it.',
    options: hardOptions,
    create: (spec, options) => new TwoLinkArm(spec, options),
  },
];
