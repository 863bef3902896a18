import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace } from '../../test/trace.ts';
import { MountainCarContinuous } from './mountain-car-continuous.ts';

describe('MountainCarContinuous', () => {
  it.each(readTrace('MountainCarContinuous-v0').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new MountainCarContinuous(), episode, 1e-5);
  });

  it('pays 100 at the flag, minus the cost of the force', () => {
    const env = new MountainCarContinuous();
    let { obs } = env.reset({ seed: 0 });
    let last = 0;
    for (let ended = false; !ended; ) {
      const result = env.step(Float32Array.of(obs[1] < 0 ? -1 : 1));
      expect(result.truncated).toBe(false);
      [obs, last, ended] = [result.obs, result.reward, result.terminated];
    }
    expect(last).toBeCloseTo(99.9, 6);
    expect(obs[0]).toBeGreaterThanOrEqual(0.45);
  });

  it('clips a force beyond the bounds but not its cost', () => {
    const [a, b] = [new MountainCarContinuous(), new MountainCarContinuous()];
    a.reset({ seed: 1 });
    b.reset({ seed: 1 });
    const [within, beyond] = [a.step(Float32Array.of(1)), b.step(Float32Array.of(3))];
    expect(beyond.obs).toEqual(within.obs);
    expect([within.reward, beyond.reward]).toEqual([expect.closeTo(-0.1, 6), expect.closeTo(-0.9, 6)]);
  });

  it('refuses forces that are no numbers or too many', () => {
    const env = new MountainCarContinuous();
    env.reset({ seed: 1 });
    expect(() => env.step(Float32Array.of(Number.NaN))).toThrow(
      /MountainCarContinuous-v0.step: the action must be of Box\(\[1\], float32\), got NaN/,
    );
    expect(() => env.step(Float32Array.of(0, 0))).toThrow(/Box/);
  });
});
