import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { clippedSquares, groundPlace, MujocoEnv, squaredNorm, unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';

/** Leg number `n` of the quadrant with these signs; its ankle bends about `axis`. */
function leg(n: number, x: number, y: number, axis: string, range: string): string {
  const along = (length: number) => `${x * length} ${y * length} 0`;
  return `
      <body name="leg_${n}">
        <geom fromto="0 0 0 ${along(0.2)}"/>
        <body name="hip_${n}" pos="${along(0.2)}">
          <joint name="hip_${n}" axis="0 0 1" range="-30 30"/>
          <geom fromto="0 0 0 ${along(0.2)}"/>
          <body name="ankle_${n}" pos="${along(0.2)}">
            <joint name="ankle_${n}" axis="${axis}" range="${range}"/>
            <geom fromto="0 0 0 ${along(0.4)}"/>
          </body>
        </body>
      </body>`;
}

// Margins are half of Gymnasium's, because MuJoCo adds those of two geoms since 3.5 and took the larger one before.
const mjcf = `
<mujoco model="ant">
  <option timestep="0.01" integrator="RK4"/>
  <size memory="1M"/>
  <default>
    <joint armature="1" damping="1" limited="true"/>
    <geom type="capsule" size="0.08" density="5" condim="3" friction="1 0.5 0.5" margin="0.005" conaffinity="0" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-1 1" gear="150"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="40 40 40" conaffinity="1"/>
    <body name="torso" pos="0 0 0.75">
      <freejoint name="root"/>
      <geom name="torso" type="sphere" size="0.25"/>
      ${leg(1, 1, 1, '-1 1 0', '30 70')}
      ${leg(2, -1, 1, '1 1 0', '-70 -30')}
      ${leg(3, -1, -1, '-1 1 0', '-70 -30')}
      ${leg(4, 1, -1, '1 1 0', '30 70')}
    </body>
  </worldbody>
  <actuator>
    <motor joint="hip_4"/>
    <motor joint="ankle_4"/>
    <motor joint="hip_1"/>
    <motor joint="ankle_1"/>
    <motor joint="hip_2"/>
    <motor joint="ankle_2"/>
    <motor joint="hip_3"/>
    <motor joint="ankle_3"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `Ant-v5`. */
export const antV5: EnvSpec = {
  id: 'Ant-v5',
  observationSpace: unbounded(105),
  actionSpace: box({ low: -1, high: 1, shape: [8] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: 6000,
};

export const antOptions = mujocoOptions({
  forwardRewardWeight: 1,
  ctrlCostWeight: 0.5,
  contactCostWeight: 5e-4,
  contactForceRange: [-1, 1],
  healthyReward: 1,
  terminateWhenUnhealthy: true,
  healthyZRange: [0.2, 1],
  resetNoiseScale: 0.1,
  excludeCurrentPositionsFromObservation: true,
  includeCfrcExtInObservation: true,
  contacts: 'mujoco-3.3',
  frameSkip: 5,
});

export type AntOptions = ValuesOf<typeof antOptions>;

const STATE_SIZE = 29;
const ACTIONS = 8;
const TORSO = 1;
/** Numbers of contact forces of the world, which are 0. */
const WORLD_FORCES = 6;
const BODY_FORCES = 13 * 6;

/**
 * Run forward on four legs. Action `[8]` in [−1, 1]: torques on hip and ankle of the legs 4, 1, 2, 3. Observation `[105]`:
 * positions without x and y (13), velocities (14), and contact forces on the bodies clipped to ±1 (78). Reward: forward velocity
 * + 1 when healthy − 0.5 · |action|² − 0.0005 · |forces|². Terminates when unhealthy: torso not within [0.2, 1] m. The velocity
 * is that of the torso where the engine computed it last, which lags a little behind its position. As Gymnasium plays it.
 * Contacts are those of MuJoCo 3.3 and before; the option `contacts` plays those of 3.9, where margins of two bodies add up.
 */
export class Ant extends MujocoEnv {
  readonly #settings: AntOptions;
  #velocity = 0;
  #sideVelocity = 0;
  #survivalReward = 0;
  #ctrlCost = 0;
  #contactCost = 0;

  constructor(spec: EnvSpec = antV5, options: Partial<AntOptions> = {}) {
    const settings = readMujocoOptions(spec.id, antOptions, options);
    const hidden = settings.excludeCurrentPositionsFromObservation ? 2 : 0;
    const forces = settings.includeCfrcExtInObservation ? BODY_FORCES : 0;
    const { contacts, frameSkip } = settings;
    super(spec, { mjcf, contacts, frameSkip, obsSize: STATE_SIZE - hidden + forces });
    this.#settings = settings;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    this.addUniform(qpos, this.#settings.resetNoiseScale);
    this.addNormal(qvel, this.#settings.resetNoiseScale);
    this.#velocity = this.#sideVelocity = this.#survivalReward = this.#ctrlCost = this.#contactCost = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { sim, dt } = this;
    const settings = this.#settings;
    const before = sim.data.xpos[3 * TORSO];
    const sideBefore = sim.data.xpos[3 * TORSO + 1];
    this.simulate(actions, offset);
    sim.contactForces();
    const { xpos, cfrc_ext } = sim.data;
    const healthy = this.#isHealthy();
    this.#velocity = (xpos[3 * TORSO] - before) / dt;
    this.#sideVelocity = (xpos[3 * TORSO + 1] - sideBefore) / dt;
    this.#survivalReward = healthy ? settings.healthyReward : 0;
    this.#ctrlCost = settings.ctrlCostWeight * squaredNorm(actions, offset, ACTIONS);
    this.#contactCost = settings.contactCostWeight * clippedSquares(cfrc_ext, settings.contactForceRange);
    const velocity = this.#velocity;
    const survivalReward = this.#survivalReward;
    const ctrlCost = this.#ctrlCost;
    const contactCost = this.#contactCost;
    this.reward = settings.forwardRewardWeight * velocity + survivalReward - (ctrlCost + contactCost);
    this.terminated = settings.terminateWhenUnhealthy && !healthy;
  }

  #isHealthy(): boolean {
    const { healthyZRange } = this.#settings;
    const { qpos, qvel } = this.sim.data;
    return (
      healthyZRange[0] <= qpos[2] && qpos[2] <= healthyZRange[1] && qpos.every(Number.isFinite) && qvel.every(Number.isFinite)
    );
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { qpos, qvel, cfrc_ext } = this.sim.data;
    const { excludeCurrentPositionsFromObservation, includeCfrcExtInObservation, contactForceRange } = this.#settings;
    let at = offset;
    for (let i = excludeCurrentPositionsFromObservation ? 2 : 0; i < qpos.length; i++) out[at++] = qpos[i];
    for (let i = 0; i < qvel.length; i++) out[at++] = qvel[i];
    if (!includeCfrcExtInObservation) return;
    const low = contactForceRange[0];
    const high = contactForceRange[1];
    for (let i = WORLD_FORCES; i < cfrc_ext.length; i++) out[at++] = Math.min(high, Math.max(low, cfrc_ext[i]));
  }

  /** Place (m), and of a step the velocity (m/s) and the parts of the reward; Gymnasium's keys. */
  protected override info(): EnvInfo {
    const { qpos } = this.sim.data;
    const place = groundPlace(qpos);
    if (this.isStart) return place;
    return {
      ...place,
      x_velocity: this.#velocity,
      y_velocity: this.#sideVelocity,
      reward_forward: this.#settings.forwardRewardWeight * this.#velocity,
      reward_survive: this.#survivalReward,
      reward_ctrl: -this.#ctrlCost,
      reward_contact: -this.#contactCost,
    };
  }

  protected override camera(): MujocoCamera {
    const { qpos } = this.sim.data;
    return { azimuth: 70, elevation: -30, lookAt: [qpos[0], qpos[1], 0.4], height: 3 };
  }
}

export const antEntry: EnvEntry<typeof antOptions> = {
  spec: antV5,
  summary: 'Run forward on four legs.',
  options: antOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new Ant(spec, options),
};
