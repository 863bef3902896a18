import { box, type EnvSpec } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';
import { RunnerEnv, type RunnerOptions } from './runner-env.ts';

const mjcf = `
<mujoco model="swimmer">
  <option timestep="0.01" integrator="RK4" density="4000" viscosity="0.1"/>
  <size memory="256K"/>
  <default>
    <joint type="hinge" axis="0 0 1" armature="0.1"/>
    <geom type="capsule" size="0.1" contype="0" conaffinity="0" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-1 1" gear="150"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" pos="0 0 -0.1" size="40 40 0.1"/>
    <body name="torso">
      <joint name="slider1" type="slide" axis="1 0 0"/>
      <joint name="slider2" type="slide" axis="0 1 0"/>
      <joint name="free_body_rot"/>
      <geom name="front" fromto="1.5 0 0 0.5 0 0"/>
      <body name="mid" pos="0.5 0 0">
        <joint name="motor1_rot" limited="true" range="-100 100"/>
        <geom name="mid" fromto="0 0 0 -1 0 0"/>
        <body name="back" pos="-1 0 0">
          <joint name="motor2_rot" limited="true" range="-100 100"/>
          <geom name="back" fromto="0 0 0 -1 0 0"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="motor1_rot"/>
    <motor joint="motor2_rot"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `Swimmer-v5`. */
export const swimmerV5: EnvSpec = {
  id: 'Swimmer-v5',
  observationSpace: unbounded(8),
  actionSpace: box({ low: -1, high: 1, shape: [2] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: 360,
};

export const swimmerOptions = mujocoOptions({
  forwardRewardWeight: 1,
  ctrlCostWeight: 1e-4,
  resetNoiseScale: 0.1,
  excludeCurrentPositionsFromObservation: true,
  frameSkip: 4,
});

/**
 * Swim forward in a thick fluid with three links. Action `[2]` in [−1, 1]: torques on the joints. Observation `[8]`: angles and
 * velocities, without the place. Reward: velocity along x − 0.0001 · |action|². Never terminates. As Gymnasium plays it.
 */
export class Swimmer extends RunnerEnv {
  constructor(spec: EnvSpec = swimmerV5, options: Partial<RunnerOptions> = {}) {
    const settings = readMujocoOptions(spec.id, swimmerOptions, options);
    super(spec, settings, { mjcf, stateSize: 10, hidden: 2, maxVelocity: Number.POSITIVE_INFINITY });
  }

  protected override camera(): MujocoCamera {
    const { qpos } = this.sim.data;
    return { azimuth: 90, elevation: -90, lookAt: [qpos[0], qpos[1], 0], height: 4 };
  }
}

export const swimmerEntry: EnvEntry<typeof swimmerOptions> = {
  spec: swimmerV5,
  summary: 'Swim forward with three links.',
  options: swimmerOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new Swimmer(spec, options),
};
