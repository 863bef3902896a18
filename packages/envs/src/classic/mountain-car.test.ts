import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace } from '../../test/trace.ts';
import { MountainCar } from './mountain-car.ts';

describe('MountainCar', () => {
  it.each(readTrace('MountainCar-v0').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new MountainCar(), episode, 1e-6);
  });

  /** Steps until the flag, always pushing the way the car moves; `undefined` when it never arrives. */
  const pump = (env: MountainCar): number | undefined => {
    let { obs } = env.reset({ seed: 3 });
    for (let t = 1; t <= 200; t++) {
      const result = env.step(obs[1] < 0 ? 0 : 2);
      if (result.terminated) return t;
      obs = result.obs;
    }
    return undefined;
  };

  it('ends at the flag when the car is pumped up, but only with the goal velocity', () => {
    expect(pump(new MountainCar())).toBeLessThan(140);
    expect(pump(new MountainCar(undefined, { goalVelocity: 0.08 }))).toBeUndefined();
  });

  it('stops at the wall on the left', () => {
    const env = new MountainCar();
    let { obs } = env.reset({ options: { low: 0, high: 0 } });
    // Pushed only when it moves left, the car gains on every swing.
    while (obs[0] !== Math.fround(-1.2)) obs = env.step(obs[1] <= 0 ? 0 : 1).obs;
    expect(obs[1]).toBe(0);
    expect(env.step(1).obs[1]).toBeGreaterThan(0);
  });
});
