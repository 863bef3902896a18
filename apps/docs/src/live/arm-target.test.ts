import { expect, test } from 'vitest';
import { FollowingArm } from './arm-target.ts';

test('the target is where the reader points, and no grip ends the episode', () => {
  const arm = new FollowingArm();
  arm.reset({ seed: 1 });
  // The hand of an arm that is stretched out to the right: 200 beside the middle of the field.
  arm.restore({ ...arm.state(), world: Float64Array.of(0, 0, 0, 0, 0) });
  arm.point({ x: 1, y: 0.5 });
  for (let t = 0; t < 300; t++) {
    const { obs, terminated, truncated, reward } = arm.step(new Float32Array(2));
    expect([terminated, truncated, reward]).toEqual([false, false, 1]);
    // It grips; hand on the target, elbow and base 100 and 200 to the left of it.
    expect(Array.from(obs as Float32Array)).toEqual([1, -0.5, 0, 0, 0, -1, 0]);
  }
});
