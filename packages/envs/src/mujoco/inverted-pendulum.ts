import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { MujocoEnv, unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';

const mjcf = `
<mujoco model="inverted_pendulum">
  <option timestep="0.02" integrator="RK4"/>
  <size memory="256K"/>
  <default>
    <joint armature="0" damping="1" limited="true"/>
    <geom type="capsule" contype="0" conaffinity="0" rgba="0.8 0.55 0.3 1"/>
  </default>
  <worldbody>
    <geom name="rail" fromto="-1 0 0 1 0 0" size="0.02" rgba="0.45 0.5 0.6 1"/>
    <body name="cart">
      <joint name="slider" type="slide" axis="1 0 0" range="-1 1"/>
      <geom name="cart" fromto="-0.1 0 0 0.1 0 0" size="0.1" rgba="0.35 0.45 0.7 1"/>
      <body name="pole">
        <joint name="hinge" type="hinge" axis="0 1 0" range="-90 90"/>
        <geom name="pole" fromto="0 0 0 0.001 0 0.6" size="0.049"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="slider" gear="100" ctrllimited="true" ctrlrange="-3 3"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `InvertedPendulum-v5`. */
export const invertedPendulumV5: EnvSpec = {
  id: 'InvertedPendulum-v5',
  observationSpace: unbounded(4),
  actionSpace: box({ low: -3, high: 3, shape: [1] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: 950,
};

export const invertedPendulumOptions = mujocoOptions({ resetNoiseScale: 0.01, frameSkip: 2 });

export type InvertedPendulumOptions = ValuesOf<typeof invertedPendulumOptions>;

/** Angle beyond which the pole counts as fallen, rad. */
const FALLEN = 0.2;

/**
 * Balance a pole on a cart. Action `[1]` in [−3, 3]: force on the cart, times 100 N. Observation `[4]`: position of the cart,
 * angle of the pole, and their velocities. Reward 1 while the pole stands. Terminates when it leans by more than 0.2 rad. As
 * Gymnasium plays it.
 */
export class InvertedPendulum extends MujocoEnv {
  readonly #noise: number;

  constructor(spec: EnvSpec = invertedPendulumV5, options: Partial<InvertedPendulumOptions> = {}) {
    const { resetNoiseScale, frameSkip } = readMujocoOptions(spec.id, invertedPendulumOptions, options);
    super(spec, { mjcf, frameSkip, obsSize: 4 });
    this.#noise = resetNoiseScale;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    this.addUniform(qpos, this.#noise);
    this.addUniform(qvel, this.#noise);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.simulate(actions, offset);
    const { qpos, qvel } = this.sim.data;
    // Not `> FALLEN`, so that NaN ends the episode too.
    const stands = Math.abs(qpos[1]) <= FALLEN && qpos.every(Number.isFinite) && qvel.every(Number.isFinite);
    this.reward = stands ? 1 : 0;
    this.terminated = !stands;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { qpos, qvel } = this.sim.data;
    for (let i = 0; i < 2; i++) {
      out[offset + i] = qpos[i];
      out[offset + 2 + i] = qvel[i];
    }
  }

  /** Of a step the reward; Gymnasium's key. */
  protected override info(): EnvInfo {
    return this.isStart ? super.info() : { reward_survive: this.reward };
  }

  protected override camera(): MujocoCamera {
    return { azimuth: 90, elevation: 0, lookAt: [0, 0, 0.25], height: 1.6 };
  }
}

export const invertedPendulumEntry: EnvEntry<typeof invertedPendulumOptions> = {
  spec: invertedPendulumV5,
  summary: 'Balance a pole on a cart.',
  options: invertedPendulumOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new InvertedPendulum(spec, options),
};
