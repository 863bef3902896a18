import { beforeAll, describe, expect, it } from 'vitest';
import { readTrace } from '../../test/trace.ts';
import { loadEnv, makeEnv } from '../registry.ts';
import type { MujocoSim } from './mujoco-sim.ts';

/** Steps of native MuJoCo 2.2.2 with Gymnasium's own model. */
interface MujocoTrace {
  readonly frameSkip: number;
  readonly timestep: number;
  readonly bodyMass: readonly number[];
  readonly qpos0: readonly number[];
  readonly qvel0: readonly number[];
  readonly steps: readonly { ctrl: readonly number[]; qpos: readonly number[]; qvel: readonly number[] }[];
}

describe('MuJoCo models', () => {
  beforeAll(() => loadEnv('Hopper-v5'));

  it.each(['Hopper', 'HalfCheetah', 'Walker2d', 'Ant', 'Swimmer', 'Reacher', 'InvertedPendulum'])(
    '%s moves as recorded',
    name => {
      const file = `mujoco-${name.replaceAll(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()}`;
      const { frameSkip, timestep, bodyMass, qpos0, qvel0, steps } = readTrace<MujocoTrace>(file);
      const env = makeEnv(`${name}-v5`);
      // An action is float32; the recorded controls have twice its digits.
      const { sim } = env as unknown as { sim: MujocoSim };
      expect(sim.timestep).toBe(timestep);
      expect(farthest(sim.modelData.body_mass, bodyMass)).toBeLessThan(1e-12);
      const { qpos, qvel, ctrl } = sim.data;
      qpos.set(qpos0);
      qvel.set(qvel0);
      sim.forward();
      for (const step of steps.slice(0, 30)) {
        ctrl.set(step.ctrl);
        sim.step(frameSkip);
        expect(farthest(qpos, step.qpos)).toBeLessThan(1e-9);
        expect(farthest(qvel, step.qvel)).toBeLessThan(1e-9);
      }
      env.close?.();
    },
  );

  it('knows the masses of the bodies that were not recorded', () => {
    // Capsules of radius r and length l weigh ρ π r² (l + 4r/3).
    const capsule = (r: number, l: number) => 1000 * Math.PI * r * r * (l + (4 / 3) * r);
    const cart = makeEnv('InvertedDoublePendulum-v5') as unknown as { sim: MujocoSim };
    expect(farthest(cart.sim.modelData.body_mass, [0, capsule(0.1, 0.2), capsule(0.045, 0.6), capsule(0.045, 0.6)])).toBeLessThan(
      1e-12,
    );
    const human = makeEnv('Humanoid-v5') as unknown as { sim: MujocoSim };
    const sphere = (r: number) => capsule(r, 0);
    const torso = capsule(0.07, 0.14) + sphere(0.09) + capsule(0.06, 0.12);
    const leg = [capsule(0.06, Math.hypot(0.01, 0.34)), capsule(0.049, 0.3), sphere(0.075)];
    const arm = [capsule(0.04, 0.16 * Math.sqrt(3)), capsule(0.031, 0.16 * Math.sqrt(3)) + sphere(0.04)];
    const masses = [0, torso, capsule(0.06, 0.12), capsule(0.09, 0.14), ...leg, ...leg, ...arm, ...arm];
    expect(farthest(human.sim.modelData.body_mass, masses)).toBeLessThan(1e-12);
  });
});

function farthest(actual: Float64Array, expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i])));
}
