import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { HumanoidEnv } from './humanoid-env.ts';
import { groundPlace, squaredNorm, unbounded } from './mujoco-env.ts';
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
  contacts: 'mujoco-3.3',
  frameSkip: 5,
});

export type HumanoidOptions = ValuesOf<typeof humanoidOptions>;

const ACTIONS = 17;

/**
 * Walk forward on two legs. Action `[17]` in [−0.4, 0.4]: torques on abdomen (y, z, x), right and left leg (hip x, z, y, knee),
 * right and left arm (shoulder 1, 2, elbow). Observation `[348]`: positions without x and y (22), velocities (23), inertias
 * (130) and velocities (78) of the bodies, torques of the motors (17), contact forces on the bodies (78). Reward: 1.25 · forward
 * velocity of the centre of mass + 5 when healthy − 0.1 · |action|² − the cost of contacts, 5e-7 · |forces|² but at most 10.
 * Terminates when unhealthy: torso not between 1 and 2 m. The centre of mass is where the engine computed it last, which lags a
 * little behind the positions. As Gymnasium plays it. Contacts are those of MuJoCo 3.3 and before; the option `contacts` plays
 * those of 3.9, where margins of two bodies add up and the solver goes over the constraints in another order.
 */
export class Humanoid extends HumanoidEnv {
  readonly #settings: HumanoidOptions;
  readonly #totalMass: number;
  #velocity = 0;
  #sideVelocity = 0;
  #survivalReward = 0;
  #ctrlCost = 0;
  #contactCost = 0;

  constructor(spec: EnvSpec = humanoidV5, options: Partial<HumanoidOptions> = {}) {
    const settings = readMujocoOptions(spec.id, humanoidOptions, options);
    super(spec, settings, false);
    this.#settings = settings;
    this.#totalMass = this.sim.modelData.body_mass.reduce((sum, mass) => sum + mass, 0);
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    super.place(qpos, qvel);
    this.#velocity = this.#sideVelocity = this.#survivalReward = this.#ctrlCost = this.#contactCost = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { sim, dt } = this;
    const settings = this.#settings;
    const before = this.#massCenter(0);
    const sideBefore = this.#massCenter(1);
    this.simulate(actions, offset);
    const { qpos } = sim.data;
    const healthy = settings.healthyZRange[0] < qpos[2] && qpos[2] < settings.healthyZRange[1];
    this.#velocity = (this.#massCenter(0) - before) / dt;
    this.#sideVelocity = (this.#massCenter(1) - sideBefore) / dt;
    this.#survivalReward = healthy ? settings.healthyReward : 0;
    this.#ctrlCost = settings.ctrlCostWeight * squaredNorm(actions, offset, ACTIONS);
    this.#contactCost = this.contactCost(settings.contactCostWeight, settings.contactCostRange);
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

  /** Place (m) and tendons from hips to knees (rad, rad/s; left, right), and of a step the velocity (m/s) and the parts of the reward; Gymnasium's keys. */
  protected override info(): EnvInfo {
    const place = { ...groundPlace(this.sim.data.qpos), ...this.tendons() };
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
