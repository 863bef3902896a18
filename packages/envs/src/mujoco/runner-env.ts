import type { EnvInfo, EnvSpec, NumericArray } from '@zpin/contracts';
import { groundPlace, MujocoEnv, squaredNorm } from './mujoco-env.ts';
import type { ContactRule, MujocoValues } from './mujoco-options.ts';

/** Settings of every task that is about running forward. */
export type RunnerOptions = Pick<
  MujocoValues,
  'forwardRewardWeight' | 'ctrlCostWeight' | 'resetNoiseScale' | 'excludeCurrentPositionsFromObservation' | 'frameSkip'
> & {
  /** Of those whose bodies have margins. */
  readonly contacts?: ContactRule;
};

/** What is fixed about a runner. */
export interface RunnerSetup {
  /** The model; its first position is the way forward. */
  readonly mjcf: string;
  /** Positions and velocities together. */
  readonly stateSize: number;
  /** First positions, which the observation leaves out by default. */
  readonly hidden: number;
  /** Observed velocities are clipped to this; m/s or rad/s. */
  readonly maxVelocity: number;
}

/** Observes positions and velocities, and pays forward velocity − cost of the action. */
export abstract class RunnerEnv extends MujocoEnv {
  readonly #weights: RunnerOptions;
  readonly #hidden: number;
  readonly #maxVelocity: number;
  readonly #actionLength: number;
  /** Whether it moves in the plane of the ground, by its first two positions. */
  readonly #isFree: boolean;
  #velocity = 0;
  #sideVelocity = 0;
  #forwardReward = 0;
  #ctrlCost = 0;

  protected constructor(spec: EnvSpec, weights: RunnerOptions, { mjcf, stateSize, hidden, maxVelocity }: RunnerSetup) {
    const left = weights.excludeCurrentPositionsFromObservation ? hidden : 0;
    const { contacts = 'mujoco-3.3', frameSkip } = weights;
    super(spec, { mjcf, contacts, frameSkip, obsSize: stateSize - left });
    this.#weights = weights;
    this.#hidden = left;
    this.#isFree = hidden > 1;
    this.#maxVelocity = maxVelocity;
    this.#actionLength = this.sim.data.ctrl.length;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    this.addUniform(qpos, this.#weights.resetNoiseScale);
    this.addVelocityNoise(qvel, this.#weights.resetNoiseScale);
    this.#velocity = this.#sideVelocity = this.#forwardReward = this.#ctrlCost = 0;
  }

  /** Uniform in [−scale, scale), unless a subclass says otherwise. */
  protected addVelocityNoise(qvel: Float64Array, scale: number): void {
    this.addUniform(qvel, scale);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { sim, dt } = this;
    const before = sim.data.qpos[0];
    const sideBefore = sim.data.qpos[1];
    this.simulate(actions, offset);
    this.#velocity = (sim.data.qpos[0] - before) / dt;
    this.#sideVelocity = (sim.data.qpos[1] - sideBefore) / dt;
    this.#forwardReward = this.#weights.forwardRewardWeight * this.#velocity;
    this.#ctrlCost = this.#weights.ctrlCostWeight * squaredNorm(actions, offset, this.#actionLength);
    this.reward = this.#forwardReward - this.#ctrlCost;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const hidden = this.#hidden;
    const maxVelocity = this.#maxVelocity;
    const { qpos, qvel } = this.sim.data;
    let at = offset;
    for (let i = hidden; i < qpos.length; i++) out[at++] = qpos[i];
    for (let i = 0; i < qvel.length; i++) out[at++] = Math.min(maxVelocity, Math.max(-maxVelocity, qvel[i]));
  }

  /** Position (m), and of a step the velocity (m/s) and the parts of the reward; Gymnasium's keys. */
  protected override info(): EnvInfo {
    const { qpos } = this.sim.data;
    const place = { x_position: qpos[0], ...(this.#isFree && groundPlace(qpos)) };
    if (this.isStart) return place;
    return {
      ...place,
      x_velocity: this.#velocity,
      ...(this.#isFree && { y_velocity: this.#sideVelocity }),
      reward_forward: this.#forwardReward,
      reward_ctrl: -this.#ctrlCost,
    };
  }
}
