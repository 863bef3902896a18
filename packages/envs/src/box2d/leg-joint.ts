import { type Body, RevoluteJoint, type TimeStep, type Vec2Value, type Vec3Value } from 'planck';

/** Limit states of planck. */
const INACTIVE = 0;
const AT_LOWER = 1;

export interface LegJointDef {
  readonly bodyA: Body;
  readonly bodyB: Body;
  /** Metres from the bodies' origins. */
  readonly localAnchorA: Vec2Value;
  readonly localAnchorB: Vec2Value;
  /** Angle of B minus angle of A (rad) that counts as 0. */
  readonly referenceAngle: number;
  readonly lowerAngle: number;
  readonly upperAngle: number;
  /** rad/s */
  readonly motorSpeed: number;
  /** N m */
  readonly maxMotorTorque: number;
}

/** What planck's solver keeps in a body. */
interface SolverBody {
  readonly c_velocity: { readonly v: Vec2Value; w: number };
}

/**
 * Revolute joint with a motor and limits. It is solved 180 times per step, in which planck's own makes ten objects each time;
 * this one makes none, and does the same arithmetic in the same order, so that its results are the same bit for bit.
 */
export class LegJoint extends RevoluteJoint {
  declare protected readonly m_bodyA: SolverBody;
  declare protected readonly m_bodyB: SolverBody;
  declare protected readonly m_invMassA: number;
  declare protected readonly m_invMassB: number;
  declare protected readonly m_invIA: number;
  declare protected readonly m_invIB: number;
  /** From the bodies' centres to the joint. */
  declare protected readonly m_rA: Vec2Value;
  declare protected readonly m_rB: Vec2Value;
  /** Inverse masses seen by an impulse (force x, force y, torque) at the joint, symmetric. */
  declare protected readonly m_mass: { readonly ex: Vec3Value; readonly ey: Vec3Value; readonly ez: Vec3Value };
  declare protected readonly m_motorMass: number;
  declare protected readonly m_motorSpeed: number;
  declare protected readonly m_maxMotorTorque: number;
  declare protected readonly m_limitState: number;
  /** Impulses so far in this step: on the point (x, y) and on the angle at a limit (z), and the motor's. */
  declare protected readonly m_impulse: Vec3Value;
  declare protected m_motorImpulse: number;

  /** Inverse determinants of the upper left 2 × 2 of the mass matrix, and of all of it. */
  #inverse22 = 0;
  #inverse33 = 0;

  constructor(def: LegJointDef) {
    super({ ...def, enableMotor: true, enableLimit: true });
  }

  override initVelocityConstraints(step: TimeStep): void {
    super.initVelocityConstraints(step);
    const { ex, ey, ez } = this.m_mass;
    this.#inverse22 = 1 / (ex.x * ey.y - ey.x * ex.y);
    const minorX = ey.y * ez.z - ey.z * ez.y;
    const minorY = ey.z * ez.x - ey.x * ez.z;
    const minorZ = ey.x * ez.y - ey.y * ez.x;
    this.#inverse33 = 1 / (ex.x * minorX + ex.y * minorY + ex.z * minorZ);
  }

  override solveVelocityConstraints(step: TimeStep): void {
    const { m_invMassA: mA, m_invMassB: mB, m_invIA: iA, m_invIB: iB, m_rA: rA, m_rB: rB, m_impulse: impulse } = this;
    const velocityA = this.m_bodyA.c_velocity;
    const velocityB = this.m_bodyB.c_velocity;
    const { v: vA } = velocityA;
    const { v: vB } = velocityB;
    let wA = velocityA.w;
    let wB = velocityB.w;

    const before = this.m_motorImpulse;
    const most = step.dt * this.m_maxMotorTorque;
    const motor = Math.min(most, Math.max(-most, before + -this.m_motorMass * (wB - wA - this.m_motorSpeed)));
    this.m_motorImpulse = motor;
    wA -= iA * (motor - before);
    wB += iB * (motor - before);

    // The bodies' velocities at the joint must become equal, and at a limit their spins too.
    const gapX = vB.x + -wB * rB.y - (vA.x + -wA * rA.y);
    const gapY = vB.y + wB * rB.x - (vA.y + wA * rA.x);
    const { ex, ey, ez } = this.m_mass;
    let pushX = 0;
    let pushY = 0;
    let turn = 0;
    let isHeld = this.m_limitState !== INACTIVE;
    if (isHeld) {
      const spin = wB - wA;
      const inverse = this.#inverse33;
      turn = -(
        inverse *
        (ex.x * (ey.y * spin - ey.z * gapY) + ex.y * (ey.z * gapX - ey.x * spin) + ex.z * (ey.x * gapY - ey.y * gapX))
      );
      // A limit pushes only one way.
      isHeld = this.m_limitState === AT_LOWER ? impulse.z + turn >= 0 : impulse.z + turn <= 0;
      if (isHeld) {
        pushX = -(
          inverse *
          (gapX * (ey.y * ez.z - ey.z * ez.y) + gapY * (ey.z * ez.x - ey.x * ez.z) + spin * (ey.x * ez.y - ey.y * ez.x))
        );
        pushY = -(
          inverse *
          (ex.x * (gapY * ez.z - spin * ez.y) + ex.y * (spin * ez.x - gapX * ez.z) + ex.z * (gapX * ez.y - gapY * ez.x))
        );
      }
    }
    if (!isHeld) {
      const wantX = -gapX + impulse.z * ez.x;
      const wantY = -gapY + impulse.z * ez.y;
      pushX = this.#inverse22 * (ey.y * wantX - ey.x * wantY);
      pushY = this.#inverse22 * (ex.x * wantY - ex.y * wantX);
      turn = -impulse.z;
    }
    impulse.x += pushX;
    impulse.y += pushY;
    impulse.z += turn;

    vA.x -= mA * pushX;
    vA.y -= mA * pushY;
    vB.x += mB * pushX;
    vB.y += mB * pushY;
    velocityA.w = wA - iA * (rA.x * pushY - rA.y * pushX + turn);
    velocityB.w = wB + iB * (rB.x * pushY - rB.y * pushX + turn);
  }
}
