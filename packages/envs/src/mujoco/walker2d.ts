import { box, type EnvSpec } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import { mujocoRequirement } from './mujoco-sim.ts';
import { WalkerEnv, type WalkerOptions } from './walker-env.ts';

function leg(side: string, rgba: string): string {
  return `
      <body name="${side}_thigh" pos="0 0 -0.2">
        <joint name="${side}_thigh" range="-150 0"/>
        <geom fromto="0 0 0 0 0 -0.45" size="0.05" rgba="${rgba}"/>
        <body name="${side}_leg" pos="0 0 -0.45">
          <joint name="${side}_leg" range="-150 0"/>
          <geom fromto="0 0 0 0 0 -0.5" size="0.04" rgba="${rgba}"/>
          <body name="${side}_foot" pos="0 0 -0.5">
            <joint name="${side}_foot" range="-45 45"/>
            <geom fromto="0 0 0 0.2 0 0" size="0.06" friction="1.9 0.1 0.1" rgba="${rgba}"/>
          </body>
        </body>
      </body>`;
}

const mjcf = `
<mujoco model="walker2d">
  <option timestep="0.002" integrator="RK4"/>
  <size memory="512K"/>
  <default>
    <joint type="hinge" axis="0 -1 0" armature="0.01" damping="0.1" limited="true"/>
    <geom type="capsule" contype="1" conaffinity="0" condim="3" friction="0.9 0.1 0.1" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-1 1" gear="100"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="20 20 1" conaffinity="1" friction="0.7 0.1 0.1"/>
    <body name="torso" pos="0 0 1.25">
      <joint name="rootx" type="slide" axis="1 0 0" pos="0 0 -1.25" armature="0" damping="0" limited="false"/>
      <joint name="rootz" type="slide" axis="0 0 1" pos="0 0 -1.25" ref="1.25" armature="0" damping="0" limited="false"/>
      <joint name="rooty" axis="0 1 0" armature="0" damping="0" limited="false"/>
      <geom fromto="0 0 0.2 0 0 -0.2" size="0.05"/>
      ${leg('right', '0.8 0.55 0.3 1')}
      ${leg('left', '0.55 0.35 0.6 1')}
    </body>
  </worldbody>
  <actuator>
    <motor joint="right_thigh"/>
    <motor joint="right_leg"/>
    <motor joint="right_foot"/>
    <motor joint="left_thigh"/>
    <motor joint="left_leg"/>
    <motor joint="left_foot"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `Walker2d-v5`. */
export const walker2dV5: EnvSpec = {
  id: 'Walker2d-v5',
  observationSpace: unbounded(17),
  actionSpace: box({ low: -1, high: 1, shape: [6] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: null,
};

export const walker2dOptions = mujocoOptions({
  forwardRewardWeight: 1,
  ctrlCostWeight: 1e-3,
  healthyReward: 1,
  terminateWhenUnhealthy: true,
  healthyZRange: [0.8, 2],
  healthyAngleRange: [-1, 1],
  healthyStateRange: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  resetNoiseScale: 5e-3,
  excludeCurrentPositionsFromObservation: true,
  frameSkip: 4,
});

/**
 * Walk forward on two legs in a plane. Action `[6]` in [−1, 1]: torques on thigh, leg and foot of the right leg, then of the left
 * one. Observation `[17]`: positions without the horizontal one, and velocities clipped to ±10. Reward: forward velocity + 1 when
 * healthy − 0.001 · |action|². Terminates when unhealthy: torso not between 0.8 and 2 m, or tilted by 1 rad. As Gymnasium plays
 * it.
 */
export class Walker2d extends WalkerEnv {
  constructor(spec: EnvSpec = walker2dV5, options: Partial<WalkerOptions> = {}) {
    super(spec, readMujocoOptions(spec.id, walker2dOptions, options), { mjcf, stateSize: 18 });
  }
}

export const walker2dEntry: EnvEntry<typeof walker2dOptions> = {
  spec: walker2dV5,
  summary: 'Walk forward on two legs in a plane.',
  options: walker2dOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new Walker2d(spec, options),
};
