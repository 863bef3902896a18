import { type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import { boundOptions } from '../base/reset-options.ts';
import { drawMountain } from '../render/mountain.ts';
import { cosine } from './trigonometry.ts';

/** Left end of the valley, which is a wall. */
export const MIN_X = -1.2;
export const MAX_X = 0.6;
export const MAX_SPEED = 0.07;
const GRAVITY = 0.0025;

/** Between which an episode starts, unless the reset says otherwise. */
const START_BOUNDS = [-0.6, -0.4] as const;

export const mountainCarOptions = {
  goalVelocity: field.number({ default: 0, meaning: 'least velocity at the flag that counts as reaching it' }),
};

export type MountainCarOptions = ValuesOf<typeof mountainCarOptions>;

/** What differs between the two valleys, beside actions and rewards. */
export interface Valley {
  /** Where the flag stands. */
  readonly goalX: number;
  /** What a position or velocity becomes in the state. */
  kept(value: number): number;
}

/** A car in a valley, by the laws that both environments share; how it is pushed and paid is theirs. */
export abstract class MountainCarWorld<Action> extends ArrayEnv<Float32Array, Action> {
  /** Position and velocity. */
  protected override readonly world = new Float64Array(2);
  readonly #goalVelocity: number;
  readonly #valley: Valley;

  constructor(spec: EnvSpec, options: Partial<MountainCarOptions>, valley: Valley) {
    const { goalVelocity } = readValues(mountainCarOptions, options, spec.id);
    super(spec);
    this.#goalVelocity = goalVelocity;
    this.#valley = valley;
  }

  protected override start(options: Readonly<Record<string, unknown>>): void {
    const [low, high] = boundOptions(this.spec.id, options, START_BOUNDS);
    this.world[0] = this.rng.uniform(low, high);
    this.world[1] = 0;
  }

  /** Moves the car for a step in which it is pushed by `push`, a change of velocity. Ends the episode at the flag. */
  protected drive(push: number): void {
    const world = this.world;
    const { goalX, kept } = this.#valley;
    const pull = push - GRAVITY * cosine(3 * world[0]);
    let velocity = Math.min(MAX_SPEED, Math.max(-MAX_SPEED, world[1] + pull));
    const x = Math.min(MAX_X, Math.max(MIN_X, world[0] + velocity));
    if (x === MIN_X && velocity < 0) velocity = 0;
    this.terminated = x >= goalX && velocity >= this.#goalVelocity;
    world[0] = kept(x);
    world[1] = kept(velocity);
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0];
    out[offset + 1] = this.world[1];
  }

  render(): Frame {
    return drawMountain(this.world[0], this.#valley.goalX);
  }
}
