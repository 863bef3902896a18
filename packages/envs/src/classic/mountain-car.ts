import { box, discrete, type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import { boundOptions } from '../base/reset-options.ts';
import type { EnvEntry } from '../env-entry.ts';
import { drawMountain } from '../render/mountain.ts';
import { cosine } from './trigonometry.ts';

const MIN_X = -1.2;
const MAX_X = 0.6;
const MAX_SPEED = 0.07;
const FORCE = 0.001;
const GRAVITY = 0.0025;
const GOAL_X = 0.5;

/** Between which an episode starts, unless the reset says otherwise. */
const START_BOUNDS = [-0.6, -0.4] as const;

/** Spaces, time limit and threshold of `MountainCar-v0`. */
export const mountainCarV0: EnvSpec = {
  id: 'MountainCar-v0',
  observationSpace: box({ low: [MIN_X, -MAX_SPEED], high: [MAX_X, MAX_SPEED] }),
  actionSpace: discrete(3),
  maxEpisodeSteps: 200,
  rewardThreshold: -110,
};

export const mountainCarOptions = {
  goalVelocity: field.number({ default: 0, meaning: 'least velocity at the flag that counts as reaching it' }),
};

export type MountainCarOptions = ValuesOf<typeof mountainCarOptions>;

/**
 * A car in a valley, too weak to drive straight up to the flag at 0.5: it must swing. Accelerate left (0), not at all (1), right
 * (2). Observation: position and velocity. Reward −1 per step. Reset options `low` and `high` bound the start position (−0.6 and
 * −0.4). Moore 1990, as Gymnasium plays it.
 */
export class MountainCar extends ArrayEnv<Float32Array, number> {
  protected override readonly world = new Float64Array(2);
  readonly #goalVelocity: number;

  constructor(spec: EnvSpec = mountainCarV0, options: Partial<MountainCarOptions> = {}) {
    const { goalVelocity } = readValues(mountainCarOptions, options, spec.id);
    super(spec);
    this.#goalVelocity = goalVelocity;
  }

  protected override start(options: Readonly<Record<string, unknown>>): void {
    const [low, high] = boundOptions(this.spec.id, options, START_BOUNDS);
    this.world[0] = this.rng.uniform(low, high);
    this.world[1] = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const world = this.world;
    const pull = (actions[offset] - 1) * FORCE + cosine(3 * world[0]) * -GRAVITY;
    let velocity = Math.min(MAX_SPEED, Math.max(-MAX_SPEED, world[1] + pull));
    const x = Math.min(MAX_X, Math.max(MIN_X, world[0] + velocity));
    // The left end of the valley is a wall.
    if (x === MIN_X && velocity < 0) velocity = 0;
    world[0] = x;
    world[1] = velocity;
    this.terminated = x >= GOAL_X && velocity >= this.#goalVelocity;
    this.reward = -1;
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0];
    out[offset + 1] = this.world[1];
  }

  render(): Frame {
    return drawMountain(this.world[0], GOAL_X);
  }
}

export const mountainCarEntry: EnvEntry<typeof mountainCarOptions> = {
  spec: mountainCarV0,
  summary: 'Drive a weak car out of a valley by swinging.',
  options: mountainCarOptions,
  create: (spec, options) => new MountainCar(spec, options),
};
