import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { HumanoidEnv } from './humanoid-env.ts';
import { squaredNorm, unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';

/** Spaces, time limit and threshold of `HumanoidStandup-v5`. */
export const humanoidStandupV5: EnvSpec = {
  id: 'HumanoidStandup-v5',
  observationSpace: unbounded(348),
  actionSpace: box({ low: -0.4, high: 0.4, shape: [17] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: null,
};

export const humanoidStandupOptions = mujocoOptions({
  uphCostWeight: 1,
  ctrlCostWeight: 0.1,
  impactCostWeight: 5e-7,
  impactCostRange: [Number.NEGATIVE_INFINITY, 10],
  resetNoiseScale: 1e-2,
  excludeCurrentPositionsFromObservation: true,
  includeCinertInObservation: true,
  includeCvelInObservation: true,
  includeQfrcActuatorInObservation: true,
  includeCfrcExtInObservation: true,
  contacts: 'mujoco-3.3',
  frameSkip: 5,
});

export type HumanoidStandupOptions = ValuesOf<typeof humanoidStandupOptions>;

const ACTIONS = 17;
/** Paid for every step. */
const STEP_REWARD = 1;

/**
 * Stand up from lying on the back. Action `[17]` and observation `[348]` are those of `Humanoid-v5`. Reward: height of the torso
 * (m) / duration of a physics step (s) + 1 − 0.1 · |action|² − the cost of contacts, 5e-7 · |forces|² but at most 10. Never
 * terminates. As Gymnasium plays it, which takes `uphCostWeight` without using it: here it is a factor of the height. Contacts
 * are those of MuJoCo 3.3 and before; the option `contacts` plays those of 3.9, where margins of two bodies add up and the
 * solver goes over the constraints in another order.
 */
export class HumanoidStandup extends HumanoidEnv {
  readonly #settings: HumanoidStandupOptions;
  #heightReward = 0;
  #ctrlCost = 0;
  #impactCost = 0;

  constructor(spec: EnvSpec = humanoidStandupV5, options: Partial<HumanoidStandupOptions> = {}) {
    const settings = readMujocoOptions(spec.id, humanoidStandupOptions, options);
    super(spec, settings, true);
    this.#settings = settings;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    super.place(qpos, qvel);
    this.#heightReward = this.#ctrlCost = this.#impactCost = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { sim } = this;
    const settings = this.#settings;
    this.simulate(actions, offset);
    this.#heightReward = (settings.uphCostWeight * sim.data.qpos[2]) / sim.timestep;
    this.#ctrlCost = settings.ctrlCostWeight * squaredNorm(actions, offset, ACTIONS);
    this.#impactCost = this.contactCost(settings.impactCostWeight, settings.impactCostRange);
    this.reward = this.#heightReward - this.#ctrlCost - this.#impactCost + STEP_REWARD;
  }

  /** Place (m) and tendons (rad, rad/s; left, right), and of a step the parts of the reward; Gymnasium's keys. */
  protected override info(): EnvInfo {
    const { data, modelData } = this.sim;
    const { qpos } = data;
    const place = {
      x_position: qpos[0],
      y_position: qpos[1],
      z_distance_from_origin: qpos[2] - modelData.qpos0[2],
      ...this.tendons(),
    };
    if (this.isStart) return place;
    return {
      ...place,
      reward_linup: this.#heightReward,
      reward_quadctrl: -this.#ctrlCost,
      reward_impact: -this.#impactCost,
    };
  }

  protected override camera(): MujocoCamera {
    const { qpos } = this.sim.data;
    return { azimuth: 60, elevation: -20, lookAt: [qpos[0] + 0.3, qpos[1], 0.5], height: 2.2 };
  }
}

export const humanoidStandupEntry: EnvEntry<typeof humanoidStandupOptions> = {
  spec: humanoidStandupV5,
  summary: 'Stand up from lying on the back.',
  options: humanoidStandupOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new HumanoidStandup(spec, options),
};
