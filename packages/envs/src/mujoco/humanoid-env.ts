import type { EnvSpec, NumericArray } from '@zpin/contracts';
import { humanoidModel } from './humanoid-model.ts';
import { clippedSquares, MujocoEnv } from './mujoco-env.ts';
import type { MujocoValues } from './mujoco-options.ts';

const POSITIONS = 24;
const VELOCITIES = 23;
const ACTIONS = 17;
const BODIES = 13;
const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** Settings of every task of the humanoid. */
export type HumanoidBodyOptions = Pick<
  MujocoValues,
  | 'resetNoiseScale'
  | 'excludeCurrentPositionsFromObservation'
  | 'includeCinertInObservation'
  | 'includeCvelInObservation'
  | 'includeQfrcActuatorInObservation'
  | 'includeCfrcExtInObservation'
  | 'contacts'
  | 'frameSkip'
>;

/**
 * A body with two legs and two arms. Action `[17]` in [−0.4, 0.4]: torques on abdomen (y, z, x), right and left leg (hip x, z, y,
 * knee), right and left arm (shoulder 1, 2, elbow). Observation `[348]`: positions without x and y (22), velocities (23), inertias
 * (130) and velocities (78) of the bodies, torques of the motors (17), contact forces on the bodies (78).
 */
export abstract class HumanoidEnv extends MujocoEnv {
  readonly #settings: HumanoidBodyOptions;

  /** @param isLying whether it starts on its back, instead of on its feet */
  protected constructor(spec: EnvSpec, settings: HumanoidBodyOptions, isLying: boolean) {
    const { contacts, frameSkip } = settings;
    const isSequential = contacts === 'mujoco-3.3';
    const mjcf = humanoidModel(isLying, isSequential ? 0 : 50);
    super(spec, { mjcf, contacts, isSequential, frameSkip, obsSize: obsSize(settings) });
    this.#settings = settings;
  }

  protected override place(qpos: Float64Array, qvel: Float64Array): void {
    this.addUniform(qpos, this.#settings.resetNoiseScale);
    this.addUniform(qvel, this.#settings.resetNoiseScale);
  }

  /** Plays the action, and computes contact forces. */
  protected override simulate(actions: NumericArray, offset: number): void {
    super.simulate(actions, offset);
    this.sim.contactForces();
  }

  /** Weight times the squared contact forces, within a range. */
  protected contactCost(weight: number, range: readonly number[]): number {
    return Math.min(range[1], Math.max(range[0], weight * clippedSquares(this.sim.data.cfrc_ext, ANY)));
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

  /** Tendons from hips to knees (rad, rad/s; left, right). */
  protected tendons() {
    const { ten_length, ten_velocity } = this.sim.data;
    return { tendon_length: ten_length.slice(), tendon_velocity: ten_velocity.slice() };
  }
}

function obsSize(settings: HumanoidBodyOptions): number {
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
