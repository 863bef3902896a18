import { beforeAll, describe, expect, it } from 'vitest';
import { readTrace } from '../../test/trace.ts';
import { loadEnv, makeEnv, makeVectorEnv } from '../registry.ts';

type Info = Readonly<Record<string, number | readonly number[]>>;

/**
 * What `reset` from seed 3 and three steps of Gymnasium tell beside observation and reward. Each action is 0.3 · sin(1), 0.3 ·
 * sin(2), ….
 */
interface InfoTrace {
  readonly seed: number;
  readonly envs: Readonly<Record<string, { readonly reset: Info; readonly steps: readonly Info[] }>>;
}

const { seed, envs } = readTrace<InfoTrace>('mujoco-info');

function expectInfo(actual: Readonly<Record<string, unknown>>, expected: Info): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, value] of Object.entries(expected)) {
    const [found, wanted] = [actual[key], value].map(x => (typeof x === 'number' ? [x] : Array.from(x as readonly number[])));
    expect(found.length, key).toBe(wanted.length);
    // Gymnasium sums squares of actions as 32-bit floats.
    for (const [i, number] of wanted.entries())
      expect(Math.abs(found[i] - number), key).toBeLessThan(1e-6 * (1 + Math.abs(number)));
  }
}

describe('info has the keys and values of Gymnasium', () => {
  beforeAll(() => loadEnv('Ant-v5'));

  it.each(Object.keys(envs))('%s', name => {
    const env = makeEnv(`${name}-v5`);
    const { reset, steps } = envs[name];
    const actions = env.spec.actionSpace.type === 'box' ? env.spec.actionSpace.low.length : 0;
    const action = Float32Array.from({ length: actions }, (_, i) => 0.3 * Math.sin(i + 1));
    for (let episode = 0; episode < 2; episode++) {
      expectInfo(env.reset({ seed }).info, reset);
      for (const info of steps) expectInfo(env.step(action).info, info);
    }
    env.close?.();
  });

  it('and vectors are as they were', () => {
    const env = makeVectorEnv('Humanoid-v5', 1);
    const out = env.createStep();
    env.reset(out, seed);
    env.step(new Float32Array(17), out);
    expect(out.reward[0]).toBeGreaterThan(4);
    env.close();
  });
});
