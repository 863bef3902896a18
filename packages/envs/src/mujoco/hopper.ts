import { box, type EnvSpec } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import { mujocoRequirement } from './mujoco-sim.ts';
import { WalkerEnv, type WalkerOptions } from './walker-env.ts';

const mjcf = `
<mujoco model="hopper">
  <option timestep="0.002" integrator="RK4"/>
  <size memory="512K"/>
  <default>
    <joint type="hinge" axis="0 -1 0" armature="1" damping="1" limited="true"/>
    <geom type="capsule" condim="1" friction="0.9" margin="0.0005" solref="0.02 1" solimp="0.8 0.8 0.01" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-1 1" gear="200"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="20 20 0.125" condim="3" friction="1 0.005 0.0001"/>
    <body name="torso" pos="0 0 1.25">
      <joint name="rootx" type="slide" axis="1 0 0" pos="0 0 -1.25" armature="0" damping="0" limited="false"/>
      <joint name="rootz" type="slide" axis="0 0 1" pos="0 0 -1.25" ref="1.25" armature="0" damping="0" limited="false"/>
      <joint name="rooty" axis="0 1 0" armature="0" damping="0" limited="false"/>
      <geom name="torso" fromto="0 0 0.2 0 0 -0.2" size="0.05"/>
      <body name="thigh" pos="0 0 -0.2">
        <joint name="thigh" range="-150 0"/>
        <geom name="thigh" fromto="0 0 0 0 0 -0.45" size="0.05"/>
        <body name="leg" pos="0 0 -0.45">
          <joint name="leg" range="-150 0"/>
          <geom name="leg" fromto="0 0 0 0 0 -0.5" size="0.04"/>
          <body name="foot" pos="0 0 -0.5">
            <joint name="foot" range="-45 45"/>
            <geom name="foot" fromto="-0.13 0 0 0.26 0 0" size="0.06" friction="2"/>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="thigh"/>
    <motor joint="leg"/>
    <motor joint="foot"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `Hopper-v5`. */
export const hopperV5: EnvSpec = {
  id: 'Hopper-v5',
  observationSpace: unbounded(11),
  actionSpace: box({ low: -1, high: 1, shape: [3] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: 3800,
};

export const hopperOptions = mujocoOptions({
  forwardRewardWeight: 1,
  ctrlCostWeight: 1e-3,
  healthyReward: 1,
  terminateWhenUnhealthy: true,
  healthyZRange: [0.7, Number.POSITIVE_INFINITY],
  healthyAngleRange: [-0.2, 0.2],
  healthyStateRange: [-100, 100],
  resetNoiseScale: 5e-3,
  excludeCurrentPositionsFromObservation: true,
  contacts: 'mujoco-3.3',
  frameSkip: 4,
});

/**
 * Hop forward on one leg. Action `[3]` in [−1, 1]: torques on thigh, leg and foot. Observation `[11]`: positions without the
 * horizontal one, and velocities clipped to ±10. Reward: forward velocity + 1 when healthy − 0.001 · |action|². Terminates when
 * unhealthy: torso below 0.7 m or tilted by 0.2 rad, or a number of the state beyond ±100. As Gymnasium plays it. Contacts are
 * those of MuJoCo 3.3 and before; the option `contacts` plays those of 3.9, where margins of two bodies add up.
 */
export class Hopper extends WalkerEnv {
  constructor(spec: EnvSpec = hopperV5, options: Partial<WalkerOptions> = {}) {
    super(spec, readMujocoOptions(spec.id, hopperOptions, options), { mjcf, stateSize: 12 });
  }
}

export const hopperEntry: EnvEntry<typeof hopperOptions> = {
  spec: hopperV5,
  summary: 'Hop forward on one leg.',
  options: hopperOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new Hopper(spec, options),
};
