import { box, type EnvSpec, type EnvState, type Frame, InputError, message, type NumericArray } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import type { ContactRule } from './mujoco-options.ts';
import { drawMujoco, type MujocoCamera } from './mujoco-picture.ts';
import { MujocoSim } from './mujoco-sim.ts';

/** What is fixed about the simulation behind an environment. */
export interface MujocoSetup {
  /** The model. */
  readonly mjcf: string;
  /** Whose contacts are played. The model's margins are meant to be added, as MuJoCo does since 3.5: half of Gymnasium's. */
  readonly contacts?: ContactRule;
  /** Whether it steps as MuJoCo 3.3 did, see `MujocoSim`. */
  readonly isSequential?: boolean;
  /** Physics steps per environment step. */
  readonly frameSkip: number;
  /** Numbers in an observation. */
  readonly obsSize: number;
}

/**
 * An environment on the MuJoCo engine, as Gymnasium's `MujocoEnv`: an action is held for `frameSkip` physics steps, and derived
 * quantities are read as the last of them left them. A subclass says how an episode starts, what the reward is, and what is
 * observed.
 */
export abstract class MujocoEnv extends ArrayEnv<Float32Array, Float32Array> {
  protected override readonly world: Float64Array;
  protected readonly sim: MujocoSim;
  /** Seconds per environment step. */
  protected readonly dt: number;
  readonly #frameSkip: number;

  /** @throws InputError when MuJoCo is not loaded, or `frameSkip` is no integer ≥ 1 */
  protected constructor(spec: EnvSpec, { mjcf, contacts, isSequential, frameSkip, obsSize }: MujocoSetup) {
    super({ ...spec, observationSpace: unbounded(obsSize) });
    if (!(Number.isSafeInteger(frameSkip) && frameSkip >= 1)) {
      throw new InputError(message(spec.id, 'frameSkip must be an integer >= 1', frameSkip, 'Leave it out'));
    }
    this.sim = new MujocoSim(contacts === 'mujoco-3.9' ? withDoubleMargins(mjcf) : mjcf, isSequential);
    this.world = new Float64Array(this.sim.stateSize);
    this.#frameSkip = frameSkip;
    this.dt = frameSkip * this.sim.timestep;
  }

  /** Changes positions and velocities from those of the model to those in which an episode starts. */
  protected abstract place(qpos: Float64Array, qvel: Float64Array): void;

  /** From where `render` looks. */
  protected abstract camera(): MujocoCamera;

  protected override start(): void {
    const { sim } = this;
    sim.reset();
    const { qpos, qvel } = sim.data;
    this.place(qpos, qvel);
    sim.forward();
  }

  /** Holds the action for `frameSkip` physics steps. */
  protected simulate(actions: NumericArray, offset: number): void {
    const { sim } = this;
    const { ctrl } = sim.data;
    for (let i = 0; i < ctrl.length; i++) ctrl[i] = actions[offset + i];
    sim.step(this.#frameSkip);
  }

  render(): Frame {
    this.refuseClosed('render');
    return drawMujoco(this.sim, this.camera());
  }

  override state(): EnvState {
    this.refuseClosed('state');
    this.sim.save(this.world);
    return super.state();
  }

  override restore(state: EnvState): void {
    super.restore(state);
    this.sim.restore(this.world);
  }

  override close(): void {
    super.close();
    this.sim.dispose();
  }

  /** Adds uniform noise in [−scale, scale). */
  protected addUniform(values: Float64Array, scale: number): void {
    for (let i = 0; i < values.length; i++) values[i] += this.rng.uniform(-scale, scale);
  }

  /** Adds normal noise of standard deviation `scale`. */
  protected addNormal(values: Float64Array, scale: number): void {
    for (let i = 0; i < values.length; i++) values[i] += scale * this.rng.standardNormal();
  }
}

function withDoubleMargins(mjcf: string): string {
  return mjcf.replaceAll(/(?<=<geom\b[^>]*\bmargin=")[\d.]+/g, margin => String(2 * Number(margin)));
}

/** A box of `size` numbers without bounds. */
export function unbounded(size: number) {
  return box({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, shape: [size] });
}

/** Where something is on the ground, m, under Gymnasium's keys; x and y are its first positions. */
export function groundPlace(qpos: Float64Array) {
  return { x_position: qpos[0], y_position: qpos[1], distance_from_origin: Math.hypot(qpos[0], qpos[1]) };
}

/** Sum of the squares of the action at `actions[offset]`, of `size` numbers. */
export function squaredNorm(actions: NumericArray, offset: number, size: number): number {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) sum += actions[i] * actions[i];
  return sum;
}

/** Sum of the squares of `values`, each clipped to the range first. */
export function clippedSquares(values: Float64Array, range: readonly number[]): number {
  const low = range[0];
  const high = range[1];
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Math.min(high, Math.max(low, values[i]));
    sum += value * value;
  }
  return sum;
}
