import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace } from '../../test/trace.ts';
import { Pendulum } from './pendulum.ts';

describe('Pendulum', () => {
  it.each(readTrace('Pendulum-v1').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new Pendulum(), episode, 1e-6);
  });

  it('costs nothing upright at rest, and is truncated after 200 steps', () => {
    const env = new Pendulum();
    env.reset({ options: { xInit: 0, yInit: 0 } });
    const results = Array.from({ length: 200 }, () => env.step(Float32Array.of(0)));
    expect(results.every(({ reward, obs }) => reward === 0 && obs[0] === 1 && obs[1] === 0 && obs[2] === 0)).toBe(true);
    expect(results.map(r => r.truncated).indexOf(true)).toBe(199);
    expect(results.some(r => r.terminated)).toBe(false);
  });

  it('clips the torque to 2', () => {
    const [a, b] = [new Pendulum(), new Pendulum()];
    a.reset({ seed: 1 });
    b.reset({ seed: 1 });
    expect(a.step(Float32Array.of(50))).toEqual(b.step(Float32Array.of(2)));
  });

  it('takes another gravity', () => {
    const env = new Pendulum(undefined, { gravity: 0 });
    const { obs } = env.reset({ seed: 1 });
    expect(env.step(Float32Array.of(0)).obs[2]).toBe(obs[2]);
  });
});
