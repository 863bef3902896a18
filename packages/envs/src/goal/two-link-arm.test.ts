import { describe, expect, it } from 'vitest';
import { makeEnv } from '../registry.ts';
import { TwoLinkArm, twoLinkArmV0 } from './two-link-arm.ts';

/** The two angles at which the hand is on the target; the observation tells elbow, hand and base relative to it. */
function solve([, , , , , baseX, baseY]: readonly number[]): [number, number] {
  const [x, y] = [-200 * baseX, -200 * baseY];
  const bend = Math.acos(Math.hypot(x, y) / 200);
  const direction = Math.atan2(y, x);
  return [direction + bend, direction - bend];
}

function anglesOf([, ex, ey, hx, hy, bx, by]: readonly number[]): [number, number] {
  return [Math.atan2(ey - by, ex - bx), Math.atan2(hy - ey, hx - ex)];
}

const turn = (from: number, to: number) => {
  const difference = to - from;
  return Math.atan2(Math.sin(difference), Math.cos(difference));
};

describe('TwoLinkArm', () => {
  it.each(['easy', 'hard'] as const)('is solved by inverse kinematics, %s', mode => {
    const env = new TwoLinkArm(twoLinkArmV0, { mode });
    for (let seed = 0; seed < 5; seed++) {
      let obs = [...env.reset({ seed }).obs];
      const goal = solve(obs);
      const held: number[] = [];
      for (let ended = false; !ended; ) {
        const now = anglesOf(obs);
        const result = env.step(Float32Array.from(now, (angle, i) => turn(angle, goal[i]) / 0.1));
        const distance = 200 * Math.hypot(result.obs[3], result.obs[4]);
        const bonus = Number(distance < 15) + (result.terminated ? 10 : 0);
        expect(result.reward).toBeCloseTo(-distance / 200 + bonus, 4);
        expect(result.obs[0]).toBe(Number(distance < 15));
        if (distance < 15) held.push(result.reward);
        obs = [...result.obs];
        ended = result.terminated || result.truncated;
      }
      expect(held).toHaveLength(51);
      expect(held.at(-1)).toBeGreaterThan(10.9);
    }
  });

  it('has links of length 100 and a target where the mode says', () => {
    const easy = [...new TwoLinkArm().reset({ seed: 0 }).obs];
    expect([200 - 200 * easy[5], 200 - 200 * easy[6]]).toEqual([expect.closeTo(250, 3), expect.closeTo(303, 3)]);
    expect(200 * Math.hypot(easy[1] - easy[5], easy[2] - easy[6])).toBeCloseTo(100, 3);
    expect(200 * Math.hypot(easy[3] - easy[1], easy[4] - easy[2])).toBeCloseTo(100, 3);
    const hard = makeEnv('TwoLinkArm-v0', { mode: 'hard' });
    const targets = Array.from({ length: 50 }, (_, seed) => 200 - 200 * (hard.reset({ seed }).obs as Float32Array)[5]);
    expect(Math.min(...targets)).toBeLessThan(120);
    expect(Math.max(...targets)).toBeGreaterThan(280);
    const named = makeEnv('TwoLinkArmHard-v0');
    expect(named.reset({ seed: 1 }).obs).toEqual(hard.reset({ seed: 1 }).obs);
    expect(() => makeEnv('TwoLinkArm-v0', { mode: 'medium' })).toThrow(/mode must be one of easy, hard/);
  });
});
