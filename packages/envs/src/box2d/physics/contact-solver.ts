import { LINEAR_SLOP, SKIN } from './constants.ts';
import type { Contact } from './contact.ts';
import { cosine, sine } from './sine.ts';

const f = Math.fround;
const RADIUS = f(SKIN / 2);
/** Most metres that one round of correction moves a body by. */
const MOST_CORRECTION = f(0.2);
/** Two points of a contact are solved together when the numbers allow it. */
const MOST_CONDITION = 1000;

/** The body's place while a contact is solved: x, y, and sine and cosine of its angle. */
const place = new Float32Array(4);

/** Starts the solving of velocities: normal, arms and masses of each point. `positions` are those of the island. */
export function prepareContact(contact: Contact, positions: Float32Array): void {
  const { manifold, moving } = contact;
  const { body } = moving;
  const { inverseMass: mass, inverseInertia: inertia } = body;
  const at = 3 * body.island;
  const centreX = positions[at];
  const centreY = positions[at + 1];
  putPlace(contact, centreX, centreY, positions[at + 2]);
  const x = place[0];
  const y = place[1];
  const sin = place[2];
  const cos = place[3];
  const { isMovingFace, normalX: localX, normalY: localY, planeX, planeY } = manifold;
  // The normal of the face.
  const faceX = isMovingFace ? f(f(cos * localX) - f(sin * localY)) : localX;
  const faceY = isMovingFace ? f(f(sin * localX) + f(cos * localY)) : localY;
  const onX = isMovingFace ? f(f(f(cos * planeX) - f(sin * planeY)) + x) : planeX;
  const onY = isMovingFace ? f(f(f(sin * planeX) + f(cos * planeY)) + y) : planeY;
  const normalX = isMovingFace ? -faceX : faceX;
  const normalY = isMovingFace ? -faceY : faceY;
  contact.normalX = normalX;
  contact.normalY = normalY;
  contact.count = manifold.count;
  for (let i = 0; i < manifold.count; i++) {
    const localPointX = manifold.x[i];
    const localPointY = manifold.y[i];
    const pointX = isMovingFace ? localPointX : f(f(f(cos * localPointX) - f(sin * localPointY)) + x);
    const pointY = isMovingFace ? localPointY : f(f(f(sin * localPointX) + f(cos * localPointY)) + y);
    // Halfway between the two skins.
    const above = f(RADIUS - f(f(f(pointX - onX) * faceX) + f(f(pointY - onY) * faceY)));
    const middleX = f(0.5 * f(f(pointX + f(above * faceX)) + f(pointX - f(RADIUS * faceX))));
    const middleY = f(0.5 * f(f(pointY + f(above * faceY)) + f(pointY - f(RADIUS * faceY))));
    const armX = f(middleX - centreX);
    const armY = f(middleY - centreY);
    contact.armX[i] = armX;
    contact.armY[i] = armY;
    const acrossNormal = f(f(armX * normalY) - f(armY * normalX));
    const acrossTangent = f(f(armX * -normalX) - f(armY * normalY));
    contact.normalMass[i] = 1 / f(mass + f(f(inertia * acrossNormal) * acrossNormal));
    contact.tangentMass[i] = 1 / f(mass + f(f(inertia * acrossTangent) * acrossTangent));
  }
  if (manifold.count === 2) prepareBlock(contact, mass, inertia);
}

/** The matrix of both points together. */
function prepareBlock(contact: Contact, mass: number, inertia: number): void {
  const { normalX, normalY, armX, armY, response, blockMass } = contact;
  const across1 = f(f(armX[0] * normalY) - f(armY[0] * normalX));
  const across2 = f(f(armX[1] * normalY) - f(armY[1] * normalX));
  const k11 = f(mass + f(f(inertia * across1) * across1));
  const k22 = f(mass + f(f(inertia * across2) * across2));
  const k12 = f(mass + f(f(inertia * across1) * across2));
  const determinant = f(f(k11 * k22) - f(k12 * k12));
  if (f(k11 * k11) >= f(MOST_CONDITION * determinant)) {
    contact.count = 1;
    return;
  }
  const inverse = f(1 / determinant);
  response[0] = k11;
  response[1] = k12;
  response[2] = k22;
  blockMass[0] = inverse * k22;
  blockMass[1] = -inverse * k12;
  blockMass[2] = inverse * k11;
}

/** Starts from the impulses of the last step, times `ratio`. */
export function warmStart(contact: Contact, velocities: Float32Array, ratio: number): void {
  const { manifold, normalX, normalY, armX, armY, normalImpulse, tangentImpulse } = contact;
  const { inverseMass: mass, inverseInertia: inertia, island } = contact.moving.body;
  const at = 3 * island;
  for (let i = 0; i < manifold.count; i++) {
    const normal = f(ratio * manifold.normalImpulse[i]);
    const tangent = f(ratio * manifold.tangentImpulse[i]);
    normalImpulse[i] = normal;
    tangentImpulse[i] = tangent;
    if (i >= contact.count) continue;
    const x = f(f(normal * normalX) + f(tangent * normalY));
    const y = f(f(normal * normalY) + f(tangent * -normalX));
    velocities[at + 2] += f(inertia * f(f(armX[i] * y) - f(armY[i] * x)));
    velocities[at] += f(mass * x);
    velocities[at + 1] += f(mass * y);
  }
}

/** One round of correcting velocities. */
export function solveVelocity(contact: Contact, velocities: Float32Array): void {
  const { count, normalX, normalY, armX, armY, friction, normalImpulse, tangentImpulse, tangentMass } = contact;
  const { inverseMass: mass, inverseInertia: inertia, island } = contact.moving.body;
  const at = 3 * island;
  const tangentX = normalY;
  const tangentY = -normalX;
  // Friction first, as not to sink in matters more.
  for (let i = 0; i < count; i++) {
    const spin = velocities[at + 2];
    const speedX = f(velocities[at] + f(-spin * armY[i]));
    const speedY = f(velocities[at + 1] + f(spin * armX[i]));
    const slide = f(f(speedX * tangentX) + f(speedY * tangentY));
    const before = tangentImpulse[i];
    const most = f(friction * normalImpulse[i]);
    const impulse = Math.max(-most, Math.min(f(before + f(tangentMass[i] * -slide)), most));
    tangentImpulse[i] = impulse;
    const added = f(impulse - before);
    const x = f(added * tangentX);
    const y = f(added * tangentY);
    velocities[at] += f(mass * x);
    velocities[at + 1] += f(mass * y);
    velocities[at + 2] += f(inertia * f(f(armX[i] * y) - f(armY[i] * x)));
  }
  if (count === 2) {
    solveBlock(contact, velocities);
    return;
  }
  const spin = velocities[at + 2];
  const speedX = f(velocities[at] + f(-spin * armY[0]));
  const speedY = f(velocities[at + 1] + f(spin * armX[0]));
  const closing = f(f(speedX * normalX) + f(speedY * normalY));
  const before = normalImpulse[0];
  const impulse = Math.max(f(before + f(-contact.normalMass[0] * closing)), 0);
  normalImpulse[0] = impulse;
  const added = f(impulse - before);
  const x = f(added * normalX);
  const y = f(added * normalY);
  velocities[at] += f(mass * x);
  velocities[at + 1] += f(mass * y);
  velocities[at + 2] += f(inertia * f(f(armX[0] * y) - f(armY[0] * x)));
}

/**
 * Both points at once: impulses x ≥ 0 and velocities v = K x + b ≥ 0 along the normal with x v = 0 at each point. Of the four
 * ways in which that can be, the first that holds is taken.
 */
function solveBlock(contact: Contact, velocities: Float32Array): void {
  const { normalX, normalY, armX, armY, normalImpulse, normalMass, response, blockMass } = contact;
  const at = 3 * contact.moving.body.island;
  const speedX = velocities[at];
  const speedY = velocities[at + 1];
  const spin = velocities[at + 2];
  const before1 = normalImpulse[0];
  const before2 = normalImpulse[1];
  const k12 = response[1];
  const closing1 = f(f(f(speedX + f(-spin * armY[0])) * normalX) + f(f(speedY + f(spin * armX[0])) * normalY));
  const closing2 = f(f(f(speedX + f(-spin * armY[1])) * normalX) + f(f(speedY + f(spin * armX[1])) * normalY));
  const b1 = f(closing1 - f(f(response[0] * before1) + f(k12 * before2)));
  const b2 = f(closing2 - f(f(k12 * before1) + f(response[2] * before2)));

  let impulse1 = -f(f(blockMass[0] * b1) + f(blockMass[1] * b2));
  let impulse2 = -f(f(blockMass[1] * b1) + f(blockMass[2] * b2));
  let isSolved = impulse1 >= 0 && impulse2 >= 0;
  if (!isSolved) {
    impulse1 = f(-normalMass[0] * b1);
    impulse2 = 0;
    isSolved = impulse1 >= 0 && f(f(k12 * impulse1) + b2) >= 0;
  }
  if (!isSolved) {
    impulse1 = 0;
    impulse2 = f(-normalMass[1] * b2);
    isSolved = impulse2 >= 0 && f(f(k12 * impulse2) + b1) >= 0;
  }
  if (!isSolved) {
    impulse2 = 0;
    isSolved = b1 >= 0 && b2 >= 0;
  }
  if (!isSolved) return;
  const { inverseMass: mass, inverseInertia: inertia } = contact.moving.body;
  const added1 = f(impulse1 - before1);
  const added2 = f(impulse2 - before2);
  const x1 = f(added1 * normalX);
  const y1 = f(added1 * normalY);
  const x2 = f(added2 * normalX);
  const y2 = f(added2 * normalY);
  velocities[at] = speedX + f(mass * f(x1 + x2));
  velocities[at + 1] = speedY + f(mass * f(y1 + y2));
  const turn1 = f(f(armX[0] * y1) - f(armY[0] * x1));
  const turn2 = f(f(armX[1] * y2) - f(armY[1] * x2));
  velocities[at + 2] = spin + f(inertia * f(turn1 + turn2));
  normalImpulse[0] = impulse1;
  normalImpulse[1] = impulse2;
}

/** Keeps impulses for the next step. */
export function storeImpulses({ count, manifold, normalImpulse, tangentImpulse }: Contact): void {
  for (let i = 0; i < count; i++) {
    manifold.normalImpulse[i] = normalImpulse[i];
    manifold.tangentImpulse[i] = tangentImpulse[i];
  }
}

/**
 * One round of correcting positions by `share` of the overlap. Returns the least separation of the points, metres: negative
 * where they overlap.
 */
export function solvePosition(contact: Contact, positions: Float32Array, share: number): number {
  const { manifold, moving } = contact;
  const { inverseMass: mass, inverseInertia: inertia, island } = moving.body;
  const at = 3 * island;
  let least = 0;
  for (let i = 0; i < manifold.count; i++) {
    const centreX = positions[at];
    const centreY = positions[at + 1];
    putPlace(contact, centreX, centreY, positions[at + 2]);
    const x = place[0];
    const y = place[1];
    const sin = place[2];
    const cos = place[3];
    const { isMovingFace, normalX: localX, normalY: localY, planeX, planeY } = manifold;
    const faceX = isMovingFace ? f(f(cos * localX) - f(sin * localY)) : localX;
    const faceY = isMovingFace ? f(f(sin * localX) + f(cos * localY)) : localY;
    const onX = isMovingFace ? f(f(f(cos * planeX) - f(sin * planeY)) + x) : planeX;
    const onY = isMovingFace ? f(f(f(sin * planeX) + f(cos * planeY)) + y) : planeY;
    const localPointX = manifold.x[i];
    const localPointY = manifold.y[i];
    const pointX = isMovingFace ? localPointX : f(f(f(cos * localPointX) - f(sin * localPointY)) + x);
    const pointY = isMovingFace ? localPointY : f(f(f(sin * localPointX) + f(cos * localPointY)) + y);
    const apart = f(f(f(pointX - onX) * faceX) + f(f(pointY - onY) * faceY));
    const separation = f(f(apart - RADIUS) - RADIUS);
    least = Math.min(least, separation);
    const excess = Math.max(-MOST_CORRECTION, Math.min(f(share * f(separation + LINEAR_SLOP)), 0));
    const normalX = isMovingFace ? -faceX : faceX;
    const normalY = isMovingFace ? -faceY : faceY;
    const armX = f(pointX - centreX);
    const armY = f(pointY - centreY);
    const across = f(f(armX * normalY) - f(armY * normalX));
    const impulse = f(-excess / f(mass + f(f(inertia * across) * across)));
    const pushX = f(impulse * normalX);
    const pushY = f(impulse * normalY);
    positions[at] += f(mass * pushX);
    positions[at + 1] += f(mass * pushY);
    positions[at + 2] += f(inertia * f(f(armX * pushY) - f(armY * pushX)));
  }
  return least;
}

/** Brings `place` to where the body's centre of mass and angle are. */
function putPlace({ moving }: Contact, centreX: number, centreY: number, angle: number): void {
  const { localX, localY } = moving.body;
  const sin = sine(angle);
  const cos = cosine(angle);
  place[0] = centreX - f(f(cos * localX) - f(sin * localY));
  place[1] = centreY - f(f(sin * localX) + f(cos * localY));
  place[2] = sin;
  place[3] = cos;
}
