import { Body, type Bounds, type Fixture } from './body.ts';
import { collideEdge } from './collide-edge.ts';
import { collidePolygons } from './collide-polygons.ts';
import { EPSILON, SKIN } from './constants.ts';
import { Contact } from './contact.ts';
import { ShapeDistance } from './distance.ts';
import type { Ground, StillFixture } from './ground.ts';
import { Island } from './island.ts';
import { castRay } from './ray.ts';
import { RevoluteJoint, type RevoluteJointDef } from './revolute-joint.ts';
import type { Shape } from './shape.ts';
import { cosine, sine } from './sine.ts';
import { TimeOfImpact } from './time-of-impact.ts';

const f = Math.fround;
/** Seconds per step. */
const DT = f(1 / 50);
const RADIUS = f(SKIN / 2);
/** Margin of bounds, metres, so that they need not follow every move; and how far ahead of a move they reach, times that move. */
const MARGIN = f(0.1);
const AHEAD = 2;
const DEFAULT_FRICTION = f(0.2);
/** Most impacts of one contact in a step. */
const MOST_IMPACTS = 8;

/** Told when a fixture of the ground and one of a body begin or cease to touch. */
export type ContactListener = (still: StillFixture, moving: Fixture, isTouching: boolean) => void;

export interface BodyDef {
  /** Position of the origin, metres, and angle, rad. */
  readonly x: number;
  readonly y: number;
  readonly angle?: number;
  /** kg/m² */
  readonly density: number;
  readonly friction?: number;
  readonly shapes: readonly Shape[];
}

/**
 * Bodies that move, joined to each other, among things that stand still and that they touch; moving bodies do not touch each
 * other. A step does what Box2D 2.3 does, in single precision and in the same order, so that results are the same bit for bit:
 * contacts and joints by sequential impulses, which start from those of the last step, then a correction of positions, then
 * what fast bodies would have passed through.
 */
export class PhysicsWorld {
  readonly #gravity: number;
  readonly #listener: ContactListener;
  readonly #bodies: Body[] = [];
  /** Of each body, latest last. */
  readonly #contactsOf: Contact[][] = [];
  readonly #jointsOf: RevoluteJoint[][] = [];
  readonly #still: StillFixture[] = [];
  readonly #grounds: Ground[] = [];
  /** Latest last, which Box2D has first. */
  readonly #contacts: Contact[] = [];
  readonly #moved: Fixture[] = [];
  readonly #bounds: Bounds = new Float32Array(4);
  readonly #stack: Body[] = [];
  readonly #timeOfImpact = new TimeOfImpact();
  readonly #distance = new ShapeDistance();
  #island = new Island(0);
  #fixtures = 0;
  /** 1 / DT once a step was made: there are no impulses to start from before. */
  #lastRate = 0;

  /** @param gravity upwards, m/s² */
  constructor(gravity: number, listener: ContactListener) {
    this.#gravity = f(gravity);
    this.#listener = listener;
  }

  /** Adds a body that stands still, and returns it; its shapes are added with `addStill`. */
  addGround(): Ground {
    const ground = { time0: 0, isInIsland: false };
    this.#grounds.push(ground);
    return ground;
  }

  /** Adds a shape of the ground, given in the frame of the world; before any body is. */
  addStill(ground: Ground, shape: Shape, friction = DEFAULT_FRICTION, isSensor = false): StillFixture {
    const bounds = new Float32Array(4);
    findBounds(bounds, shape, 0, 0, 0, 1);
    widen(bounds);
    const fixture = { ground, shape, friction: f(friction), isSensor, bounds };
    this.#still.push(fixture);
    return fixture;
  }

  addBody({ x, y, angle = 0, density, friction = DEFAULT_FRICTION, shapes }: BodyDef): Body {
    const body = new Body(this.#bodies.length, x, y, angle);
    for (const shape of shapes) {
      const bounds = new Float32Array(4);
      findBounds(bounds, shape, body.x, body.y, body.sin, body.cos);
      widen(bounds);
      const fixture = { body, shape, density: f(density), friction: f(friction), order: this.#fixtures++, bounds };
      body.fixtures.push(fixture);
      this.#moved.push(fixture);
    }
    body.weigh();
    this.#bodies.push(body);
    this.#contactsOf.push([]);
    this.#jointsOf.push([]);
    this.#island = new Island(this.#bodies.length);
    return body;
  }

  addJoint(def: RevoluteJointDef): RevoluteJoint {
    const joint = new RevoluteJoint(def);
    this.#jointsOf[joint.bodyA.index].push(joint);
    this.#jointsOf[joint.bodyB.index].push(joint);
    return joint;
  }

  /** Goes on by 1/50 s. */
  step(): void {
    if (this.#lastRate === 0) this.#findContacts();
    this.#updateContacts();
    this.#solve(f(this.#lastRate * DT));
    this.#solveImpacts();
    this.#lastRate = f(1 / DT);
    for (const body of this.#bodies) body.forceX = body.forceY = body.torque = 0;
  }

  /** Share of the way from (x, y) to (toX, toY) up to the ground, 1 when there is none on it. */
  castRay(x: number, y: number, toX: number, toY: number): number {
    const fromX = f(x);
    const fromY = f(y);
    const dx = f(f(toX) - fromX);
    const dy = f(f(toY) - fromY);
    const left = Math.min(fromX, toX);
    const right = Math.max(fromX, toX);
    const bottom = Math.min(fromY, toY);
    const top = Math.max(fromY, toY);
    let share = 1;
    for (const { bounds, shape } of this.#still) {
      if (bounds[0] > right || bounds[2] < left || bounds[1] > top || bounds[3] < bottom) continue;
      const met = castRay(shape, fromX, fromY, dx, dy, share);
      if (met >= 0) share = met;
    }
    return share;
  }

  /**
   * Makes contacts of what came near each other, in the order of Box2D: the order in which contacts are solved shows in the
   * results.
   */
  #findContacts(): void {
    const moved = this.#moved;
    if (moved.length === 0) return;
    moved.sort((a, b) => a.order - b.order);
    for (const still of this.#still) {
      for (const moving of moved) {
        if (!overlap(still.bounds, moving.bounds)) continue;
        const { body } = moving;
        const contacts = this.#contactsOf[body.index];
        if (contacts.some(contact => contact.still === still && contact.moving === moving)) continue;
        const contact = new Contact(still, moving);
        this.#contacts.push(contact);
        contacts.push(contact);
        if (!still.isSensor) body.wake();
      }
    }
    moved.length = 0;
  }

  #updateContacts(): void {
    const contacts = this.#contacts;
    for (let i = contacts.length - 1; i >= 0; i--) {
      const contact = contacts[i];
      const { still, moving, manifold } = contact;
      const { body } = moving;
      if (!body.isAwake) continue;
      if (overlap(still.bounds, moving.bounds)) {
        this.#update(contact);
        continue;
      }
      if (contact.isTouching) this.#listener(still, moving, false);
      contacts.splice(i, 1);
      const own = this.#contactsOf[body.index];
      own.splice(own.indexOf(contact), 1);
      if (manifold.count > 0) body.wake();
    }
  }

  /** Finds where the two touch, and tells when that begins or ends. */
  #update(contact: Contact): void {
    const { still, moving, manifold } = contact;
    const { body, shape } = moving;
    const wasTouching = contact.isTouching;
    contact.isEnabled = true;
    if (still.isSensor) {
      this.#distance.count = 0;
      const distance = this.#distance.measure(still.shape, shape, body);
      contact.isTouching = distance <= SKIN || f(distance - SKIN) < f(10 * EPSILON);
    } else {
      manifold.renew();
      if (still.shape.isEdge) collideEdge(manifold, still.shape, shape, body);
      else collidePolygons(manifold, still.shape, shape, body);
      manifold.inherit();
      contact.isTouching = manifold.count > 0;
      if (contact.isTouching !== wasTouching) body.wake();
    }
    if (contact.isTouching !== wasTouching) this.#listener(still, moving, contact.isTouching);
  }

  #solve(ratio: number): void {
    for (const body of this.#bodies) body.island = -1;
    for (const joints of this.#jointsOf) for (const joint of joints) joint.isInIsland = false;
    for (const contact of this.#contacts) contact.isInIsland = false;
    for (let i = this.#bodies.length - 1; i >= 0; i--) {
      const seed = this.#bodies[i];
      if (seed.island >= 0 || !seed.isAwake) continue;
      this.#gather(seed);
      this.#island.solve(DT, ratio, this.#gravity);
    }
    for (const body of this.#bodies) if (body.island >= 0) this.#follow(body);
    this.#findContacts();
  }

  /** Fills the island with `seed` and all that it is connected with, depth first, latest first. */
  #gather(seed: Body): void {
    const island = this.#island;
    const stack = this.#stack;
    island.clear();
    stack.push(seed);
    seed.island = 0;
    for (let body = stack.pop(); body; body = stack.pop()) {
      island.add(body);
      body.wake();
      const contacts = this.#contactsOf[body.index];
      for (let i = contacts.length - 1; i >= 0; i--) {
        const contact = contacts[i];
        if (!contact.isInIsland && contact.isEnabled && contact.isTouching && !contact.still.isSensor) {
          contact.isInIsland = true;
          island.contacts.push(contact);
        }
      }
      const joints = this.#jointsOf[body.index];
      for (let i = joints.length - 1; i >= 0; i--) {
        const joint = joints[i];
        if (joint.isInIsland) continue;
        joint.isInIsland = true;
        island.joints.push(joint);
        const other = joint.bodyA === body ? joint.bodyB : joint.bodyA;
        if (other.island < 0) {
          other.island = 0;
          stack.push(other);
        }
      }
    }
  }

  /** Brings the bounds of a body to where it is, and remembers those that had to move. */
  #follow(body: Body): void {
    const { localX, localY } = body;
    const sin0 = sine(body.angle0);
    const cos0 = cosine(body.angle0);
    const x0 = f(body.centreX0 - f(f(cos0 * localX) - f(sin0 * localY)));
    const y0 = f(body.centreY0 - f(f(sin0 * localX) + f(cos0 * localY)));
    const tight = this.#bounds;
    for (const fixture of body.fixtures) {
      const { bounds, shape } = fixture;
      findBounds(tight, shape, x0, y0, sin0, cos0);
      const left = tight[0];
      const bottom = tight[1];
      const right = tight[2];
      const top = tight[3];
      findBounds(tight, shape, body.x, body.y, body.sin, body.cos);
      tight[0] = Math.min(tight[0], left);
      tight[1] = Math.min(tight[1], bottom);
      tight[2] = Math.max(tight[2], right);
      tight[3] = Math.max(tight[3], top);
      if (bounds[0] <= tight[0] && bounds[1] <= tight[1] && tight[2] <= bounds[2] && tight[3] <= bounds[3]) continue;
      bounds.set(tight);
      widen(bounds);
      const dx = f(AHEAD * f(body.x - x0));
      const dy = f(AHEAD * f(body.y - y0));
      bounds[dx < 0 ? 0 : 2] += dx;
      bounds[dy < 0 ? 1 : 3] += dy;
      this.#moved.push(fixture);
    }
  }

  /** Finds what bodies meet on their way, earliest first, and lets each go on from there. */
  #solveImpacts(): void {
    for (const body of this.#bodies) {
      body.island = -1;
      body.time0 = 0;
    }
    for (const ground of this.#grounds) ground.time0 = 0;
    for (const contact of this.#contacts) {
      contact.isInIsland = false;
      contact.isImpactKnown = false;
      contact.impactTime = 1;
      contact.impacts = 0;
    }
    for (;;) {
      const first = this.#firstImpact();
      if (!first || first.impactTime > f(1 - f(10 * EPSILON))) return;
      this.#impact(first);
    }
  }

  #firstImpact(): Contact | null {
    let first: Contact | null = null;
    let least = 1;
    for (let i = this.#contacts.length - 1; i >= 0; i--) {
      const contact = this.#contacts[i];
      if (!contact.isEnabled || contact.impacts > MOST_IMPACTS || contact.still.isSensor) continue;
      if (!contact.isImpactKnown) {
        if (!contact.moving.body.isAwake) continue;
        contact.impactTime = this.#impactTime(contact);
        contact.isImpactKnown = true;
      }
      if (contact.impactTime < least) {
        first = contact;
        least = contact.impactTime;
      }
    }
    return first;
  }

  #impactTime({ still, moving }: Contact): number {
    const { ground } = still;
    const { body, shape } = moving;
    if (ground.time0 < body.time0) ground.time0 = body.time0;
    else if (body.time0 < ground.time0) body.advanceStart(ground.time0);
    const start = body.time0;
    const share = this.#timeOfImpact.find(still.shape, shape, body);
    return share < 0 ? 1 : Math.min(f(start + f(f(1 - start) * share)), 1);
  }

  #impact(first: Contact): void {
    const { impactTime: time } = first;
    const { body } = first.moving;
    const { ground } = first.still;
    const before = { ...sweepOf(body), ground: ground.time0 };
    body.stopAt(time);
    ground.time0 = time;
    this.#update(first);
    first.isImpactKnown = false;
    first.impacts++;
    if (!first.isTouching) {
      first.isEnabled = false;
      ground.time0 = before.ground;
      restoreSweep(body, before);
      return;
    }
    body.wake();
    const island = this.#island;
    island.clear();
    island.add(body);
    island.contacts.push(first);
    first.isInIsland = true;
    ground.isInIsland = true;
    const contacts = this.#contactsOf[body.index];
    for (let i = contacts.length - 1; i >= 0; i--) {
      const contact = contacts[i];
      if (contact.isInIsland || contact.still.isSensor) continue;
      const other = contact.still.ground;
      const otherTime = other.time0;
      if (!other.isInIsland) other.time0 = time;
      this.#update(contact);
      if (!contact.isTouching) {
        other.time0 = otherTime;
        continue;
      }
      contact.isInIsland = true;
      other.isInIsland = true;
      island.contacts.push(contact);
    }
    island.solveImpact(f(f(1 - time) * DT));
    for (const { still } of island.contacts) still.ground.isInIsland = false;
    this.#follow(body);
    for (const contact of contacts) {
      contact.isImpactKnown = false;
      contact.isInIsland = false;
    }
    body.island = -1;
    this.#findContacts();
  }
}

type Sweep = Pick<Body, 'centreX' | 'centreY' | 'angle' | 'centreX0' | 'centreY0' | 'angle0' | 'time0'>;

function sweepOf({ centreX, centreY, angle, centreX0, centreY0, angle0, time0 }: Body): Sweep {
  return { centreX, centreY, angle, centreX0, centreY0, angle0, time0 };
}

function restoreSweep(body: Body, { centreX, centreY, angle, centreX0, centreY0, angle0, time0 }: Sweep): void {
  Object.assign(body, { centreX, centreY, angle, centreX0, centreY0, angle0, time0 });
  body.place();
}

function overlap(a: Bounds, b: Bounds): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** Writes the bounds of a shape of a body that is at (x, y). */
function findBounds(bounds: Bounds, shape: Shape, x: number, y: number, sin: number, cos: number): void {
  let left = Number.POSITIVE_INFINITY;
  let bottom = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < shape.count; i++) {
    const cornerX = f(f(f(cos * shape.x[i]) - f(sin * shape.y[i])) + x);
    const cornerY = f(f(f(sin * shape.x[i]) + f(cos * shape.y[i])) + y);
    left = Math.min(left, cornerX);
    bottom = Math.min(bottom, cornerY);
    right = Math.max(right, cornerX);
    top = Math.max(top, cornerY);
  }
  bounds[0] = left - RADIUS;
  bounds[1] = bottom - RADIUS;
  bounds[2] = right + RADIUS;
  bounds[3] = top + RADIUS;
}

function widen(bounds: Bounds): void {
  bounds[0] -= MARGIN;
  bounds[1] -= MARGIN;
  bounds[2] += MARGIN;
  bounds[3] += MARGIN;
}
