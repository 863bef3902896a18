import type { GoalObs } from '@zpin/contracts';

/** Plays one episode by hand-written rules: from what it sees to what it does. */
export type Pilot = (obs: GoalObs) => Float32Array;

/** Height of a gripper that passes over the object, and of one that touches it. */
const OVER = 0.51;
const LOW = 0.425;

/** The action that brings the gripper towards a point, at most at full speed. */
function towards(obs: GoalObs, x: number, y: number, z: number, fingers = 0): Float32Array {
  const [gripX, gripY, gripZ] = obs.observation;
  const action = [12 * (x - gripX), 12 * (y - gripY), 12 * (z - gripZ), fingers];
  return Float32Array.from(action, part => Math.min(1, Math.max(-1, part)));
}

export function reachPilot(): Pilot {
  return obs => towards(obs, obs.desired_goal[0], obs.desired_goal[1], obs.desired_goal[2]);
}

/** Opens the fingers over the cube, closes them around it, and carries it. */
export function pickPilot(): Pilot {
  let gripped = 0;
  return obs => {
    const [x, y, z, cubeX, cubeY, cubeZ, dx, dy, dz] = obs.observation;
    const [goalX, goalY, goalZ] = obs.desired_goal;
    const isOver = Math.hypot(dx, dy) < 0.01;
    if (gripped > 0 || (isOver && Math.abs(dz) < 0.01)) gripped++;
    if (gripped === 0) return towards(obs, cubeX, cubeY, isOver ? cubeZ : cubeZ + 0.08, 1);
    if (gripped < 4) return towards(obs, cubeX, cubeY, cubeZ, -1);
    return towards(obs, x + goalX - cubeX, y + goalY - cubeY, z + goalZ - cubeZ, -1);
  };
}

/**
 * Gets behind the object, over it if need be, and drives it to the goal.
 * @param speed of the gripper (m) at a distance (m) of the object from the goal
 * @param aside how far to the left of its middle the object is driven, m
 */
function drivePilot(speed: (distance: number) => number, aside = 0): Pilot {
  let isBehind = false;
  return obs => {
    const [x, y, z, objectX, objectY] = obs.observation;
    const [goalX, goalY] = obs.desired_goal;
    const distance = Math.hypot(goalX - objectX, goalY - objectY);
    const [ux, uy] = [(goalX - objectX) / distance, (goalY - objectY) / distance];
    const [behindX, behindY] = [objectX - 0.075 * ux - aside * uy, objectY - 0.075 * uy + aside * ux];
    const away = Math.hypot(x - behindX, y - behindY);
    /** How far the gripper is to the left of the line to drive along, and ahead of the object. */
    const left = (y - objectY) * ux - (x - objectX) * uy - aside;
    const ahead = (x - objectX) * ux + (y - objectY) * uy;
    isBehind = isBehind ? ahead < 0 && distance > 0.02 : away < 0.025 && z < LOW + 0.01;
    if (distance < 0.02) return towards(obs, x, y, z);
    if (isBehind) {
      const stride = speed(distance);
      return towards(obs, x + stride * ux + left * uy, y + stride * uy - left * ux, LOW);
    }
    if (away < 0.025) return towards(obs, behindX, behindY, LOW);
    return z < OVER - 0.03 ? towards(obs, x, y, OVER) : towards(obs, behindX, behindY, OVER);
  };
}

export function pushPilot(aside = 0): Pilot {
  return drivePilot(distance => Math.min(0.04, distance), aside);
}

/** Hits the puck as fast as friction will use up on the way (v² = 2 · 0.1 · 9.8 · distance), less the bounce. */
export function slidePilot(): Pilot {
  return drivePilot(distance => 0.07 * Math.sqrt(2 * 0.1 * 9.81 * distance));
}
