import type { DoubleBuffer, MainModule, MjData, MjModel } from '@mujoco/mujoco';
import { InputError, message } from '@zpin/contracts';
import type { EnvRequirement } from '../env-entry.ts';
import { SequentialStepper } from './sequential-stepper.ts';

/** Numbers that the physics engine works on: live views of its memory, `[count, width]` row by row. */
export interface MujocoArrays {
  /** `[nq]` generalised positions. */
  readonly qpos: Float64Array;
  /** `[nv]` generalised velocities. */
  readonly qvel: Float64Array;
  /** `[nu]` controls. */
  readonly ctrl: Float64Array;
  /** `[nbody, 3]` positions of the body frames, m. */
  readonly xpos: Float64Array;
  /** `[nbody, 4]` orientations of the body frames, w first. */
  readonly xquat: Float64Array;
  /** `[nbody, 3]` centres of mass of the bodies, m. */
  readonly xipos: Float64Array;
  /** `[ngeom, 3]` */
  readonly geom_xpos: Float64Array;
  /** `[ngeom, 9]` rotation matrices. */
  readonly geom_xmat: Float64Array;
  /** `[nsite, 3]` */
  readonly site_xpos: Float64Array;
  /** `[nsite, 9]` rotation matrices. */
  readonly site_xmat: Float64Array;
  /** `[nmocap, 3]` */
  readonly mocap_pos: Float64Array;
  /** `[nmocap, 4]` */
  readonly mocap_quat: Float64Array;
  /** `[nbody, 10]` inertias about the centre of mass of the tree. */
  readonly cinert: Float64Array;
  /** `[nbody, 6]` velocities about the centre of mass of the tree, rotation first. */
  readonly cvel: Float64Array;
  /** `[nbody, 6]` contact forces on the bodies, torque first; those of the last `contactForces`. */
  readonly cfrc_ext: Float64Array;
  /** `[ntendon]` */
  readonly ten_length: Float64Array;
  /** `[ntendon]` per second. */
  readonly ten_velocity: Float64Array;
  /** `[nv]` forces of the actuators. */
  readonly qfrc_actuator: Float64Array;
  /** `[nv]` forces of the constraints. */
  readonly qfrc_constraint: Float64Array;
  /** `[nv]` generalised accelerations. */
  readonly qacc: Float64Array;
  /** `[nv]` those that there would be without constraints. */
  readonly qacc_smooth: Float64Array;
  /** `[nv]` those from which the next step's search for forces starts. */
  readonly qacc_warmstart: Float64Array;
}

/** Numbers that describe the model: live views as well. */
export interface MujocoModelArrays {
  /** `[nq]` positions after a reset. */
  readonly qpos0: Float64Array;
  /** `[nbody]` kg. */
  readonly body_mass: Float64Array;
  /** `[njnt]` place of a joint's first number in `qpos`. */
  readonly jnt_qposadr: Int32Array;
  /** `[njnt]` place of a joint's first number in `qvel`. */
  readonly jnt_dofadr: Int32Array;
  /** `[neq, 11]` data of the equality constraints. */
  readonly eq_data: Float64Array;
  /** `[ngeom]` the body that it moves with; 0 is the world. */
  readonly geom_bodyid: Int32Array;
  /** `[ngeom]` shape: 0 plane, 2 sphere, 3 capsule, 5 cylinder, 6 box. */
  readonly geom_type: Int32Array;
  /** `[ngeom, 3]` */
  readonly geom_size: Float64Array;
  /** `[ngeom, 4]` colour, in [0, 1]. */
  readonly geom_rgba: Float32Array;
}

const DATA_ARRAYS = [
  'qpos',
  'qvel',
  'ctrl',
  'xpos',
  'xquat',
  'xipos',
  'geom_xpos',
  'geom_xmat',
  'site_xpos',
  'site_xmat',
  'mocap_pos',
  'mocap_quat',
  'cinert',
  'cvel',
  'cfrc_ext',
  'ten_length',
  'ten_velocity',
  'qfrc_actuator',
  'qfrc_constraint',
  'qacc',
  'qacc_smooth',
  'qacc_warmstart',
] as const satisfies readonly (keyof MujocoArrays)[];

const MODEL_ARRAYS = [
  'qpos0',
  'body_mass',
  'jnt_qposadr',
  'jnt_dofadr',
  'eq_data',
  'geom_bodyid',
  'geom_type',
  'geom_size',
  'geom_rgba',
] as const satisfies readonly (keyof MujocoModelArrays)[];

const OBJECT_TYPES = { body: 1, joint: 3, geom: 5, site: 6, equality: 17, actuator: 19 } as const;

export type MujocoObject = keyof typeof OBJECT_TYPES;

const inBrowser = typeof window !== 'undefined' || 'WorkerGlobalScope' in globalThis;
const IN_A_TAB = "async () => (await import('@mujoco/mujoco')).default()";

let loading: Promise<void> | undefined;
let loaded: MainModule | undefined;

/**
 * Loads MuJoCo, once however often it is called.
 * @param engine makes the engine, as the default export of `@mujoco/mujoco` does. In a tab one must be given, since no bundler
 * follows the import that Node does by itself: `loadMujoco(async () => (await import('@mujoco/mujoco')).default())`
 * @throws InputError that says how to have it, when it is absent
 */
export function loadMujoco(engine: () => Promise<object> = importEngine): Promise<void> {
  loading ??= engine().then(
    module => {
      loaded = module as MainModule;
    },
    error => {
      loading = undefined;
      const remedy = inBrowser
        ? `Pass what makes it: await loadMujoco(${IN_A_TAB})`
        : 'Install it: npm install @mujoco/mujoco@3.9.0';
      throw new InputError(message('loadMujoco', 'the optional package @mujoco/mujoco must be there', causeOf(error), remedy), {
        cause: error,
      });
    },
  );
  return loading;
}

/** What environments on MuJoCo need. */
export const mujocoRequirement: EnvRequirement = { packageName: '@mujoco/mujoco', load: () => loadMujoco() };

/** Not written into the import, so that bundlers do not look for a package that may be absent. */
const PACKAGE: string = '@mujoco/mujoco';

async function importEngine(): Promise<MainModule> {
  const { default: load } = (await import(
    /* @vite-ignore */ /* webpackIgnore: true */ PACKAGE
  )) as typeof import('@mujoco/mujoco');
  return load();
}

/** Frees what was made for simulations that nobody holds any more and nobody disposed of. */
const forgotten = new FinalizationRegistry<Handles>(deleteAll);

/** What the engine holds for one simulation, to be deleted in this order. */
type Handles = { delete(): void }[];

/**
 * One model and its state in the physics engine. Its memory is the engine's: `dispose` gives it back at once, otherwise that
 * happens when the object is collected.
 *
 * After `step`, the places of bodies, geoms and sites lag a little behind `qpos`: they are what the integrator computed last.
 * `forward` brings them up to date.
 */
export class MujocoSim {
  /** Seconds per substep. */
  readonly timestep: number;
  /** Numbers in a saved state. */
  readonly stateSize: number;

  readonly #engine: MainModule;
  readonly #model: MjModel;
  readonly #mjData: MjData;
  readonly #handles: Handles;
  readonly #physicsSize: number;
  readonly #physics: DoubleBuffer;
  readonly #stepper: SequentialStepper | undefined;
  #arrays: MujocoArrays | undefined;
  #modelArrays: MujocoModelArrays | undefined;
  #disposed = false;
  /** Linear and angular Jacobian of a site, `[3, nv]` each; made when first needed. */
  #jacobians: [DoubleBuffer, DoubleBuffer] | undefined;

  /**
   * @param mjcf the model in MuJoCo's XML. State `<size memory>`: the default takes 14 MB per simulation.
   * @param isSequential whether it steps as MuJoCo 3.3 did, see `SequentialStepper`, which says what the model must have
   * @throws InputError when MuJoCo is not loaded or refuses the model
   */
  constructor(mjcf: string, isSequential = false) {
    this.#engine = requireEngine();
    [this.#model, this.#mjData] = build(this.#engine, mjcf);
    this.timestep = this.#model.opt.timestep;
    this.#physicsSize = this.#engine.mj_stateSize(this.#model, this.#stateKind());
    this.#physics = new this.#engine.DoubleBuffer(this.#physicsSize);
    if (isSequential) this.#stepper = new SequentialStepper(this.#engine, this.#model, this.#mjData, () => this.data);
    this.#handles = [...(this.#stepper?.handles ?? []), this.#physics, this.#mjData, this.#model];
    forgotten.register(this, this.#handles, this);
    this.stateSize = this.#physicsSize + this.#places().reduce((sum, array) => sum + array.length, 0);
  }

  /**
   * The numbers of this simulation, to be read and written. Ask for them anew after every call: the views go stale when the
   * engine's memory grows, as it may whenever a simulation is made.
   */
  get data(): MujocoArrays {
    let arrays = this.#arrays;
    // A stale view has length 0; the world is a body, so this one never has otherwise.
    if (arrays === undefined || arrays.xpos.length === 0) {
      this.#refuseDisposed();
      arrays = this.#arrays = views<MujocoArrays>(this.#mjData, DATA_ARRAYS);
    }
    return arrays;
  }

  /** The numbers of the model; ask for them anew as for `data`. */
  get modelData(): MujocoModelArrays {
    let arrays = this.#modelArrays;
    if (arrays === undefined || arrays.body_mass.length === 0) {
      this.#refuseDisposed();
      arrays = this.#modelArrays = views<MujocoModelArrays>(this.#model, MODEL_ARRAYS);
    }
    return arrays;
  }

  /** Steps the physics `substeps` times with the controls as they are. */
  step(substeps: number): void {
    const engine = this.#engine;
    const model = this.#model;
    const mjData = this.#mjData;
    const stepper = this.#stepper;
    if (stepper) for (let i = 0; i < substeps; i++) stepper.step();
    else for (let i = 0; i < substeps; i++) engine.mj_step(model, mjData);
  }

  /** Computes everything that follows from positions, velocities and controls, without a step. */
  forward(): void {
    this.#engine.mj_forward(this.#model, this.#mjData);
  }

  /** Computes `cfrc_ext`, which a step leaves alone. */
  contactForces(): void {
    this.#engine.mj_rnePostConstraint(this.#model, this.#mjData);
  }

  /** Back to the state in which the model starts. */
  reset(): void {
    this.#engine.mj_resetData(this.#model, this.#mjData);
  }

  /**
   * Index of a named part.
   * @throws InputError when there is none
   */
  id(kind: MujocoObject, name: string): number {
    const id = this.#engine.mj_name2id(this.#model, OBJECT_TYPES[kind], name);
    if (id >= 0) return id;
    throw new InputError(message('MujocoSim.id', `the model must have a ${kind} of this name`, name, 'Look at the MJCF'));
  }

  /**
   * Jacobian of a site's position and rotation.
   * @returns two matrices `[3, nv]`, overwritten by the next call
   */
  siteJacobian(site: number): readonly [Float64Array, Float64Array] {
    this.#jacobians ??= this.#createJacobians();
    const [linear, angular] = this.#jacobians;
    this.#engine.mj_jacSite(this.#model, this.#mjData, linear, angular, site);
    return [linear.GetView(), angular.GetView()];
  }

  /** Writes the linear (m/s) and angular (rad/s) velocity of a site, each `[3]`: its Jacobians times `qvel`. */
  siteVelocity(site: number, linear: Float64Array, angular: Float64Array): void {
    const [jacobianLinear, jacobianAngular] = this.siteJacobian(site);
    const { qvel } = this.data;
    multiply(jacobianLinear, qvel, linear);
    multiply(jacobianAngular, qvel, angular);
  }

  /** Writes the whole state, `[stateSize]`, from which the simulation goes on bit for bit. */
  save(out: Float64Array): void {
    const places = this.#places();
    this.#engine.mj_getState(this.#model, this.#mjData, this.#physics, this.#stateKind());
    out.set(this.#physics.GetView());
    let at = this.#physicsSize;
    for (const array of places) {
      out.set(array, at);
      at += array.length;
    }
  }

  /** Goes back to a saved state. */
  restore(saved: Float64Array): void {
    const engine = this.#engine;
    const model = this.#model;
    const mjData = this.#mjData;
    const physics = Array.from(saved.subarray(0, this.#physicsSize));
    engine.mj_setState(model, mjData, physics, this.#stateKind());
    // For all that is computed, such as the places of geoms. The solver's warm start must not be touched by it, hence once more.
    engine.mj_forward(model, mjData);
    engine.mj_setState(model, mjData, physics, this.#stateKind());
    let at = this.#physicsSize;
    for (const array of this.#places()) {
      array.set(saved.subarray(at, at + array.length));
      at += array.length;
    }
  }

  /** Frees the memory; the simulation is of no use afterwards. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // What was handed out points to memory that now belongs to others.
    this.#arrays = undefined;
    this.#modelArrays = undefined;
    forgotten.unregister(this);
    deleteAll(this.#handles);
  }

  /** Where bodies are: what lags behind the positions, so that it cannot be computed from them. */
  #places(): Float64Array[] {
    const { xpos, xquat, xipos } = this.data;
    return [xpos, xquat, xipos];
  }

  #stateKind(): number {
    return this.#engine.mjtState.mjSTATE_INTEGRATION.value;
  }

  #createJacobians(): [DoubleBuffer, DoubleBuffer] {
    const size = 3 * this.data.qvel.length;
    const pair: [DoubleBuffer, DoubleBuffer] = [new this.#engine.DoubleBuffer(size), new this.#engine.DoubleBuffer(size)];
    this.#handles.unshift(...pair);
    return pair;
  }

  #refuseDisposed(): void {
    if (!this.#disposed) return;
    throw new InputError(message('MujocoSim', 'the simulation must not be disposed of', 'one that is', 'Make a new one'));
  }
}

/** The engine makes a view anew for each reading of a property. */
function views<A>(owner: { readonly [Name in keyof A]: A[Name] }, names: readonly (keyof A)[]): A {
  const arrays: Partial<A> = {};
  for (const name of names) arrays[name] = owner[name];
  return arrays as A;
}

function requireEngine(): MainModule {
  if (loaded) return loaded;
  throw new InputError(
    message('MujocoSim', 'MuJoCo must be loaded first', 'none', 'Call `await loadEnv(id)`, or `await loadMujoco()`, before'),
  );
}

/** Compiles a model and makes its state. */
function build(engine: MainModule, mjcf: string): [MjModel, MjData] {
  let model: MjModel | undefined;
  try {
    model = engine.MjModel.from_xml_string(mjcf);
    return [model, new engine.MjData(model)];
  } catch (error) {
    model?.delete();
    const cause = causeOf(error);
    const text = cause.includes('allocate memory')
      ? message('MujocoSim', 'there must be memory for a simulation', cause, 'Close others, or lower <size memory> in the MJCF')
      : message('MujocoSim', 'the MJCF must be valid', cause, 'Mend what MuJoCo names');
    throw new InputError(text, { cause: error });
  }
}

function causeOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim();
}

function deleteAll(handles: Handles): void {
  for (const handle of handles) handle.delete();
}

/** out ← matrix `[3, n]` · vector `[n]` */
function multiply(matrix: Float64Array, vector: Float64Array, out: Float64Array): void {
  const n = vector.length;
  for (let row = 0; row < 3; row++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += matrix[row * n + i] * vector[i];
    out[row] = sum;
  }
}
