import type { Bounds } from './body.ts';
import type { Shape } from './shape.ts';

/** A body that stands still, and all its fixtures together. Its frame is that of the world. */
export interface Ground {
  /** Up to which share of the step impacts with it are known. */
  time0: number;
  isInIsland: boolean;
}

/** A shape of the ground. */
export interface StillFixture {
  readonly ground: Ground;
  readonly shape: Shape;
  readonly friction: number;
  /** Whether it only notices what overlaps it. */
  readonly isSensor: boolean;
  /** With a margin. */
  readonly bounds: Bounds;
}
