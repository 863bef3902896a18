import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { MujocoEnv, squaredNorm, unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';

const mjcf = `
<mujoco model="reacher">
  <compiler angle="radian"/>
  <option timestep="0.01" integrator="RK4"/>
  <size memory="256K"/>
  <default>
    <joint type="hinge" axis="0 0 1" armature="1" damping="1"/>
    <geom type="capsule" size="0.01" contype="0" conaffinity="0" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-1 1" gear="200"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="1 1 1"/>
    <body name="upper" pos="0 0 0.01">
      <joint name="joint0"/>
      <geom name="upper" fromto="0 0 0 0.1 0 0"/>
      <body name="lower" pos="0.1 0 0">
        <joint name="joint1" limited="true" range="-3 3"/>
        <geom name="lower" fromto="0 0 0 0.1 0 0"/>
        <body name="fingertip" pos="0.11 0 0">
          <geom name="fingertip" type="sphere" rgba="0.35 0.45 0.7 1"/>
        </body>
      </body>
    </body>
    <body name="target" pos="0.1 -0.1 0.01">
      <joint name="target_x" type="slide" axis="1 0 0" ref="0.1" armature="0" damping="0" limited="true" range="-0.27 0.27"/>
      <joint name="target_y" type="slide" axis="0 1 0" ref="-0.1" armature="0" damping="0" limited="true" range="-0.27 0.27"/>
      <geom name="target" type="sphere" size="0.009" rgba="0.85 0.25 0.25 1"/>
    </body>
  </worldbody>
  <actuator>
    <motor joint="joint0"/>
    <motor joint="joint1"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `Reacher-v5`. */
export const reacherV5: EnvSpec = {
  id: 'Reacher-v5',
  observationSpace: unbounded(10),
  actionSpace: box({ low: -1, high: 1, shape: [2] }),
  maxEpisodeSteps: 50,
  rewardThreshold: -3.75,
};

export const reacherOptions = mujocoOptions({ rewardDistWeight: 1, rewardControlWeight: 1, frameSkip: 2 });

export type ReacherOptions = ValuesOf<typeof reacherOptions>;

const FINGERTIP = 3;
const TARGET = 4;
/** Targets are within this of the shoulder, m. */
const REACH = 0.2;

/**
 * Bring the tip of a two-link arm to a target. Action `[2]` in [−1, 1]: torques on shoulder and elbow. Observation `[10]`:
 * cosines and then sines of the angles, place of the target, angular velocities, and fingertip − target in x and y. Reward
 * −|fingertip − target| − |action|². Never terminates. Fingertip and target are where the engine computed them last, which lags a
 * little behind the positions. As Gymnasium plays it.
 */
export class Reacher extends MujocoEnv {
  readonly #settings: ReacherOptions;
  #distReward = 0;
  #ctrlReward = 0;

  constructor(spec: EnvSpec = reacherV5, options: Partial<ReacherOptions> = {}) {
    const settings = readMujocoOptions(spec.id, reacherOptions, options);
    super(spec, { mjcf, frameSkip: settings.frameSkip, obsSize: 10 });
    this.#settings = settings;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    this.addUniform(qpos, 0.1);
    do {
      qpos[2] = this.rng.uniform(-REACH, REACH);
      qpos[3] = this.rng.uniform(-REACH, REACH);
    } while (Math.hypot(qpos[2], qpos[3]) >= REACH);
    this.addUniform(qvel, 0.005);
    qvel[2] = qvel[3] = 0;
    this.#distReward = this.#ctrlReward = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.simulate(actions, offset);
    const { rewardDistWeight, rewardControlWeight } = this.#settings;
    this.#distReward = -rewardDistWeight * Math.hypot(this.#gap(0), this.#gap(1), this.#gap(2));
    this.#ctrlReward = -rewardControlWeight * squaredNorm(actions, offset, 2);
    this.reward = this.#distReward + this.#ctrlReward;
  }

  /** Fingertip − target along one axis, m. */
  #gap(axis: number): number {
    const { xpos } = this.sim.data;
    return xpos[3 * FINGERTIP + axis] - xpos[3 * TARGET + axis];
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { qpos, qvel } = this.sim.data;
    for (let i = 0; i < 2; i++) {
      out[offset + i] = Math.cos(qpos[i]);
      out[offset + 2 + i] = Math.sin(qpos[i]);
      out[offset + 4 + i] = qpos[2 + i];
      out[offset + 6 + i] = qvel[i];
      out[offset + 8 + i] = this.#gap(i);
    }
  }

  /** The parts of the reward. */
  protected override info(): EnvInfo {
    return this.isStart ? super.info() : { reward_dist: this.#distReward, reward_ctrl: this.#ctrlReward };
  }

  protected override camera(): MujocoCamera {
    return { azimuth: 90, elevation: -90, lookAt: [0, 0, 0], height: 0.56 };
  }
}

export const reacherEntry: EnvEntry<typeof reacherOptions> = {
  spec: reacherV5,
  summary: 'Bring the tip of a two-link arm to a target.',
  options: reacherOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new Reacher(spec, options),
};
