import { box, type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import { numberOption } from '../base/reset-options.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas } from '../render/canvas.ts';
import { cosine, sine } from './trigonometry.ts';

const MAX_SPEED = 8;
const MAX_TORQUE = 2;
/** Seconds per step. */
const DT = 0.05;
/** Of the rod, in kilograms and metres. */
const MASS = 1;
const LENGTH = 1;

/** Spaces, time limit and threshold of `Pendulum-v1`. */
export const pendulumV1: EnvSpec = {
  id: 'Pendulum-v1',
  observationSpace: box({ low: [-1, -1, -MAX_SPEED], high: [1, 1, MAX_SPEED] }),
  actionSpace: box({ low: -MAX_TORQUE, high: MAX_TORQUE }),
  maxEpisodeSteps: 200,
  rewardThreshold: null,
};

/** Cost per squared torque. */
const EFFORT_COST = Math.fround(0.001);

export const pendulumOptions = {
  gravity: field.number({ default: 10, meaning: 'acceleration of gravity', unit: 'm/s^2' }),
};

export type PendulumOptions = ValuesOf<typeof pendulumOptions>;

/**
 * Swing a hanging rod up and hold it there. Action: torque in [−2, 2] N·m, clipped. Observation: cos and sin of the angle (0 is
 * upright) and the angular velocity. Reward −(angle² + 0.1 · velocity² + 0.001 · torque²), of the state before the step. Never
 * terminates. Reset options `xInit` and `yInit` bound the start angle and velocity (π and 1). As Gymnasium plays it.
 */
export class Pendulum extends ArrayEnv<Float32Array, Float32Array> {
  protected override readonly world = new Float64Array(2);
  readonly #gravity: number;

  constructor(spec: EnvSpec = pendulumV1, options: Partial<PendulumOptions> = {}) {
    const { gravity } = readValues(pendulumOptions, options, spec.id);
    super(spec);
    this.#gravity = gravity;
  }

  protected override start(options: Readonly<Record<string, unknown>>): void {
    const angle = numberOption(this.spec.id, options, 'xInit', Math.PI);
    const velocity = numberOption(this.spec.id, options, 'yInit', 1);
    this.world[0] = this.rng.uniform(-angle, angle);
    this.world[1] = this.rng.uniform(-velocity, velocity);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const world = this.world;
    const angle = world[0];
    const velocity = world[1];
    const torque = Math.min(MAX_TORQUE, Math.max(-MAX_TORQUE, actions[offset]));
    const turned = wrap(angle);
    // NumPy, from version 2 on, computes with the torque, which is a single, in single precision.
    const effort = Math.fround(EFFORT_COST * Math.fround(torque * torque));
    this.reward = -(turned * turned + 0.1 * (velocity * velocity) + effort);
    const pushed = Math.fround((3 / (MASS * LENGTH * LENGTH)) * torque);
    const acceleration = ((3 * this.#gravity) / (2 * LENGTH)) * sine(angle) + pushed;
    const faster = Math.min(MAX_SPEED, Math.max(-MAX_SPEED, velocity + acceleration * DT));
    world[0] = angle + faster * DT;
    world[1] = faster;
  }

  protected override observe(out: NumericArray, offset: number): void {
    const angle = this.world[0];
    out[offset] = cosine(angle);
    out[offset + 1] = sine(angle);
    out[offset + 2] = this.world[1];
  }

  render(): Frame {
    const angle = this.world[0];
    const canvas = new Canvas(400, 400).transform(170, 200, 200);
    canvas.capsule(0, 0, -LENGTH * Math.sin(angle), LENGTH * Math.cos(angle), 0.1, [204, 77, 77]);
    return canvas.circle(0, 0, 0.05, [30, 30, 30]).frame();
  }
}

export const pendulumEntry: EnvEntry<typeof pendulumOptions> = {
  spec: pendulumV1,
  summary: 'Swing a rod up and hold it there with little torque.',
  options: pendulumOptions,
  create: (spec, options) => new Pendulum(spec, options),
};

/** The same direction in [−π, π). */
function wrap(angle: number): number {
  const turn = 2 * Math.PI;
  const rest = (angle + Math.PI) % turn;
  return (rest < 0 ? rest + turn : rest) - Math.PI;
}
