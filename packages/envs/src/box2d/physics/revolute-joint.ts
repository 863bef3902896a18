import type { Body } from './body.ts';
import { ANGULAR_SLOP, LINEAR_SLOP } from './constants.ts';
import type { Point } from './shape.ts';
import { cosine, sine } from './sine.ts';

const f = Math.fround;
/** Most radians that one round of correction turns a joint by. */
const MOST_CORRECTION = f(f(8 / 180) * f(Math.PI));

const FREE = 0;
const AT_LOWER = -1;
const AT_UPPER = 1;

// Places among the impulses, and among the arms.
const X = 0;
const Y = 1;
const ANGLE = 2;
const MOTOR = 3;
const AX = 0;
const AY = 1;
const BX = 2;
const BY = 3;

export interface RevoluteJointDef {
  readonly bodyA: Body;
  readonly bodyB: Body;
  /** Metres from the bodies' origins. */
  readonly anchorA: Point;
  readonly anchorB: Point;
  /** Angle of B minus angle of A (rad) that counts as 0. */
  readonly referenceAngle: number;
  readonly lowerAngle: number;
  readonly upperAngle: number;
  /** rad/s */
  readonly motorSpeed: number;
  /** N m */
  readonly maxMotorTorque: number;
}

/** Joins a point of one body to a point of another; it has a motor and limits. */
export class RevoluteJoint {
  readonly bodyA: Body;
  readonly bodyB: Body;
  isInIsland = false;
  #motorSpeed: number;
  #maxMotorTorque: number;
  readonly #anchorAX: number;
  readonly #anchorAY: number;
  readonly #anchorBX: number;
  readonly #anchorBY: number;
  readonly #referenceAngle: number;
  readonly #lowerAngle: number;
  readonly #upperAngle: number;
  /** Limit at which the joint is in this step. */
  #limit = FREE;
  /**
   * Impulses of the last step and of this one so far: on the point (x, y), on the angle at a limit, and the motor's. What changes in
   * every round lies in arrays, as a number in an object would be made anew with each change.
   */
  readonly #impulse = new Float32Array(4);
  /** From the centres of A and of B to the joint, x and y. */
  readonly #arms = new Float32Array(4);
  // Velocities that an impulse (x, y, torque) at the joint causes: a symmetric matrix.
  #xx = 0;
  #xy = 0;
  #xz = 0;
  #yy = 0;
  #yz = 0;
  #zz = 0;
  /** Cross product of its last two columns. */
  #crossX = 0;
  #crossY = 0;
  #crossZ = 0;
  /** Inverse determinants of its upper left 2 × 2, and of all of it. */
  #inverse22 = 0;
  #inverse33 = 0;
  #motorMass = 0;

  constructor(def: RevoluteJointDef) {
    this.bodyA = def.bodyA;
    this.bodyB = def.bodyB;
    this.#anchorAX = f(def.anchorA.x);
    this.#anchorAY = f(def.anchorA.y);
    this.#anchorBX = f(def.anchorB.x);
    this.#anchorBY = f(def.anchorB.y);
    this.#referenceAngle = f(def.referenceAngle);
    this.#lowerAngle = f(def.lowerAngle);
    this.#upperAngle = f(def.upperAngle);
    this.#motorSpeed = f(def.motorSpeed);
    this.#maxMotorTorque = f(def.maxMotorTorque);
  }

  /** Radians from the reference angle. */
  get angle(): number {
    return f(f(this.bodyB.angle - this.bodyA.angle) - this.#referenceAngle);
  }

  /** rad/s */
  get speed(): number {
    return f(this.bodyB.spin - this.bodyA.spin);
  }

  /** Sets the motor (rad/s), and the largest torque (N m) that it may use; wakes the bodies. */
  drive(speed: number, maxTorque = this.#maxMotorTorque): void {
    this.bodyA.wake();
    this.bodyB.wake();
    this.#motorSpeed = f(speed);
    this.#maxMotorTorque = f(maxTorque);
  }

  /** Starts a step from the impulses of the last one, times `ratio`. `positions` and `velocities` are those of the island. */
  prepare(positions: Float32Array, velocities: Float32Array, ratio: number): void {
    const { bodyA, bodyB } = this;
    const a = 3 * bodyA.island;
    const b = 3 * bodyB.island;
    const angleA = positions[a + 2];
    const angleB = positions[b + 2];
    this.#setArms(angleA, angleB);
    this.#setMass();
    this.#findLimit(f(f(angleB - angleA) - this.#referenceAngle));

    const impulse = this.#impulse;
    for (let i = 0; i < 4; i++) impulse[i] *= ratio;
    const { inverseMass: mA, inverseInertia: iA } = bodyA;
    const { inverseMass: mB, inverseInertia: iB } = bodyB;
    const arms = this.#arms;
    const x = impulse[X];
    const y = impulse[Y];
    velocities[a] -= f(mA * x);
    velocities[a + 1] -= f(mA * y);
    const turnA = f(f(f(f(arms[AX] * y) - f(arms[AY] * x)) + impulse[MOTOR]) + impulse[ANGLE]);
    velocities[a + 2] -= f(iA * turnA);
    velocities[b] += f(mB * x);
    velocities[b + 1] += f(mB * y);
    const turnB = f(f(f(f(arms[BX] * y) - f(arms[BY] * x)) + impulse[MOTOR]) + impulse[ANGLE]);
    velocities[b + 2] += f(iB * turnB);
  }

  #setArms(angleA: number, angleB: number): void {
    const { bodyA, bodyB } = this;
    const sinA = sine(angleA);
    const cosA = cosine(angleA);
    const sinB = sine(angleB);
    const cosB = cosine(angleB);
    const aX = f(this.#anchorAX - bodyA.localX);
    const aY = f(this.#anchorAY - bodyA.localY);
    const bX = f(this.#anchorBX - bodyB.localX);
    const bY = f(this.#anchorBY - bodyB.localY);
    const arms = this.#arms;
    arms[AX] = f(cosA * aX) - f(sinA * aY);
    arms[AY] = f(sinA * aX) + f(cosA * aY);
    arms[BX] = f(cosB * bX) - f(sinB * bY);
    arms[BY] = f(sinB * bX) + f(cosB * bY);
  }

  #setMass(): void {
    const { inverseMass: mA, inverseInertia: iA } = this.bodyA;
    const { inverseMass: mB, inverseInertia: iB } = this.bodyB;
    const arms = this.#arms;
    const aX = arms[AX];
    const aY = arms[AY];
    const bX = arms[BX];
    const bY = arms[BY];
    const xx = f(f(f(mA + mB) + f(f(aY * aY) * iA)) + f(f(bY * bY) * iB));
    const xy = f(f(f(-aY * aX) * iA) - f(f(bY * bX) * iB));
    const xz = f(f(-aY * iA) - f(bY * iB));
    const yy = f(f(f(mA + mB) + f(f(aX * aX) * iA)) + f(f(bX * bX) * iB));
    const yz = f(f(aX * iA) + f(bX * iB));
    const zz = f(iA + iB);
    const crossX = f(f(yy * zz) - f(yz * yz));
    const crossY = f(f(yz * xz) - f(xy * zz));
    const crossZ = f(f(xy * yz) - f(yy * xz));
    const determinant33 = f(f(f(xx * crossX) + f(xy * crossY)) + f(xz * crossZ));
    const determinant22 = f(f(xx * yy) - f(xy * xy));
    this.#xx = xx;
    this.#xy = xy;
    this.#xz = xz;
    this.#yy = yy;
    this.#yz = yz;
    this.#zz = zz;
    this.#crossX = crossX;
    this.#crossY = crossY;
    this.#crossZ = crossZ;
    this.#inverse33 = determinant33 === 0 ? 0 : f(1 / determinant33);
    this.#inverse22 = determinant22 === 0 ? 0 : f(1 / determinant22);
    this.#motorMass = f(1 / zz);
  }

  #findLimit(angle: number): void {
    const before = this.#limit;
    this.#limit = angle <= this.#lowerAngle ? AT_LOWER : angle >= this.#upperAngle ? AT_UPPER : FREE;
    if (this.#limit === FREE || this.#limit !== before) this.#impulse[ANGLE] = 0;
  }

  /** One round of correcting velocities. */
  solveVelocities(velocities: Float32Array, dt: number): void {
    const { inverseMass: mA, inverseInertia: iA } = this.bodyA;
    const { inverseMass: mB, inverseInertia: iB } = this.bodyB;
    const a = 3 * this.bodyA.island;
    const b = 3 * this.bodyB.island;
    const impulse = this.#impulse;
    const arms = this.#arms;
    const rAX = arms[AX];
    const rAY = arms[AY];
    const rBX = arms[BX];
    const rBY = arms[BY];
    let spinA = velocities[a + 2];
    let spinB = velocities[b + 2];

    const before = impulse[MOTOR];
    const most = f(dt * this.#maxMotorTorque);
    const wanted = f(before + f(-this.#motorMass * f(f(spinB - spinA) - this.#motorSpeed)));
    const motor = Math.max(-most, Math.min(wanted, most));
    impulse[MOTOR] = motor;
    const added = f(motor - before);
    spinA = f(spinA - f(iA * added));
    spinB = f(spinB + f(iB * added));

    // The bodies' velocities at the joint must become equal, and at a limit their spins too.
    const vAX = velocities[a];
    const vAY = velocities[a + 1];
    const vBX = velocities[b];
    const vBY = velocities[b + 1];
    const gapX = f(f(f(vBX + f(-spinB * rBY)) - vAX) - f(-spinA * rAY));
    const gapY = f(f(f(vBY + f(spinB * rBX)) - vAY) - f(spinA * rAX));
    const xx = this.#xx;
    const xy = this.#xy;
    const yy = this.#yy;
    let pushX = 0;
    let pushY = 0;
    let turn = 0;
    let isHeld = this.#limit !== FREE;
    if (isHeld) {
      const xz = this.#xz;
      const yz = this.#yz;
      const gapZ = f(spinB - spinA);
      const inverse = this.#inverse33;
      const turnX = f(f(yy * gapZ) - f(yz * gapY));
      const turnY = f(f(yz * gapX) - f(xy * gapZ));
      const turnZ = f(f(xy * gapY) - f(yy * gapX));
      turn = -f(inverse * f(f(f(xx * turnX) + f(xy * turnY)) + f(xz * turnZ)));
      // A limit pushes only one way.
      const sum = f(impulse[ANGLE] + turn);
      isHeld = this.#limit === AT_LOWER ? sum >= 0 : sum <= 0;
      if (isHeld) {
        const zz = this.#zz;
        pushX = -f(inverse * f(f(f(gapX * this.#crossX) + f(gapY * this.#crossY)) + f(gapZ * this.#crossZ)));
        const acrossX = f(f(gapY * zz) - f(gapZ * yz));
        const acrossY = f(f(gapZ * xz) - f(gapX * zz));
        const acrossZ = f(f(gapX * yz) - f(gapY * xz));
        pushY = -f(inverse * f(f(f(xx * acrossX) + f(xy * acrossY)) + f(xz * acrossZ)));
        impulse[ANGLE] = sum;
      } else {
        const wantX = f(-gapX + f(impulse[ANGLE] * xz));
        const wantY = f(-gapY + f(impulse[ANGLE] * yz));
        pushX = f(this.#inverse22 * f(f(yy * wantX) - f(xy * wantY)));
        pushY = f(this.#inverse22 * f(f(xx * wantY) - f(xy * wantX)));
        turn = -impulse[ANGLE];
        impulse[ANGLE] = 0;
      }
    } else {
      pushX = f(this.#inverse22 * f(f(yy * -gapX) - f(xy * -gapY)));
      pushY = f(this.#inverse22 * f(f(xx * -gapY) - f(xy * -gapX)));
    }
    impulse[X] += pushX;
    impulse[Y] += pushY;
    velocities[a] = vAX - f(mA * pushX);
    velocities[a + 1] = vAY - f(mA * pushY);
    velocities[a + 2] = spinA - f(iA * f(f(f(rAX * pushY) - f(rAY * pushX)) + turn));
    velocities[b] = vBX + f(mB * pushX);
    velocities[b + 1] = vBY + f(mB * pushY);
    velocities[b + 2] = spinB + f(iB * f(f(f(rBX * pushY) - f(rBY * pushX)) + turn));
  }

  /** One round of correcting positions. Returns whether they are good enough. */
  solvePositions(positions: Float32Array): boolean {
    const { inverseMass: mA, inverseInertia: iA } = this.bodyA;
    const { inverseMass: mB, inverseInertia: iB } = this.bodyB;
    const a = 3 * this.bodyA.island;
    const b = 3 * this.bodyB.island;
    let angleA = positions[a + 2];
    let angleB = positions[b + 2];
    let angleError = 0;
    if (this.#limit !== FREE) {
      const angle = f(f(angleB - angleA) - this.#referenceAngle);
      let excess: number;
      if (this.#limit === AT_LOWER) {
        excess = f(angle - this.#lowerAngle);
        angleError = -excess;
        excess = Math.max(-MOST_CORRECTION, Math.min(f(excess + ANGULAR_SLOP), 0));
      } else {
        excess = f(angle - this.#upperAngle);
        angleError = excess;
        excess = Math.max(0, Math.min(f(excess - ANGULAR_SLOP), MOST_CORRECTION));
      }
      const impulse = f(-this.#motorMass * excess);
      angleA = f(angleA - f(iA * impulse));
      angleB = f(angleB + f(iB * impulse));
    }
    this.#setArms(angleA, angleB);
    const arms = this.#arms;
    const rAX = arms[AX];
    const rAY = arms[AY];
    const rBX = arms[BX];
    const rBY = arms[BY];
    const gapX = f(f(f(positions[b] + rBX) - positions[a]) - rAX);
    const gapY = f(f(f(positions[b + 1] + rBY) - positions[a + 1]) - rAY);
    const xx = f(f(f(mA + mB) + f(f(iA * rAY) * rAY)) + f(f(iB * rBY) * rBY));
    const xy = f(f(f(-iA * rAX) * rAY) - f(f(iB * rBX) * rBY));
    const yy = f(f(f(mA + mB) + f(f(iA * rAX) * rAX)) + f(f(iB * rBX) * rBX));
    const determinant = f(f(xx * yy) - f(xy * xy));
    const inverse = determinant === 0 ? 0 : f(1 / determinant);
    const pushX = -f(inverse * f(f(yy * gapX) - f(xy * gapY)));
    const pushY = -f(inverse * f(f(xx * gapY) - f(xy * gapX)));
    positions[a] -= f(mA * pushX);
    positions[a + 1] -= f(mA * pushY);
    positions[a + 2] = angleA - f(iA * f(f(rAX * pushY) - f(rAY * pushX)));
    positions[b] += f(mB * pushX);
    positions[b + 1] += f(mB * pushY);
    positions[b + 2] = angleB + f(iB * f(f(rBX * pushY) - f(rBY * pushX)));
    return f(Math.sqrt(f(f(gapX * gapX) + f(gapY * gapY)))) <= LINEAR_SLOP && angleError <= ANGULAR_SLOP;
  }
}
