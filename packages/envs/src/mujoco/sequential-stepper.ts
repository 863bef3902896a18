import type { DoubleBuffer, MainModule, MjData, MjModel } from '@mujoco/mujoco';

/** What is read and written here; all of it may move in memory between calls of the engine. */
type Arrays = Readonly<Record<'qpos' | 'qvel' | 'qacc' | 'qacc_smooth' | 'qacc_warmstart' | 'qfrc_constraint', Float64Array>>;

/** Most sweeps over all constraints. */
const SWEEPS = 50;
/** Sweeps end when one betters the cost, in units of the model's inertia, by less. */
const TOLERANCE = 1e-8;
/** A force that would worsen the cost by more than rounding is left as it was. */
const ROUNDING = 1e-10;
const STAGES = 4;
/** Velocities and accelerations at which each further stage of the integrator looks, as a share of those of the stage before. */
const AHEAD = [0.5, 0.5, 1];
/** Weights of the stages in the step. */
const WEIGHTS = [1 / 6, 1 / 3, 1 / 3, 1 / 6];
/** Of `mj_forwardSkip`: nothing is up to date, and sensors are not wanted. */
const FROM_POSITIONS = 0;
const WITHOUT_SENSORS = 1;

/**
 * Steps a model as MuJoCo 3.3 did with its solver PGS and its integrator RK4: forces of the constraints are bettered one after
 * the other, always in the same order. Later versions go through them in another order; after 50 sweeps neither is
 * through, so that forces differ in the fifth digit. The model must have `solver="PGS"`, `iterations="0"`, `integrator="RK4"` and
 * no friction losses: the engine prepares the constraints, and the rest happens here.
 */
export class SequentialStepper {
  readonly #engine: MainModule;
  readonly #model: MjModel;
  readonly #mjData: MjData;
  readonly #arrays: () => Arrays;
  readonly #timestep: number;
  /** 1 / inertia, for `TOLERANCE`. */
  readonly #scale: number;
  readonly #position: DoubleBuffer;
  readonly #force: DoubleBuffer;
  readonly #acceleration: DoubleBuffer;
  readonly #velocities: readonly Float64Array[];
  readonly #accelerations: readonly Float64Array[];
  readonly #velocity0: Float64Array;
  readonly #position0: Float64Array;
  /** Arguments for the engine, which takes plain arrays. */
  readonly #rate: number[];
  #forces: number[] = [];
  #slope = new Float64Array(64);

  /** @param arrays gives the numbers of `mjData` */
  constructor(engine: MainModule, model: MjModel, mjData: MjData, arrays: () => Arrays) {
    const { nq, nv } = model;
    const vectors = () => Array.from({ length: STAGES }, () => new Float64Array(nv));
    this.#engine = engine;
    this.#model = model;
    this.#mjData = mjData;
    this.#arrays = arrays;
    this.#timestep = model.opt.timestep;
    this.#scale = 1 / (model.stat.meaninertia * Math.max(1, nv));
    this.#position = new engine.DoubleBuffer(nq);
    this.#force = new engine.DoubleBuffer(nv);
    this.#acceleration = new engine.DoubleBuffer(nv);
    this.#velocities = vectors();
    this.#accelerations = vectors();
    this.#velocity0 = new Float64Array(nv);
    this.#position0 = new Float64Array(nq);
    this.#rate = Array<number>(nv).fill(0);
  }

  /** What must be deleted with the simulation. */
  get handles(): readonly DoubleBuffer[] {
    return [this.#position, this.#force, this.#acceleration];
  }

  /** One step of Runge and Kutta's method of fourth order. */
  step(): void {
    const engine = this.#engine;
    const model = this.#model;
    const mjData = this.#mjData;
    const h = this.#timestep;
    const { time } = mjData;
    engine.mj_forward(model, mjData);
    this.#solve();
    this.#position0.set(this.#arrays().qpos);
    this.#velocity0.set(this.#arrays().qvel);
    this.#keep(0);
    for (let stage = 1; stage < STAGES; stage++) {
      const share = AHEAD[stage - 1];
      const velocity = this.#velocities[stage - 1];
      const acceleration = this.#accelerations[stage - 1];
      for (let i = 0; i < velocity.length; i++) this.#rate[i] = share * velocity[i];
      this.#move(h);
      const { qvel } = this.#arrays();
      for (let i = 0; i < velocity.length; i++) qvel[i] = this.#velocity0[i] + h * (share * acceleration[i]);
      engine.mj_forwardSkip(model, mjData, FROM_POSITIONS, WITHOUT_SENSORS);
      this.#solve();
      this.#keep(stage);
    }
    for (let i = 0; i < this.#rate.length; i++) this.#rate[i] = this.#average(this.#velocities, i);
    this.#move(h);
    const { qvel } = this.#arrays();
    for (let i = 0; i < this.#rate.length; i++) qvel[i] = this.#velocity0[i] + h * this.#average(this.#accelerations, i);
    mjData.time = time + h;
    const { qacc, qacc_warmstart } = this.#arrays();
    qacc_warmstart.set(qacc);
  }

  /** Positions at the start, moved by `rate` for `h` seconds. */
  #move(h: number): void {
    const position = this.#position;
    position.GetView().set(this.#position0);
    this.#engine.mj_integratePos(this.#model, position, this.#rate, h);
    this.#arrays().qpos.set(position.GetView());
  }

  #keep(stage: number): void {
    const { qvel, qacc } = this.#arrays();
    this.#velocities[stage].set(qvel);
    this.#accelerations[stage].set(qacc);
  }

  #average(vectors: readonly Float64Array[], i: number): number {
    let sum = 0;
    for (let stage = 0; stage < STAGES; stage++) sum += WEIGHTS[stage] * vectors[stage][i];
    return sum;
  }

  /** Finds the forces of the constraints, from those that the engine starts with, and the accelerations that follow. */
  #solve(): void {
    const engine = this.#engine;
    const model = this.#model;
    const mjData = this.#mjData;
    const { nefc } = mjData;
    if (nefc === 0) return;
    const force: Float64Array = mjData.efc_force;
    if (this.#slope.length < nefc) this.#slope = new Float64Array(2 * nefc);
    sweep(force, mjData.efc_AR, mjData.efc_b, this.#slope, nefc, mjData.ne + mjData.nf, this.#scale);

    const forces = this.#forces;
    forces.length = nefc;
    for (let i = 0; i < nefc; i++) forces[i] = force[i];
    engine.mj_mulJacTVec(model, mjData, this.#force, forces);
    const jointForce = this.#force.GetView();
    this.#arrays().qfrc_constraint.set(jointForce);
    for (let i = 0; i < jointForce.length; i++) this.#rate[i] = jointForce[i];
    engine.mj_solveM(model, mjData, this.#acceleration, this.#rate);
    const caused = this.#acceleration.GetView();
    const { qacc, qacc_smooth } = this.#arrays();
    for (let i = 0; i < caused.length; i++) qacc[i] = caused[i] + qacc_smooth[i];
  }
}

/**
 * Betters `force` `[n]` by projected Gauss–Seidel: minimises ½ f·A f + b·f with A = `matrix` `[n, n]` and b = `offset` `[n]`.
 * Those from `firstOneWay` on cannot pull. `slope` `[n]` is room for A f + b.
 */
function sweep(
  force: Float64Array,
  matrix: Float64Array,
  offset: Float64Array,
  slope: Float64Array,
  n: number,
  firstOneWay: number,
  scale: number,
): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j] * force[j];
    slope[i] = sum + offset[i];
  }
  for (let round = 0; round < SWEEPS; round++) {
    let improvement = 0;
    for (let i = 0; i < n; i++) {
      const row = i * n;
      const diagonal = matrix[row + i];
      const before = force[i];
      let after = before - slope[i] * (1 / diagonal);
      if (i >= firstOneWay && after < 0) after = 0;
      const moved = after - before;
      // Most that do not push go on not to.
      if (moved === 0) continue;
      const change = 0.5 * moved * moved * diagonal + moved * slope[i];
      if (change > ROUNDING) continue;
      force[i] = after;
      improvement -= change;
      for (let j = 0; j < n; j++) slope[j] += matrix[row + j] * moved;
    }
    if (improvement * scale < TOLERANCE) return;
  }
}
