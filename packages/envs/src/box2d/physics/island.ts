import type { Body } from './body.ts';
import { ANGULAR_SLOP, LINEAR_SLOP } from './constants.ts';
import type { Contact } from './contact.ts';
import { prepareContact, solvePosition, solveVelocity, storeImpulses, warmStart } from './contact-solver.ts';
import type { RevoluteJoint } from './revolute-joint.ts';

const f = Math.fround;
const VELOCITY_ITERATIONS = 180;
const POSITION_ITERATIONS = 60;
const IMPACT_POSITION_ITERATIONS = 20;
/** Share of an overlap that one round of correction mends, and that for impacts. */
const CORRECTION = f(0.2);
const IMPACT_CORRECTION = f(0.75);
/** Overlaps with which corrections are content. */
const CONTENT = f(-3 * LINEAR_SLOP);
const IMPACT_CONTENT = f(-1.5 * LINEAR_SLOP);
/** Longest way (m, squared) and largest turn (rad, squared) of a body in a step. */
const MOST_WAY = 2;
const MOST_TURN = f(0.5 * f(Math.PI));
/** A body that is slower than this for half a second falls asleep. */
const STILL_SPEED = f(f(0.01) * f(0.01));
const STILL_SPIN = f(ANGULAR_SLOP * ANGULAR_SLOP);
const TIME_TO_SLEEP = 0.5;

/** Bodies that are connected by joints, with what they touch; they are solved together. */
export class Island {
  readonly bodies: Body[] = [];
  readonly contacts: Contact[] = [];
  readonly joints: RevoluteJoint[] = [];
  /** `[bodies, 3]`: centre of mass and angle; velocity and spin. */
  readonly #positions: Float32Array;
  readonly #velocities: Float32Array;

  /** @param capacity most bodies */
  constructor(capacity: number) {
    this.#positions = new Float32Array(3 * capacity);
    this.#velocities = new Float32Array(3 * capacity);
  }

  clear(): void {
    this.bodies.length = 0;
    this.contacts.length = 0;
    this.joints.length = 0;
  }

  add(body: Body): void {
    body.island = this.bodies.length;
    this.bodies.push(body);
  }

  /** A step of `dt` seconds; impulses of the last one, times `ratio`, are where solving starts. */
  solve(dt: number, ratio: number, gravity: number): void {
    const positions = this.#positions;
    const velocities = this.#velocities;
    this.#load();
    for (const body of this.bodies) this.#accelerate(body, dt, gravity);
    for (const contact of this.contacts) prepareContact(contact, positions);
    for (const contact of this.contacts) warmStart(contact, velocities, ratio);
    for (const joint of this.joints) joint.prepare(positions, velocities, ratio);
    // By index, as an iterator would be made in every round.
    const { joints, contacts } = this;
    for (let i = 0; i < VELOCITY_ITERATIONS; i++) {
      for (let j = 0; j < joints.length; j++) joints[j].solveVelocities(velocities, dt);
      for (let j = 0; j < contacts.length; j++) solveVelocity(contacts[j], velocities);
    }
    for (const contact of contacts) storeImpulses(contact);
    this.#move(dt);
    let isSolved = false;
    for (let i = 0; i < POSITION_ITERATIONS && !isSolved; i++) {
      isSolved = this.#correct(CORRECTION) >= CONTENT;
      for (let j = 0; j < joints.length; j++) isSolved = joints[j].solvePositions(positions) && isSolved;
    }
    this.#unload();
    this.#rest(dt, isSolved);
  }

  /** The rest of a step, `dt` seconds, after the first body met what the contacts say. */
  solveImpact(dt: number): void {
    this.#load();
    for (let i = 0; i < IMPACT_POSITION_ITERATIONS; i++) {
      if (this.#correct(IMPACT_CORRECTION) >= IMPACT_CONTENT) break;
    }
    const [body] = this.bodies;
    body.centreX0 = this.#positions[0];
    body.centreY0 = this.#positions[1];
    body.angle0 = this.#positions[2];
    for (const contact of this.contacts) {
      prepareContact(contact, this.#positions);
      contact.normalImpulse.fill(0);
      contact.tangentImpulse.fill(0);
    }
    for (let i = 0; i < VELOCITY_ITERATIONS; i++) {
      for (const contact of this.contacts) solveVelocity(contact, this.#velocities);
    }
    this.#move(dt);
    this.#unload();
  }

  #load(): void {
    const positions = this.#positions;
    const velocities = this.#velocities;
    for (const body of this.bodies) {
      const at = 3 * body.island;
      positions[at] = body.centreX;
      positions[at + 1] = body.centreY;
      positions[at + 2] = body.angle;
      velocities[at] = body.velocityX;
      velocities[at + 1] = body.velocityY;
      velocities[at + 2] = body.spin;
    }
  }

  #unload(): void {
    const positions = this.#positions;
    const velocities = this.#velocities;
    for (const body of this.bodies) {
      const at = 3 * body.island;
      body.centreX = positions[at];
      body.centreY = positions[at + 1];
      body.angle = positions[at + 2];
      body.velocityX = velocities[at];
      body.velocityY = velocities[at + 1];
      body.spin = velocities[at + 2];
      body.place();
    }
  }

  #accelerate(body: Body, dt: number, gravity: number): void {
    const velocities = this.#velocities;
    const at = 3 * body.island;
    body.centreX0 = body.centreX;
    body.centreY0 = body.centreY;
    body.angle0 = body.angle;
    velocities[at] += f(dt * f(body.inverseMass * body.forceX));
    velocities[at + 1] += f(dt * f(gravity + f(body.inverseMass * body.forceY)));
    velocities[at + 2] += f(f(dt * body.inverseInertia) * body.torque);
  }

  /** Moves the bodies by their velocities. */
  #move(dt: number): void {
    const positions = this.#positions;
    const velocities = this.#velocities;
    for (let at = 0; at < 3 * this.bodies.length; at += 3) {
      const x = f(dt * velocities[at]);
      const y = f(dt * velocities[at + 1]);
      const square = f(f(x * x) + f(y * y));
      if (square > MOST_WAY * MOST_WAY) {
        const ratio = f(MOST_WAY / f(Math.sqrt(square)));
        velocities[at] *= ratio;
        velocities[at + 1] *= ratio;
      }
      const turn = f(dt * velocities[at + 2]);
      if (f(turn * turn) > f(MOST_TURN * MOST_TURN)) velocities[at + 2] *= f(MOST_TURN / Math.abs(turn));
      positions[at] += f(dt * velocities[at]);
      positions[at + 1] += f(dt * velocities[at + 1]);
      positions[at + 2] += f(dt * velocities[at + 2]);
    }
  }

  /** Corrects overlaps; returns the least separation. */
  #correct(share: number): number {
    const { contacts } = this;
    let least = 0;
    for (let j = 0; j < contacts.length; j++) least = Math.min(least, solvePosition(contacts[j], this.#positions, share));
    return least;
  }

  /** Lets the bodies sleep when all have been still for long enough. */
  #rest(dt: number, isSolved: boolean): void {
    let least = Number.POSITIVE_INFINITY;
    for (const body of this.bodies) {
      const { velocityX, velocityY, spin } = body;
      const isMoving = f(spin * spin) > STILL_SPIN || f(f(velocityX * velocityX) + f(velocityY * velocityY)) > STILL_SPEED;
      body.stillTime = isMoving ? 0 : f(body.stillTime + dt);
      least = Math.min(least, body.stillTime);
    }
    if (least >= TIME_TO_SLEEP && isSolved) for (const body of this.bodies) body.sleep();
  }
}
