import type { Fixture } from './body.ts';
import type { StillFixture } from './ground.ts';
import { Manifold } from './manifold.ts';

const f = Math.fround;

/** A fixture of the ground and one of a body, near each other. */
export class Contact {
  readonly still: StillFixture;
  readonly moving: Fixture;
  readonly friction: number;
  readonly manifold = new Manifold();
  /** Whether it counts in this step; one is put aside when its impact turns out to be none. */
  isEnabled = true;
  isTouching = false;
  isInIsland = false;
  /** When they meet in this step, as a share of it; 1: not at all. */
  impactTime = 1;
  isImpactKnown = false;
  /** Impacts so far in this step. */
  impacts = 0;

  // What the solver keeps of it, of each of its two points where it is an array.
  /** From the ground to the body. */
  normalX = 0;
  normalY = 0;
  /** Points that are solved. */
  count = 0;
  /** From the body's centre of mass. */
  readonly armX = new Float32Array(2);
  readonly armY = new Float32Array(2);
  /** Masses that an impulse at the point moves, along the normal and across. */
  readonly normalMass = new Float32Array(2);
  readonly tangentMass = new Float32Array(2);
  /** Impulses, N s. */
  readonly normalImpulse = new Float32Array(2);
  readonly tangentImpulse = new Float32Array(2);
  /** Velocities along the normal per impulse, `[11, 12, 22]`, and the inverse of that matrix. */
  readonly response = new Float32Array(3);
  readonly blockMass = new Float32Array(3);

  constructor(still: StillFixture, moving: Fixture) {
    this.still = still;
    this.moving = moving;
    this.friction = f(Math.sqrt(f(still.friction * moving.friction)));
  }
}
