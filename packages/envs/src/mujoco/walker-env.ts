import type { EnvInfo, EnvSpec, NumericArray } from '@zpin/contracts';
import type { MujocoValues } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { RunnerEnv, type RunnerOptions, type RunnerSetup } from './runner-env.ts';

/** Settings of the runners that can fall. */
export type WalkerOptions = RunnerOptions &
  Pick<MujocoValues, 'healthyReward' | 'terminateWhenUnhealthy' | 'healthyZRange' | 'healthyAngleRange' | 'healthyStateRange'>;

/** A runner in the x-z plane that is paid for staying upright; its first positions are x, z and the angle of the torso. */
export abstract class WalkerEnv extends RunnerEnv {
  readonly #health: WalkerOptions;
  #survivalReward = 0;

  protected constructor(spec: EnvSpec, settings: WalkerOptions, setup: Omit<RunnerSetup, 'hidden' | 'maxVelocity'>) {
    super(spec, settings, { ...setup, hidden: 1, maxVelocity: 10 });
    this.#health = settings;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    super.place(qpos, qvel);
    this.#survivalReward = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    super.advance(actions, offset);
    const healthy = this.#isHealthy();
    this.#survivalReward = healthy ? this.#health.healthyReward : 0;
    this.reward += this.#survivalReward;
    this.terminated = this.#health.terminateWhenUnhealthy && !healthy;
  }

  #isHealthy(): boolean {
    const { healthyStateRange, healthyZRange, healthyAngleRange } = this.#health;
    const { qpos, qvel } = this.sim.data;
    return (
      isBetween(qpos[1], healthyZRange) &&
      isBetween(qpos[2], healthyAngleRange) &&
      areBetween(qpos, 2, healthyStateRange) &&
      areBetween(qvel, 0, healthyStateRange)
    );
  }

  protected override info(): EnvInfo {
    const { data, modelData } = this.sim;
    const info = { ...super.info(), z_distance_from_origin: data.qpos[1] - modelData.qpos0[1] };
    return this.isStart ? info : { ...info, reward_survive: this.#survivalReward };
  }

  protected override camera(): MujocoCamera {
    return { azimuth: 90, elevation: -12, lookAt: [this.sim.data.qpos[0], 0, 0.75], height: 2.2, floorWidth: 3 };
  }
}

function isBetween(value: number, range: readonly number[]): boolean {
  return range[0] < value && value < range[1];
}

function areBetween(values: Float64Array, from: number, range: readonly number[]): boolean {
  for (let i = from; i < values.length; i++) if (!isBetween(values[i], range)) return false;
  return true;
}
