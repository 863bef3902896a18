import load, { type MainModule } from '@mujoco/mujoco';
import { flatSize } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnyEnv } from '../env-entry.ts';
import { listEnvs, makeEnv } from '../registry.ts';
import { loadMujoco, type MujocoSim } from './mujoco-sim.ts';

/** Objects of the engine that were made and not deleted yet. */
let alive = 0;

/** The engine, which counts what is made and deleted. */
async function countingEngine(): Promise<MainModule> {
  const engine = await load();
  const counted = <T extends { delete(): void }>(handle: T): T => {
    alive++;
    const remove = handle.delete.bind(handle);
    handle.delete = () => {
      remove();
      alive--;
    };
    return handle;
  };
  const construct = <T extends object>(type: T) =>
    new Proxy(type, { construct: (target, args) => counted(Reflect.construct(target as never, args)) });
  const MjModel = new Proxy(engine.MjModel, {
    get: (target, name) =>
      name === 'from_xml_string' ? (mjcf: string) => counted(target.from_xml_string(mjcf)) : Reflect.get(target, name),
  });
  const replaced: Partial<MainModule> = {
    MjModel,
    MjData: construct(engine.MjData),
    DoubleBuffer: construct(engine.DoubleBuffer),
  };
  return new Proxy(engine, { get: (target, name) => Reflect.get(name in replaced ? replaced : target, name) });
}

describe('MuJoCo environments', () => {
  beforeAll(() => loadMujoco(countingEngine));

  const ids = listEnvs()
    .filter(({ requires }) => requires?.packageName === '@mujoco/mujoco')
    .map(({ spec }) => spec.id);

  it.each(ids)('%s gives back all that it takes', id => {
    const heapOf = (env: AnyEnv) => (env as unknown as { sim: MujocoSim }).sim.data.qpos.buffer.byteLength;
    const action = new Float32Array(flatSize(makeEnv(id).spec.actionSpace));
    const before = alive;
    const heaps = Array.from({ length: 12 }, (_, seed) => {
      const env = makeEnv(id);
      env.reset({ seed });
      env.step(action);
      env.restore?.(env.state?.() ?? {});
      expect(alive).toBeGreaterThanOrEqual(before + 3);
      const bytes = heapOf(env);
      env.close?.();
      env.close?.();
      expect(alive).toBe(before);
      return bytes;
    });
    expect(heaps.at(-1)).toBe(heaps[1]);
  });
});
