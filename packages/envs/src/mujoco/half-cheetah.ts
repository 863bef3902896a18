import { box, type EnvSpec } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';
import { RunnerEnv, type RunnerOptions } from './runner-env.ts';

const mjcf = `
<mujoco model="half_cheetah">
  <compiler angle="radian" settotalmass="14"/>
  <option timestep="0.01"/>
  <size memory="512K"/>
  <default>
    <joint type="hinge" axis="0 1 0" armature="0.1" solreflimit="0.02 1" solimplimit="0 0.8 0.03"/>
    <geom type="capsule" contype="1" conaffinity="0" condim="3" friction="0.4 0.1 0.1" solref="0.02 1" solimp="0 0.8 0.01"
      rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-1 1"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="40 40 1" conaffinity="1"/>
    <body name="torso" pos="0 0 0.7">
      <joint name="rootx" type="slide" axis="1 0 0" armature="0"/>
      <joint name="rootz" type="slide" axis="0 0 1" armature="0"/>
      <joint name="rooty" armature="0"/>
      <geom name="torso" fromto="-0.5 0 0 0.5 0 0" size="0.046"/>
      <geom name="head" pos="0.6 0 0.1" axisangle="0 1 0 0.87" size="0.046 0.15"/>
      <body name="bthigh" pos="-0.5 0 0">
        <joint name="bthigh" damping="6" stiffness="240" limited="true" range="-0.52 1.05"/>
        <geom name="bthigh" pos="0.1 0 -0.13" axisangle="0 1 0 -3.8" size="0.046 0.145"/>
        <body name="bshin" pos="0.16 0 -0.25">
          <joint name="bshin" damping="4.5" stiffness="180" limited="true" range="-0.785 0.785"/>
          <geom name="bshin" pos="-0.14 0 -0.07" axisangle="0 1 0 -2.03" size="0.046 0.15"/>
          <body name="bfoot" pos="-0.28 0 -0.14">
            <joint name="bfoot" damping="3" stiffness="120" limited="true" range="-0.4 0.785"/>
            <geom name="bfoot" pos="0.03 0 -0.097" axisangle="0 1 0 -0.27" size="0.046 0.094"/>
          </body>
        </body>
      </body>
      <body name="fthigh" pos="0.5 0 0">
        <joint name="fthigh" damping="4.5" stiffness="180" limited="true" range="-1 0.7"/>
        <geom name="fthigh" pos="-0.07 0 -0.12" axisangle="0 1 0 0.52" size="0.046 0.133"/>
        <body name="fshin" pos="-0.14 0 -0.24">
          <joint name="fshin" damping="3" stiffness="120" limited="true" range="-1.2 0.87"/>
          <geom name="fshin" pos="0.065 0 -0.09" axisangle="0 1 0 -0.6" size="0.046 0.106"/>
          <body name="ffoot" pos="0.13 0 -0.18">
            <joint name="ffoot" damping="1.5" stiffness="60" limited="true" range="-0.5 0.5"/>
            <geom name="ffoot" pos="0.045 0 -0.07" axisangle="0 1 0 -0.6" size="0.046 0.07"/>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="bthigh" gear="120"/>
    <motor joint="bshin" gear="90"/>
    <motor joint="bfoot" gear="60"/>
    <motor joint="fthigh" gear="120"/>
    <motor joint="fshin" gear="60"/>
    <motor joint="ffoot" gear="30"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `HalfCheetah-v5`. */
export const halfCheetahV5: EnvSpec = {
  id: 'HalfCheetah-v5',
  observationSpace: unbounded(17),
  actionSpace: box({ low: -1, high: 1, shape: [6] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: 4800,
};

export const halfCheetahOptions = mujocoOptions({
  forwardRewardWeight: 1,
  ctrlCostWeight: 0.1,
  resetNoiseScale: 0.1,
  excludeCurrentPositionsFromObservation: true,
  frameSkip: 5,
});

/**
 * Run forward on a back and a front leg. Action `[6]` in [−1, 1]: torques on thigh, shin and foot of the back leg, then of the
 * front leg. Observation `[17]`: positions without the horizontal one, and velocities. Reward: forward velocity − 0.1 ·
 * |action|². Never terminates. As Gymnasium plays it.
 */
export class HalfCheetah extends RunnerEnv {
  constructor(spec: EnvSpec = halfCheetahV5, options: Partial<RunnerOptions> = {}) {
    const settings = readMujocoOptions(spec.id, halfCheetahOptions, options);
    super(spec, settings, { mjcf, stateSize: 18, hidden: 1, maxVelocity: Number.POSITIVE_INFINITY });
  }

  protected override addVelocityNoise(qvel: Float64Array, scale: number): void {
    this.addNormal(qvel, scale);
  }

  protected override camera(): MujocoCamera {
    return { azimuth: 90, elevation: -12, lookAt: [this.sim.data.qpos[0], 0, 0.6], height: 2.2, floorWidth: 3 };
  }
}

export const halfCheetahEntry: EnvEntry<typeof halfCheetahOptions> = {
  spec: halfCheetahV5,
  summary: 'Run forward on a back and a front leg.',
  options: halfCheetahOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new HalfCheetah(spec, options),
};
