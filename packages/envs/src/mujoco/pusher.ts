import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { MujocoEnv, squaredNorm, unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';

/** Slides along y and x of a thing on the table. */
function slides(name: string): string {
  return ['y', 'x']
    .map(axis => {
      const direction = axis === 'y' ? '0 1 0' : '1 0 0';
      return `<joint name="${name}_${axis}" type="slide" axis="${direction}" range="-10.3213 10.3" damping="0.5"/>`;
    })
    .join('');
}

// Margins are half of Gymnasium's, because MuJoCo adds those of two geoms since 3.5 and took the larger one before.
const mjcf = `
<mujoco model="pusher">
  <compiler angle="radian"/>
  <option timestep="0.01" gravity="0 0 0" iterations="20"/>
  <size memory="512K"/>
  <default>
    <joint armature="0.04" damping="0.1" limited="true"/>
    <geom type="capsule" friction="0.8 0.1 0.1" density="300" margin="0.001" condim="1" contype="0" conaffinity="0" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-2 2"/>
    <default class="solid"><geom contype="1" conaffinity="1" rgba="0.75 0.45 0.25 1"/></default>
  </default>
  <worldbody>
    <geom name="table" type="plane" pos="0 0.5 -0.325" size="1 1 0.1" contype="1" conaffinity="1"/>
    <body name="shoulder_pan" pos="0 -0.6 0">
      <joint name="shoulder_pan" axis="0 0 1" range="-2.2854 1.714602" damping="1"/>
      <geom type="sphere" pos="-0.06 0.05 0.2" size="0.05"/>
      <geom type="sphere" pos="0.06 0.05 0.2" size="0.05"/>
      <geom type="sphere" pos="-0.06 0.09 0.2" size="0.03" rgba="0.15 0.15 0.15 1"/>
      <geom type="sphere" pos="0.06 0.09 0.2" size="0.03" rgba="0.15 0.15 0.15 1"/>
      <geom fromto="0 0 -0.4 0 0 0.2" size="0.1"/>
      <body name="shoulder_lift" pos="0.1 0 0">
        <joint name="shoulder_lift" axis="0 1 0" range="-0.5236 1.3963" damping="1"/>
        <geom fromto="0 -0.1 0 0 0.1 0" size="0.1"/>
        <body name="upper_arm_roll">
          <joint name="upper_arm_roll" axis="1 0 0" range="-1.5 1.7"/>
          <geom fromto="-0.1 0 0 0.1 0 0" size="0.02"/>
          <body name="upper_arm">
            <geom fromto="0 0 0 0.4 0 0" size="0.06"/>
            <body name="elbow" pos="0.4 0 0">
              <joint name="elbow" axis="0 1 0" range="-2.3213 0"/>
              <geom fromto="0 -0.02 0 0 0.02 0" size="0.06"/>
              <body name="forearm_roll">
                <joint name="forearm_roll" axis="1 0 0" range="-1.5 1.5"/>
                <geom fromto="-0.1 0 0 0.1 0 0" size="0.02"/>
                <body name="forearm">
                  <geom fromto="0 0 0 0.291 0 0" size="0.05"/>
                  <body name="wrist_flex" pos="0.321 0 0">
                    <joint name="wrist_flex" axis="0 1 0" range="-1.094 0"/>
                    <geom fromto="0 -0.02 0 0 0.02 0" size="0.01"/>
                    <body name="wrist_roll">
                      <joint name="wrist_roll" axis="1 0 0" range="-1.5 1.5"/>
                      <body name="tips">
                        <geom type="sphere" pos="0.1 -0.1 0" size="0.01"/>
                        <geom type="sphere" pos="0.1 0.1 0" size="0.01"/>
                      </body>
                      <geom class="solid" fromto="0 -0.1 0 0 0.1 0" size="0.02"/>
                      <geom class="solid" fromto="0 -0.1 0 0.1 -0.1 0" size="0.02"/>
                      <geom class="solid" fromto="0 0.1 0 0.1 0.1 0" size="0.02"/>
                    </body>
                  </body>
                </body>
              </body>
            </body>
          </body>
        </body>
      </body>
    </body>
    <body name="object" pos="0.45 -0.05 -0.275">
      ${slides('object')}
      <geom type="cylinder" size="0.05 0.05" density="0.01" contype="1" rgba="0.9 0.9 0.92 1"/>
    </body>
    <body name="goal" pos="0.45 -0.05 -0.323">
      ${slides('goal')}
      <geom type="cylinder" size="0.08 0.001" density="0.00001" rgba="0.85 0.25 0.25 1"/>
    </body>
  </worldbody>
  <actuator>
    <motor joint="shoulder_pan"/>
    <motor joint="shoulder_lift"/>
    <motor joint="upper_arm_roll"/>
    <motor joint="elbow"/>
    <motor joint="forearm_roll"/>
    <motor joint="wrist_flex"/>
    <motor joint="wrist_roll"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `Pusher-v5`. */
export const pusherV5: EnvSpec = {
  id: 'Pusher-v5',
  observationSpace: unbounded(23),
  actionSpace: box({ low: -2, high: 2, shape: [7] }),
  maxEpisodeSteps: 100,
  rewardThreshold: 0,
};

export const pusherOptions = mujocoOptions({
  rewardNearWeight: 0.5,
  rewardDistWeight: 1,
  rewardControlWeight: 0.1,
  contacts: 'mujoco-3.3',
  frameSkip: 5,
});

export type PusherOptions = ValuesOf<typeof pusherOptions>;

const JOINTS = 7;
/** The object starts at least this far from the goal, m. */
const CLEARANCE = 0.17;

/**
 * Push a cylinder over a table to a goal with an arm of seven joints. Action `[7]` in [−2, 2]: torques on shoulder (pan, lift,
 * roll), elbow, forearm and wrist (flex, roll). Observation `[23]`: angles and angular velocities of the joints (7 each), places
 * of fingertip, object and goal (3 each). Reward −|object − goal| − 0.1 · |action|² − 0.5 · |object − fingertip|. Never
 * terminates. As Gymnasium plays it. Contacts are those of MuJoCo 3.3 and before; the option `contacts` plays those of 3.9,
 * where margins of two bodies add up.
 */
export class Pusher extends MujocoEnv {
  readonly #settings: PusherOptions;
  /** Places of fingertip, object and goal in the engine's list of bodies. */
  readonly #places: readonly [tip: number, object: number, goal: number];
  #distReward = 0;
  #ctrlReward = 0;
  #nearReward = 0;

  constructor(spec: EnvSpec = pusherV5, options: Partial<PusherOptions> = {}) {
    const settings = readMujocoOptions(spec.id, pusherOptions, options);
    super(spec, { mjcf, contacts: settings.contacts, frameSkip: settings.frameSkip, obsSize: 23 });
    this.#settings = settings;
    this.#places = [this.sim.id('body', 'tips'), this.sim.id('body', 'object'), this.sim.id('body', 'goal')];
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    const { rng } = this;
    const object = qpos.length - 4;
    do {
      qpos[object] = rng.uniform(-0.3, 0);
      qpos[object + 1] = rng.uniform(-0.2, 0.2);
    } while (Math.hypot(qpos[object], qpos[object + 1]) <= CLEARANCE);
    this.addUniform(qvel, 0.005);
    qvel.fill(0, qvel.length - 4);
    this.#distReward = this.#ctrlReward = this.#nearReward = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.simulate(actions, offset);
    const settings = this.#settings;
    const [tip, object, goal] = this.#places;
    this.#nearReward = -settings.rewardNearWeight * this.#distance(object, tip);
    this.#distReward = -settings.rewardDistWeight * this.#distance(object, goal);
    this.#ctrlReward = -settings.rewardControlWeight * squaredNorm(actions, offset, JOINTS);
    this.reward = this.#distReward + this.#ctrlReward + this.#nearReward;
  }

  /** Metres between the origins of two bodies. */
  #distance(a: number, b: number): number {
    const { xpos } = this.sim.data;
    return Math.hypot(xpos[3 * a] - xpos[3 * b], xpos[3 * a + 1] - xpos[3 * b + 1], xpos[3 * a + 2] - xpos[3 * b + 2]);
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { qpos, qvel, xpos } = this.sim.data;
    for (let i = 0; i < JOINTS; i++) {
      out[offset + i] = qpos[i];
      out[offset + JOINTS + i] = qvel[i];
    }
    let at = offset + 2 * JOINTS;
    for (const body of this.#places) for (let axis = 0; axis < 3; axis++) out[at++] = xpos[3 * body + axis];
  }

  /** The parts of the reward; Gymnasium's keys. */
  protected override info(): EnvInfo {
    if (this.isStart) return super.info();
    return { reward_dist: this.#distReward, reward_ctrl: this.#ctrlReward, reward_near: this.#nearReward };
  }

  protected override camera(): MujocoCamera {
    return { azimuth: 240, elevation: -45, lookAt: [0.3, -0.25, -0.15], height: 1.5 };
  }
}

export const pusherEntry: EnvEntry<typeof pusherOptions> = {
  spec: pusherV5,
  summary: 'Push a cylinder over a table to a goal with an arm of seven joints.',
  options: pusherOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new Pusher(spec, options),
};
