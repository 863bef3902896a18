import { box, type EnvInfo, type EnvSpec, type NumericArray, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { MujocoEnv, unbounded } from './mujoco-env.ts';
import { mujocoOptions, readMujocoOptions } from './mujoco-options.ts';
import type { MujocoCamera } from './mujoco-picture.ts';
import { mujocoRequirement } from './mujoco-sim.ts';

// The sideways pull of 1e-5 m/s² is Gymnasium's.
const mjcf = `
<mujoco model="inverted_double_pendulum">
  <option timestep="0.01" integrator="RK4" gravity="1e-5 0 -9.81"/>
  <size memory="256K"/>
  <default>
    <joint type="hinge" axis="0 1 0" damping="0.05"/>
    <geom type="capsule" contype="0" conaffinity="0" size="0.045" rgba="0.8 0.55 0.3 1"/>
  </default>
  <worldbody>
    <geom name="rail" fromto="-1 0 0 1 0 0" size="0.02" rgba="0.45 0.5 0.6 1"/>
    <body name="cart">
      <joint name="slider" type="slide" axis="1 0 0" limited="true" range="-1 1" margin="0.01"/>
      <geom name="cart" fromto="-0.1 0 0 0.1 0 0" size="0.1" rgba="0.35 0.45 0.7 1"/>
      <body name="pole">
        <joint name="hinge"/>
        <geom name="pole" fromto="0 0 0 0 0 0.6"/>
        <body name="pole2" pos="0 0 0.6">
          <joint name="hinge2"/>
          <geom name="pole2" fromto="0 0 0 0 0 0.6"/>
          <site name="tip" pos="0 0 0.6"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="slider" gear="500" ctrllimited="true" ctrlrange="-1 1"/>
  </actuator>
</mujoco>`;

/** Spaces, time limit and threshold of `InvertedDoublePendulum-v5`. */
export const invertedDoublePendulumV5: EnvSpec = {
  id: 'InvertedDoublePendulum-v5',
  observationSpace: unbounded(9),
  actionSpace: box({ low: -1, high: 1, shape: [1] }),
  maxEpisodeSteps: 1000,
  rewardThreshold: 9100,
};

export const invertedDoublePendulumOptions = mujocoOptions({
  healthyReward: 10,
  resetNoiseScale: 0.1,
  frameSkip: 5,
});

export type InvertedDoublePendulumOptions = ValuesOf<typeof invertedDoublePendulumOptions>;

/** Bound of observed velocities and of the observed force. */
const BOUND = 10;

/**
 * Balance two poles, one on the other, on a cart. Action `[1]` in [−1, 1]: force on the cart, times 500 N. Observation `[9]`:
 * position of the cart, sines and then cosines of the two angles, velocities, and the force that keeps the cart on its rail; the
 * last two clipped to ±10. Reward: 10 while standing − 0.01 x² − (z − 2)² of the tip − 0.001 ω₁² − 0.005 ω₂². Terminates when the
 * tip is at or below 1 m. The tip is where the engine computed it last, which lags a little behind the positions. As Gymnasium
 * plays it.
 */
export class InvertedDoublePendulum extends MujocoEnv {
  readonly #settings: InvertedDoublePendulumOptions;
  #survivalReward = 0;
  #distancePenalty = 0;
  #velocityPenalty = 0;

  constructor(spec: EnvSpec = invertedDoublePendulumV5, options: Partial<InvertedDoublePendulumOptions> = {}) {
    const settings = readMujocoOptions(spec.id, invertedDoublePendulumOptions, options);
    super(spec, { mjcf, frameSkip: settings.frameSkip, obsSize: 9 });
    this.#settings = settings;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    this.addUniform(qpos, this.#settings.resetNoiseScale);
    this.addNormal(qvel, this.#settings.resetNoiseScale);
    this.#survivalReward = this.#distancePenalty = this.#velocityPenalty = 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.simulate(actions, offset);
    const { site_xpos, qvel } = this.sim.data;
    const x = site_xpos[0];
    const z = site_xpos[2];
    this.terminated = z <= 1;
    this.#survivalReward = this.terminated ? 0 : this.#settings.healthyReward;
    this.#distancePenalty = 0.01 * x * x + (z - 2) * (z - 2);
    this.#velocityPenalty = 1e-3 * qvel[1] * qvel[1] + 5e-3 * qvel[2] * qvel[2];
    this.reward = this.#survivalReward - this.#distancePenalty - this.#velocityPenalty;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { qpos, qvel, qfrc_constraint } = this.sim.data;
    out[offset] = qpos[0];
    for (let i = 0; i < 2; i++) {
      out[offset + 1 + i] = Math.sin(qpos[1 + i]);
      out[offset + 3 + i] = Math.cos(qpos[1 + i]);
    }
    for (let i = 0; i < 3; i++) out[offset + 5 + i] = clip(qvel[i]);
    out[offset + 8] = clip(qfrc_constraint[0]);
  }

  /** Of a step the parts of the reward; Gymnasium's keys. */
  protected override info(): EnvInfo {
    if (this.isStart) return super.info();
    return {
      reward_survive: this.#survivalReward,
      distance_penalty: -this.#distancePenalty,
      velocity_penalty: -this.#velocityPenalty,
    };
  }

  protected override camera(): MujocoCamera {
    return { azimuth: 90, elevation: 0, lookAt: [0, 0, 0.5], height: 2.2 };
  }
}

export const invertedDoublePendulumEntry: EnvEntry<typeof invertedDoublePendulumOptions> = {
  spec: invertedDoublePendulumV5,
  summary: 'Balance two poles, one on the other, on a cart.',
  options: invertedDoublePendulumOptions,
  requires: mujocoRequirement,
  create: (spec, options) => new InvertedDoublePendulum(spec, options),
};

function clip(value: number): number {
  return Math.min(BOUND, Math.max(-BOUND, value));
}
