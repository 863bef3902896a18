import type { Point, Shape } from './shape.ts';
import { cosine, sine } from './sine.ts';

const f = Math.fround;

/** Where a shape of a body is, with a margin: `[left, bottom, right, top]`, metres. */
export type Bounds = Float32Array;

/** A shape of a body. */
export interface Fixture {
  readonly body: Body;
  readonly shape: Shape;
  readonly density: number;
  readonly friction: number;
  /** Place in the order in which fixtures were made, over all bodies. */
  readonly order: number;
  /** Bounds when they were last left, with a margin. */
  readonly bounds: Bounds;
}

/**
 * A body that moves. Numbers are singles: each is rounded where Box2D rounds it. What is set from outside is rounded here.
 */
export class Body {
  /** Position of the origin, metres. */
  x: number;
  y: number;
  /** Sine and cosine of `angle`. */
  sin: number;
  cos: number;
  /** Centre of mass, in the frame of the body. */
  localX = 0;
  localY = 0;
  /** Centre of mass and angle (rad), and where they were at `time0`, a share of the step. */
  centreX: number;
  centreY: number;
  angle: number;
  centreX0: number;
  centreY0: number;
  angle0: number;
  time0 = 0;
  /** Velocity of the centre of mass, m/s, and angular velocity, rad/s. */
  velocityX = 0;
  velocityY = 0;
  spin = 0;
  forceX = 0;
  forceY = 0;
  torque = 0;
  mass = 1;
  inverseMass = 1;
  inverseInertia = 0;
  isAwake = true;
  /** Seconds it has been still. */
  stillTime = 0;
  readonly fixtures: Fixture[] = [];
  /** Place in its island, -1 outside. */
  island = -1;

  /** Place in its world. */
  readonly index: number;

  constructor(index: number, x: number, y: number, angle: number) {
    this.index = index;
    this.x = this.centreX = this.centreX0 = f(x);
    this.y = this.centreY = this.centreY0 = f(y);
    this.angle = this.angle0 = f(angle);
    this.sin = sine(this.angle);
    this.cos = cosine(this.angle);
  }

  /** Moves a point from the frame of the body into the world. */
  worldPoint({ x, y }: Point): Point {
    const { sin, cos } = this;
    return { x: f(f(f(cos * f(x)) - f(sin * f(y))) + this.x), y: f(f(f(sin * f(x)) + f(cos * f(y))) + this.y) };
  }

  /** Adds a force (N) to the next step. */
  push(x: number, y: number): void {
    this.wake();
    this.forceX = f(this.forceX + f(x));
    this.forceY = f(this.forceY + f(y));
  }

  /** Adds a torque (N m) to the next step. */
  turn(torque: number): void {
    this.wake();
    this.torque = f(this.torque + f(torque));
  }

  /** Changes the momentum at once, by (x, y) N s at the point (atX, atY) of the world. */
  kick(x: number, y: number, atX: number, atY: number): void {
    this.wake();
    const { inverseMass } = this;
    const kickX = f(x);
    const kickY = f(y);
    this.velocityX = f(this.velocityX + f(inverseMass * kickX));
    this.velocityY = f(this.velocityY + f(inverseMass * kickY));
    const armX = f(f(atX) - this.centreX);
    const armY = f(f(atY) - this.centreY);
    this.spin = f(this.spin + f(this.inverseInertia * f(f(armX * kickY) - f(armY * kickX))));
  }

  wake(): void {
    if (this.isAwake) return;
    this.isAwake = true;
    this.stillTime = 0;
  }

  sleep(): void {
    this.isAwake = false;
    this.stillTime = 0;
    this.velocityX = this.velocityY = this.spin = 0;
    this.forceX = this.forceY = this.torque = 0;
  }

  /** Sums up the masses of its shapes. */
  weigh(): void {
    let mass = 0;
    let inertia = 0;
    let x = 0;
    let y = 0;
    for (let i = this.fixtures.length - 1; i >= 0; i--) {
      const { shape, density } = this.fixtures[i];
      if (density === 0) continue;
      const part = shape.mass(density);
      mass = f(mass + part.mass);
      x = f(x + f(part.mass * part.x));
      y = f(y + f(part.mass * part.y));
      inertia = f(inertia + part.inertia);
    }
    if (mass === 0) return;
    this.mass = mass;
    this.inverseMass = f(1 / mass);
    x = f(x * this.inverseMass);
    y = f(y * this.inverseMass);
    this.inverseInertia = f(1 / f(inertia - f(mass * f(f(x * x) + f(y * y)))));
    this.localX = x;
    this.localY = y;
    const centre = this.worldPoint({ x, y });
    this.centreX = this.centreX0 = centre.x;
    this.centreY = this.centreY0 = centre.y;
  }

  /** Brings the origin to where centre of mass and angle are. */
  place(): void {
    const { localX, localY } = this;
    const sin = sine(this.angle);
    const cos = cosine(this.angle);
    this.sin = sin;
    this.cos = cos;
    this.x = f(this.centreX - f(f(cos * localX) - f(sin * localY)));
    this.y = f(this.centreY - f(f(sin * localX) + f(cos * localY)));
  }

  /** Moves the start of its sweep to `time`. */
  advanceStart(time: number): void {
    const share = f(f(time - this.time0) / f(1 - this.time0));
    const rest = f(1 - share);
    this.centreX0 = f(f(rest * this.centreX0) + f(share * this.centreX));
    this.centreY0 = f(f(rest * this.centreY0) + f(share * this.centreY));
    this.angle0 = f(f(rest * this.angle0) + f(share * this.angle));
    this.time0 = time;
  }

  /** Cuts its motion short at `time`. */
  stopAt(time: number): void {
    this.advanceStart(time);
    this.centreX = this.centreX0;
    this.centreY = this.centreY0;
    this.angle = this.angle0;
    this.place();
  }
}
