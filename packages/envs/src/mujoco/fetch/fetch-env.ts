import {
  box,
  type EnvInfo,
  type EnvSpec,
  type EnvState,
  type Frame,
  field,
  type GoalEnv,
  type GoalObs,
  goalSpace,
  type NumericArray,
  readValues,
  type ValuesOf,
} from '@zpin/contracts';
import { ArrayEnv } from '../../base/array-env.ts';
import { unbounded } from '../mujoco-env.ts';
import { drawMujoco, type MujocoCamera } from '../mujoco-picture.ts';
import { MujocoSim } from '../mujoco-sim.ts';
import { fetchModel } from './fetch-model.ts';
import { type FetchTask, fetchPickAndPlace, fetchPush, fetchReach, fetchSlide } from './fetch-tasks.ts';

/** Physics steps of 2 ms per action: 25 actions per second. */
const SUBSTEPS = 20;
/** Distance to the goal that counts as reached, m. */
const REACH = 0.05;
/** Displacement of the gripper's target by a full action, m. */
const STRIDE = 0.05;
/** The object starts at least this far from the gripper, m. */
const CLEARANCE = 0.1;
/** Gymnasium-Robotics adds this quaternion to the gripper's own, which keeps it pointing down. */
const POINTING_DOWN = [1, 0, 1, 0];
/** From the gripper in the model's zero pose to its place over the table, m. */
const TO_TABLE = [-0.498, 0.005, -0.431];

const CAMERA: MujocoCamera = { azimuth: 132, elevation: -20, lookAt: [1, 0.75, 0.55], height: 1.45 };

// Places in the state: the goal, the observation, and from `SIM` on that of the physics engine.
const GOAL = 0;
const OBS = 3;

/** Where every episode of a task starts, after the scene has settled. */
interface Start {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  readonly grip: Float64Array;
  readonly objectHeight: number;
}

/** Settling takes as long as ten steps and always ends alike. */
const starts = new WeakMap<FetchTask, Start>();

function fetchSpec(id: string, task: FetchTask): EnvSpec {
  return {
    id,
    observationSpace: fetchSpace(task),
    actionSpace: box({ low: -1, high: 1, shape: [4] }),
    maxEpisodeSteps: 50,
    rewardThreshold: null,
  };
}

function fetchSpace({ scene }: FetchTask) {
  return goalSpace(unbounded(scene.object ? 25 : 10), unbounded(3));
}

/** Spaces, time limit and threshold of `FetchReach-v4`. */
export const fetchReachV4 = fetchSpec('FetchReach-v4', fetchReach);
/** Spaces, time limit and threshold of `FetchPush-v4`. */
export const fetchPushV4 = fetchSpec('FetchPush-v4', fetchPush);
/** Spaces, time limit and threshold of `FetchSlide-v4`. */
export const fetchSlideV4 = fetchSpec('FetchSlide-v4', fetchSlide);
/** Spaces, time limit and threshold of `FetchPickAndPlace-v4`. */
export const fetchPickAndPlaceV4 = fetchSpec('FetchPickAndPlace-v4', fetchPickAndPlace);

export const fetchOptions = {
  isDense: field.boolean({ default: false, meaning: 'whether a step is paid -distance, instead of -1 away from the goal' }),
};

export interface FetchOptions extends Partial<ValuesOf<typeof fetchOptions>> {
  /** Scene, start and goals. */
  readonly task?: FetchTask;
}

/**
 * A robot arm brings its gripper, or an object, to a goal: reward 0 within 5 cm of it, else −1 per step; the episode goes on
 * either way.
 *
 * Action `[4]` in [−1, 1]: displacement of the gripper (5 cm for 1) and, where the gripper moves, closing (−1) or opening (1).
 * Observation `[10]`: gripper (m), fingers (m), velocities of both (m per step); with an object `[25]`: gripper, object, object
 * relative to the gripper, fingers, Euler angles of the object, its linear velocity relative to the gripper, its angular
 * velocity, velocities of gripper and fingers. Plappert et al. 2018, "Multi-Goal Reinforcement Learning".
 */
export class FetchEnv extends ArrayEnv<GoalObs, Float32Array> implements GoalEnv<Float32Array> {
  protected override readonly world: Float64Array;
  protected readonly sim: MujocoSim;
  readonly #task: FetchTask;
  readonly #isDense: boolean;
  readonly #first: Start;
  readonly #obsLength: number;
  /** Part of `world` that holds the state of the physics engine; written only by `state`. */
  readonly #physics: Float64Array;

  readonly #gripper: number;
  readonly #gripSite: number;
  readonly #objectSite: number;
  /** Index of the first finger's position, and of its velocity; the second follows. */
  readonly #fingerPos: number;
  readonly #fingerVel: number;
  readonly #gripVelocity = new Float64Array(3);
  readonly #objectVelocity = new Float64Array(3);
  readonly #spin = new Float64Array(3);

  /** @throws InputError when MuJoCo is not loaded */
  constructor(spec: EnvSpec = fetchReachV4, { task = fetchReach, ...options }: FetchOptions = {}) {
    const { isDense } = readValues(fetchOptions, options, spec.id);
    super({ ...spec, observationSpace: fetchSpace(task) });
    const hasObject = task.scene.object !== undefined;
    const sim = new MujocoSim(fetchModel(task.scene));
    this.#task = task;
    this.#isDense = isDense;
    this.sim = sim;
    this.#gripper = sim.id('body', 'gripper');
    this.#gripSite = sim.id('site', 'grip');
    this.#objectSite = hasObject ? sim.id('site', 'object') : -1;
    const finger = sim.id('joint', 'right_finger');
    this.#fingerPos = sim.modelData.jnt_qposadr[finger];
    this.#fingerVel = sim.modelData.jnt_dofadr[finger];
    this.#obsLength = hasObject ? 25 : 10;
    this.world = new Float64Array(OBS + this.#obsLength + sim.stateSize);
    this.#physics = this.world.subarray(OBS + this.#obsLength);
    this.#first = starts.get(task) ?? this.#settle();
    starts.set(task, this.#first);
  }

  computeReward(achieved: NumericArray, desired: NumericArray, out: Float32Array): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = this.#rewardAt(distance(achieved, 3 * i, desired, 3 * i));
    return out;
  }

  render(): Frame {
    this.refuseClosed('render');
    const position = this.world.subarray(GOAL, GOAL + 3);
    return drawMujoco(this.sim, CAMERA, [{ position, radius: 0.02, color: [220, 50, 47] }]);
  }

  override state(): EnvState {
    this.refuseClosed('state');
    this.sim.save(this.#physics);
    return super.state();
  }

  override restore(state: EnvState): void {
    super.restore(state);
    this.sim.restore(this.#physics);
  }

  override close(): void {
    super.close();
    this.sim.dispose();
  }

  protected override start(): void {
    const { sim, rng, world } = this;
    const first = this.#first;
    const task = this.#task;
    sim.reset();
    const { qpos, qvel } = sim.data;
    qpos.set(first.qpos);
    qvel.set(first.qvel);
    const [x, y, z] = first.grip;
    if (this.#objectSite >= 0) {
      const at = qpos.length - 7;
      do {
        qpos[at] = x + rng.uniform(-task.objectRange, task.objectRange);
        qpos[at + 1] = y + rng.uniform(-task.objectRange, task.objectRange);
      } while (Math.hypot(qpos[at] - x, qpos[at + 1] - y) < CLEARANCE);
    }
    sim.forward();
    world[GOAL] = x + rng.uniform(-task.goalRange, task.goalRange) + task.goalOffset;
    world[GOAL + 1] = y + rng.uniform(-task.goalRange, task.goalRange);
    world[GOAL + 2] = z + rng.uniform(-task.goalRange, task.goalRange);
    if (this.#objectSite >= 0) world[GOAL + 2] = first.objectHeight;
    if (task.isGoalInAir && rng.random() < 0.5) world[GOAL + 2] += rng.uniform(0, 0.45);
    this.#look();
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { sim } = this;
    const gripper = this.#gripper;
    const fingerPos = this.#fingerPos;
    const { xpos, xquat, mocap_pos, mocap_quat, ctrl, qpos } = sim.data;
    for (let i = 0; i < 3; i++) mocap_pos[i] = xpos[3 * gripper + i] + STRIDE * clip(actions[offset + i]);
    for (let i = 0; i < 4; i++) mocap_quat[i] = xquat[4 * gripper + i] + POINTING_DOWN[i];
    if (this.#task.scene.hasGripper) {
      // The motors are in the order left, right; the joints the other way round.
      ctrl[0] = qpos[fingerPos + 1] + clip(actions[offset + 3]);
      ctrl[1] = qpos[fingerPos] + clip(actions[offset + 3]);
    }
    sim.step(SUBSTEPS);
    if (!this.#task.scene.hasGripper) {
      qpos[fingerPos] = 0;
      qpos[fingerPos + 1] = 0;
      sim.forward();
    }
    this.#look();
    this.reward = this.#rewardAt(this.#distance());
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { world } = this;
    const obsLength = this.#obsLength;
    const achieved = this.#achieved();
    for (let i = 0; i < 3; i++) {
      out[offset + i] = world[achieved + i];
      out[offset + 3 + i] = world[GOAL + i];
    }
    for (let i = 0; i < obsLength; i++) out[offset + 6 + i] = world[OBS + i];
  }

  /** Nobody wants them in curves; what counts is there as success or return. */
  protected override get tellsInfo(): boolean {
    return false;
  }

  /** `isSuccess`: 1 within reach of the goal. */
  protected override info(): EnvInfo {
    return { isSuccess: Number(this.#distance() < REACH) };
  }

  /** Lets the gripper come to its place and the object to rest. */
  #settle(): Start {
    const { sim } = this;
    const task = this.#task;
    const { qpos, qvel, site_xpos, mocap_pos, mocap_quat } = sim.data;
    qpos.set(task.base);
    if (task.objectStart) qpos.set([...task.objectStart, 1, 0, 0, 0], qpos.length - 7);
    sim.forward();
    const grip = 3 * this.#gripSite;
    for (let i = 0; i < 3; i++) mocap_pos[i] = site_xpos[grip + i] + TO_TABLE[i];
    mocap_pos[2] += task.extraHeight;
    mocap_quat.set(POINTING_DOWN);
    sim.step(10 * SUBSTEPS);
    const objectHeight = this.#objectSite >= 0 ? site_xpos[3 * this.#objectSite + 2] : 0;
    return { qpos: qpos.slice(), qvel: qvel.slice(), grip: site_xpos.slice(grip, grip + 3), objectHeight };
  }

  /** Reads the observation off the simulation. */
  #look(): void {
    const { sim, world } = this;
    const fingerPos = this.#fingerPos;
    const fingerVel = this.#fingerVel;
    const gripVelocity = this.#gripVelocity;
    const { site_xpos, qpos, qvel } = sim.data;
    const perStep = SUBSTEPS * sim.timestep;
    sim.siteVelocity(this.#gripSite, gripVelocity, this.#spin);
    for (let i = 0; i < 3; i++) world[OBS + i] = site_xpos[3 * this.#gripSite + i];
    if (this.#objectSite >= 0) this.#lookAtObject(perStep);
    const fingers = OBS + (this.#objectSite >= 0 ? 9 : 3);
    const velocities = OBS + this.#obsLength - 5;
    for (let i = 0; i < 2; i++) {
      world[fingers + i] = qpos[fingerPos + i];
      world[velocities + 3 + i] = qvel[fingerVel + i] * perStep;
    }
    for (let i = 0; i < 3; i++) world[velocities + i] = gripVelocity[i] * perStep;
  }

  #lookAtObject(perStep: number): void {
    const { world } = this;
    const objectSite = this.#objectSite;
    const objectVelocity = this.#objectVelocity;
    const gripVelocity = this.#gripVelocity;
    const spin = this.#spin;
    const { site_xpos, site_xmat } = this.sim.data;
    this.sim.siteVelocity(objectSite, objectVelocity, spin);
    for (let i = 0; i < 3; i++) {
      world[OBS + 3 + i] = site_xpos[3 * objectSite + i];
      world[OBS + 6 + i] = world[OBS + 3 + i] - world[OBS + i];
      world[OBS + 14 + i] = (objectVelocity[i] - gripVelocity[i]) * perStep;
      world[OBS + 17 + i] = spin[i] * perStep;
    }
    writeEuler(site_xmat, 9 * objectSite, world, OBS + 11);
  }

  /** Place in `world` of the point that should come to the goal. */
  #achieved(): number {
    return this.#objectSite >= 0 ? OBS + 3 : OBS;
  }

  #distance(): number {
    return distance(this.world, this.#achieved(), this.world, GOAL);
  }

  #rewardAt(away: number): number {
    if (this.#isDense) return -away;
    return away > REACH ? -1 : 0;
  }
}

function clip(action: number): number {
  return Math.min(1, Math.max(-1, action));
}

/** Distance between the points at `a[i]` and `b[j]`. */
function distance(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number {
  return Math.hypot(a[i] - b[j], a[i + 1] - b[j + 1], a[i + 2] - b[j + 2]);
}

/** Writes the Euler angles (about x, y, z) of the rotation matrix at `matrix[m]`, in rad. */
function writeEuler(matrix: Float64Array, m: number, out: Float64Array, at: number): void {
  out[at] = -Math.atan2(matrix[m + 5], matrix[m + 8]);
  out[at + 1] = -Math.atan2(-matrix[m + 2], Math.hypot(matrix[m + 8], matrix[m + 5]));
  out[at + 2] = -Math.atan2(matrix[m + 1], matrix[m]);
}
