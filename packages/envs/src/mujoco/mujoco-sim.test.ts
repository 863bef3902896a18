import { InputError } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeEnv } from '../registry.ts';
import { loadMujoco, MujocoSim } from './mujoco-sim.ts';

// The tests of this file run in order: the first ones need an engine that is not there yet.
describe('loadMujoco', () => {
  it('is asked for by whatever needs the engine', () => {
    expect(() => makeEnv('Hopper-v5')).toThrow(InputError);
    expect(() => makeEnv('Hopper-v5')).toThrow(/must be loaded first.*await loadEnv\(id\)/);
  });

  it('says how to install a missing package, and can be tried again', async () => {
    const absent = loadMujoco(() => Promise.reject(new Error("Cannot find package '@mujoco/mujoco'")));
    await expect(absent).rejects.toThrow(InputError);
    await expect(loadMujoco(() => Promise.reject(new Error('still absent')))).rejects.toThrow(
      'Install it: npm install @mujoco/mujoco@3.9.0.',
    );
    await loadMujoco();
    expect(new MujocoSim(BALL).timestep).toBe(0.002);
  });
});

const BALL = `
<mujoco>
  <size memory="64K"/>
  <worldbody>
    <geom name="floor" type="plane" size="1 1 1"/>
    <body name="ball" pos="0 0 0.1">
      <freejoint name="free"/>
      <geom name="ball" type="sphere" size="0.05" mass="2"/>
    </body>
  </worldbody>
</mujoco>`;

/** Two rods of 1 m in a row along x, hinged about y; a motor and a site at the end. */
const ARM = `
<mujoco>
  <size memory="64K"/>
  <option gravity="0 0 0"/>
  <worldbody>
    <body name="upper">
      <joint name="shoulder" axis="0 1 0" range="-1 1" limited="true"/>
      <geom type="capsule" fromto="0 0 0 1 0 0" size="0.05"/>
      <body name="lower" pos="1 0 0">
        <joint name="elbow" axis="0 1 0"/>
        <geom type="capsule" fromto="0 0 0 1 0 0" size="0.05"/>
        <site name="hand" pos="1 0 0"/>
      </body>
    </body>
    <body name="puppet" mocap="true" pos="1 2 3"/>
  </worldbody>
  <actuator>
    <motor name="bicep" joint="elbow"/>
  </actuator>
</mujoco>`;

describe('MujocoSim', () => {
  beforeAll(() => loadMujoco());

  it('falls by gravity and lands', () => {
    const sim = new MujocoSim(BALL);
    sim.step(20);
    // Semi-implicit Euler: z = h − g dt² (1 + 2 + … + 20).
    expect(sim.data.qpos[2]).toBeCloseTo(0.1 - 9.81 * 0.002 ** 2 * 210, 12);
    sim.step(1000);
    expect(sim.data.qpos[2]).toBeCloseTo(0.05, 2);
    sim.contactForces();
    expect(sim.data.cfrc_ext[6 + 5]).toBeCloseTo(2 * 9.81, 2);
    sim.reset();
    expect(sim.data.qpos[2]).toBe(0.1);
    sim.dispose();
  });

  it('finds parts by name', () => {
    const sim = new MujocoSim(ARM);
    expect([sim.id('body', 'lower'), sim.id('joint', 'elbow'), sim.id('site', 'hand'), sim.id('actuator', 'bicep')]).toEqual([
      2, 1, 0, 0,
    ]);
    expect(sim.modelData.jnt_dofadr[sim.id('joint', 'elbow')]).toBe(1);
    expect([...sim.data.mocap_pos]).toEqual([1, 2, 3]);
    expect(() => sim.id('site', 'foot')).toThrow('the model must have a site of this name, got "foot"');
    sim.dispose();
  });

  it('knows how a site moves', () => {
    const sim = new MujocoSim(ARM);
    const { qpos, qvel } = sim.data;
    qpos.set([0.3, 0.5]);
    qvel.set([2, -3]);
    sim.forward();
    const hand = sim.id('site', 'hand');
    // A turn by a about y brings (1, 0, 0) to (cos a, 0, −sin a).
    expect(sim.data.site_xpos[0]).toBeCloseTo(Math.cos(0.3) + Math.cos(0.8), 12);
    expect(sim.data.site_xpos[2]).toBeCloseTo(-Math.sin(0.3) - Math.sin(0.8), 12);
    const [jacobian, rotation] = sim.siteJacobian(hand);
    expect(jacobian[0]).toBeCloseTo(-Math.sin(0.3) - Math.sin(0.8), 12);
    expect(jacobian[1]).toBeCloseTo(-Math.sin(0.8), 12);
    expect([...rotation]).toEqual([0, 0, 1, 1, 0, 0]);
    const linear = new Float64Array(3);
    const angular = new Float64Array(3);
    sim.siteVelocity(hand, linear, angular);
    expect(linear[0]).toBeCloseTo(2 * (-Math.sin(0.3) - Math.sin(0.8)) + 3 * Math.sin(0.8), 12);
    expect(linear[2]).toBeCloseTo(2 * (-Math.cos(0.3) - Math.cos(0.8)) + 3 * Math.cos(0.8), 12);
    expect(angular[1]).toBeCloseTo(-1, 12);
    sim.dispose();
  });

  it('goes on bit for bit from a saved state, in another simulation too', () => {
    const sim = new MujocoSim(BALL);
    sim.data.qvel.set([0.3, 0, 0, 1, 2, 3]);
    sim.step(150);
    const saved = new Float64Array(sim.stateSize);
    sim.save(saved);
    const lagged = sim.data.xpos.slice();
    expect(lagged[3]).not.toBe(sim.data.qpos[0]);
    const play = (other: MujocoSim) => {
      const places = other.data.xpos.slice();
      other.step(100);
      return [places, other.data.qpos.slice(), other.data.qvel.slice()];
    };
    const expected = play(sim);
    sim.restore(saved);
    expect(play(sim)).toEqual(expected);
    const other = new MujocoSim(BALL);
    other.restore(saved);
    expect(other.data.xpos).toEqual(lagged);
    expect(play(other)).toEqual(expected);
    sim.dispose();
    other.dispose();
  });

  it('hands out live views after the memory has grown', () => {
    const sim = new MujocoSim(BALL);
    const before = sim.data;
    const bytes = before.qpos.buffer.byteLength;
    const others: MujocoSim[] = [];
    while (sim.data.qpos.buffer.byteLength === bytes) others.push(new MujocoSim(BALL.replace('64K', '32M')));
    expect(before.qpos).toHaveLength(0);
    expect(sim.data.qpos[2]).toBe(0.1);
    expect(sim.modelData.body_mass[1]).toBe(2);
    for (const other of others) other.dispose();
    sim.dispose();
  });

  it('refuses a bad model, and use after dispose', () => {
    expect(() => new MujocoSim('<mujoco><worldbody><geom type="sphere"/></worldbody></mujoco>')).toThrow(
      /MujocoSim: the MJCF must be valid, got .*size.*Mend/s,
    );
    const sim = new MujocoSim(BALL);
    sim.dispose();
    sim.dispose();
    expect(() => sim.data).toThrow('MujocoSim: the simulation must not be disposed of');
    expect(() => sim.save(new Float64Array(sim.stateSize))).toThrow(InputError);
    expect(() => sim.step(1)).toThrow();
  });
});
