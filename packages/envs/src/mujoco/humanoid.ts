import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { humanoidModel } from './humanoid-model.ts';
import { clippedSquares, groundPlace, MujocoEnv, squaredNorm, unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';

/** Spaces, time limit and threshold of `Humanoid-v5`. */
export const humanoidV5: EnvSpec = {
  id: 'Humanoid-v5',
  observationSpace: unbounded(348),
  actionSpace: box({ low: -0.4, high: 0.4, shape: [17] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: null,
};

export const humanoidOptions = mujocoOptions({
  forwardRewardWeight: 1.25,
  ctrlCostWeight: 0.1,
  contactCostWeight: 5e-7,
  contactCostRange: [Number.NEGATIVE_INFINITY, 10],
  healthyReward: 5,
  terminateWhenUnhealthy: true,
  healthyZRange: [1, 2],
  resetNoiseScale: 1e-2,
  excludeCurrentPositionsFromObservation: true,
  includeCinertInObservation: true,
  includeCvelInObservation: true,
  includeQfrcActuatorInObservation: true,
  includeCfrcExtInObservation: true,
  frameSkip: 5,
});

export type HumanoidOptions = ValuesOf<typeof humanoidOptions>;

const POSITIONS = 24;
const VELOCITIES = 23;
const ACTIONS = 17;
const BODIES = 13;
const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/**
 * Walk forward on two legs. Action `[17]` in [−0.4, 0.4]: torques on abdomen (y, z, x), right and left leg (hip x, z, y, knee),
 * right and left arm (shoulder 1, 2, elbow). Observation `[348]`: positions without x and y (22), velocities (23), inertias (130)
 * and velocities (78) of the bodies, torques of the motors (17), contact forces on the bodies (78). Reward: 1.25 · forward
 * velocity of the centre of mass + 5 when healthy − 0.1 · |action|² − the cost of contacts, 5e-7 · |forces|² but at most 10.
 * Terminates when unhealthy: torso not between 1 and 2 m. The centre of mass is where the engine computed it last, which lags a
 * little behind the positions. As Gymnasium plays it.
 */
export class Humanoid extends MujocoEnv {
  readonly #settings: HumanoidOptions;
  readonly #totalMass: number;
  #velocity = 0;
  #sideVelocity = 0;
  #survivalReward = 0;
  #ctrlCost = 0;
  #contactCost = 0;

  constructor(spec: EnvSpec = humanoidV5, options: Partial<HumanoidOptions> = {}) {
    const settings = readMujocoOptions(spec.id, humanoidOptions, options);
    super(spec, { mjcf: humanoidModel, frameSkip: settings.frameSkip, obsSize: obsSize(settings) });
    this.#settings = settings;
    this.#totalMass = this.sim.modelData.body_mass.reduce((sum, mass) => sum + mass, 0);
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    this.addUniform(qpos, this.#settings.resetNoiseScale);
    this.addUniform(qvel, this.#settings.resetNoiseScale);
    this.#velocity = this.#sideVelocity = this.#survivalReward = this.#ctrlCost = this.#contactCost = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { sim, dt } = this;
    const settings = this.#settings;
    const before = this.#massCenter(0);
    const sideBefore = this.#massCenter(1);
    this.simulate(actions, offset);
    sim.contactForces();
    const { qpos, cfrc_ext } = sim.data;
    const healthy = settings.healthyZRange[0] < qpos[2] && qpos[2] < settings.healthyZRange[1];
    this.#velocity = (this.#massCenter(0) - before) / dt;
    this.#sideVelocity = (this.#massCenter(1) - sideBefore) / dt;
    this.#survivalReward = healthy ? settings.healthyReward : 0;
    this.#ctrlCost = settings.ctrlCostWeight * squaredNorm(actions, offset, ACTIONS);
    const { contactCostRange } = settings;
    const contactCost = settings.contactCostWeight * clippedSquares(cfrc_ext, ANY);
    this.#contactCost = Math.min(contactCostRange[1], Math.max(contactCostRange[0], contactCost));
    this.reward = settings.forwardRewardWeight * this.#velocity + this.#survivalReward - (this.#ctrlCost + this.#contactCost);
    this.terminated = settings.terminateWhenUnhealthy && !healthy;
  }

  /** x or y of the centre of mass, m. */
  #massCenter(axis: 0 | 1): number {
    const { xipos } = this.sim.data;
    const { body_mass } = this.sim.modelData;
    let sum = 0;
    for (let i = 0; i < body_mass.length; i++) sum += body_mass[i] * xipos[3 * i + axis];
    return sum / this.#totalMass;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const settings = this.#settings;
    const { qpos, qvel, cinert, cvel, qfrc_actuator, cfrc_ext } = this.sim.data;
    let at = offset;
    for (let i = settings.excludeCurrentPositionsFromObservation ? 2 : 0; i < POSITIONS; i++) out[at++] = qpos[i];
    for (let i = 0; i < VELOCITIES; i++) out[at++] = qvel[i];
    // The world and the root, which come first, are left out: they are always 0.
    if (settings.includeCinertInObservation) for (let i = 10; i < cinert.length; i++) out[at++] = cinert[i];
    if (settings.includeCvelInObservation) for (let i = 6; i < cvel.length; i++) out[at++] = cvel[i];
    if (settings.includeQfrcActuatorInObservation) for (let i = 6; i < VELOCITIES; i++) out[at++] = qfrc_actuator[i];
    if (settings.includeCfrcExtInObservation) for (let i = 6; i < cfrc_ext.length; i++) out[at++] = cfrc_ext[i];
  }

  /** Place (m) and tendons from hips to knees (rad, rad/s; left, right), and of a step the velocity (m/s) and the parts of the reward; Gymnasium's keys. */
  protected override info(): EnvInfo {
    const { qpos, ten_length, ten_velocity } = this.sim.data;
    const place = { ...groundPlace(qpos), tendon_length: ten_length.slice(), tendon_velocity: ten_velocity.slice() };
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
    return { azimuth: 60, elevation: -15, lookAt: [qpos[0], qpos[1], 0.9], height: 2.6 };
  }
}

export const humanoidEntry: EnvEntry<typeof humanoidOptions> = {
  spec: humanoidV5,
  summary: 'Walk forward on two legs.',
  options: humanoidOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new Humanoid(spec, options),
};

function obsSize(settings: HumanoidOptions): number {
  return (
    POSITIONS -
    (settings.excludeCurrentPositionsFromObservation ? 2 : 0) +
    VELOCITIES +
    (settings.includeCinertInObservation ? 10 * BODIES : 0) +
    (settings.includeCvelInObservation ? 6 * BODIES : 0) +
    (settings.includeQfrcActuatorInObservation ? ACTIONS : 0) +
    (settings.includeCfrcExtInObservation ? 6 * BODIES : 0)
  );
}
