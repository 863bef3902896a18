import { box, discrete, type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import { boundOptions } from '../base/reset-options.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas } from '../render/canvas.ts';
import { cosine, sine } from './trigonometry.ts';

const GRAVITY = 9.8;
const POLE_MASS = 0.1;
const TOTAL_MASS = 1.0 + POLE_MASS;
/** Half of the pole's length, in metres. */
const HALF_LENGTH = 0.5;
const POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
/** Newtons. */
const FORCE = 10;
/** Seconds per step. */
const TAU = 0.02;
const X_LIMIT = 2.4;
/** 12 degrees. */
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360;

/** Where an episode ends: place of the cart and angle of the pole, in radians. */
export const CART_POLE_LIMITS = { x: X_LIMIT, angle: ANGLE_LIMIT };

const high = [2 * X_LIMIT, Number.POSITIVE_INFINITY, 2 * ANGLE_LIMIT, Number.POSITIVE_INFINITY];

function cartPoleSpec(id: string, maxEpisodeSteps: number, rewardThreshold: number): EnvSpec {
  const observationSpace = box({ low: high.map(bound => -bound), high });
  return { id, observationSpace, actionSpace: discrete(2), maxEpisodeSteps, rewardThreshold };
}

/** Between which an episode starts, unless the reset says otherwise. */
const START_BOUNDS = [-0.05, 0.05] as const;

/** Spaces, time limit and threshold of `CartPole-v1`. */
export const cartPoleV1 = cartPoleSpec('CartPole-v1', 500, 475);
/** Spaces, time limit and threshold of `CartPole-v0`. */
export const cartPoleV0 = cartPoleSpec('CartPole-v0', 200, 195);

export const cartPoleOptions = {
  suttonBartoReward: field.boolean({
    default: false,
    meaning: 'reward 0 per step and -1 for failing, as in Sutton and Barto, instead of 1 per step',
  }),
};

export type CartPoleOptions = ValuesOf<typeof cartPoleOptions>;

/**
 * A pole hinged on a cart; push the cart left (0) or right (1) so that the pole stays up. Observation: position (m), velocity,
 * angle (rad, 0 is upright), angular velocity. Ends when |position| > 2.4 or |angle| > 12°. Reset options `low` and `high` bound
 * the start state (−0.05 and 0.05). Barto, Sutton and Anderson 1983, as Gymnasium plays it.
 */
export class CartPole extends ArrayEnv<Float32Array, number> {
  protected override readonly world = new Float64Array(4);
  readonly #stepReward: number;
  readonly #failReward: number;

  constructor(spec: EnvSpec = cartPoleV1, options: Partial<CartPoleOptions> = {}) {
    const { suttonBartoReward } = readValues(cartPoleOptions, options, spec.id);
    super(spec);
    this.#stepReward = suttonBartoReward ? 0 : 1;
    this.#failReward = suttonBartoReward ? -1 : 1;
  }

  protected override start(options: Readonly<Record<string, unknown>>): void {
    const [low, high] = boundOptions(this.spec.id, options, START_BOUNDS);
    for (let i = 0; i < 4; i++) this.world[i] = this.rng.uniform(low, high);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const world = this.world;
    const velocity = world[1];
    const angle = world[2];
    const spin = world[3];
    const force = actions[offset] === 1 ? FORCE : -FORCE;
    const cos = cosine(angle);
    const sin = sine(angle);
    const push = (force + POLE_MASS_LENGTH * (spin * spin) * sin) / TOTAL_MASS;
    const spinRate = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (cos * cos)) / TOTAL_MASS));
    const acceleration = push - (POLE_MASS_LENGTH * spinRate * cos) / TOTAL_MASS;
    // Explicit Euler: positions move with the old velocities.
    const x = world[0] + TAU * velocity;
    const tilt = angle + TAU * spin;
    world[0] = x;
    world[1] = velocity + TAU * acceleration;
    world[2] = tilt;
    world[3] = spin + TAU * spinRate;
    this.terminated = x < -X_LIMIT || x > X_LIMIT || tilt < -ANGLE_LIMIT || tilt > ANGLE_LIMIT;
    this.reward = this.terminated ? this.#failReward : this.#stepReward;
  }

  protected override observe(out: NumericArray, offset: number): void {
    for (let i = 0; i < 4; i++) out[offset + i] = this.world[i];
  }

  render(): Frame {
    const [x, , angle] = this.world;
    const scale = 600 / (2 * X_LIMIT);
    const canvas = new Canvas(600, 400).transform(scale, 300, 300);
    canvas.line(-X_LIMIT, 0, X_LIMIT, 0, 0.01, [64, 68, 75]).rect(x - 0.2, -0.12, x + 0.2, 0.12, [52, 110, 168]);
    const top = 2 * HALF_LENGTH;
    canvas.capsule(x, 0.06, x + top * Math.sin(angle), 0.06 + top * Math.cos(angle), 0.04, [204, 153, 102]);
    return canvas.circle(x, 0.06, 0.04, [129, 132, 203]).frame();
  }
}

const entry: Omit<EnvEntry<typeof cartPoleOptions>, 'spec'> = {
  summary: 'Keep a pole upright on a cart that is pushed left or right.',
  options: cartPoleOptions,
  create: (spec, options) => new CartPole(spec, options),
};

export const cartPoleEntries = [
  { spec: cartPoleV1, ...entry },
  { spec: cartPoleV0, ...entry },
];
