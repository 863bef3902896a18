import { box, discrete, type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { Box2dEnv } from './box2d-env.ts';
import { HEIGHT, LanderScene, LEG_DOWN, PAD, SCALE, WIDTH } from './lander-scene.ts';
import { drawLander } from './lander-view.ts';

const FPS = 50;
const MAIN_POWER = 13;
const SIDE_POWER = 0.6;
const MAIN_ENGINE_DOWN = 4 / SCALE;
const SIDE_ENGINE_AWAY = 12 / SCALE;
/** Height above the lander's origin at which the side engines push; Gymnasium has two numbers for it, along x and along y. */
const SIDE_ENGINE_UP_X = 17 / SCALE;
const SIDE_ENGINE_UP_Y = 14 / SCALE;

// Places in the state after the observation.
const SHAPING = 8;
const MAIN_THROTTLE = 9;
/** Negative for the left engine. */
const SIDE_THROTTLE = 10;

/** Spaces, time limit and threshold of `LunarLander-v3`. */
export const lunarLanderV3: EnvSpec = {
  id: 'LunarLander-v3',
  observationSpace: box({
    low: [-2.5, -2.5, -10, -10, -2 * Math.PI, -10, 0, 0],
    high: [2.5, 2.5, 10, 10, 2 * Math.PI, 10, 1, 1],
  }),
  actionSpace: discrete(4),
  maxEpisodeSteps: 1000,
  rewardThreshold: 200,
};

/** Spaces, time limit and threshold of `LunarLanderContinuous-v3`. */
export const lunarLanderContinuousV3: EnvSpec = {
  ...lunarLanderV3,
  id: 'LunarLanderContinuous-v3',
  actionSpace: box({ low: -1, high: 1, shape: [2] }),
};

export const lunarLanderOptions = {
  gravity: field.number({ above: -12, below: 0, default: -10, meaning: 'acceleration upwards', unit: 'm/s^2' }),
  enableWind: field.boolean({ default: false, meaning: 'whether wind pushes and turns the lander while it flies' }),
  windPower: field.nonNegative({ default: 15, meaning: 'largest force of the wind; Gymnasium advises 0 to 20', unit: 'N' }),
  turbulencePower: field.nonNegative({
    default: 1.5,
    meaning: 'largest torque of the wind; Gymnasium advises 0 to 2',
    unit: 'N m',
  }),
};

export type LunarLanderOptions = ValuesOf<typeof lunarLanderOptions>;

/**
 * Land between two flags with a main engine below and one on each side. Actions: nothing (0), left engine (1), main engine (2),
 * right engine (3). With a `Box` action space: throttle of the main engine (off up to 0, then 50 % to 100 %) and of the side
 * engines (left below −0.5, right above 0.5). Observation: position relative to the pad, velocity, angle (rad), angular velocity,
 * all scaled, and whether each leg touches the ground. Reward: coming closer to the pad, slower and more upright, and legs down,
 * minus fuel; −100 and the end for a crash or for leaving the screen at a side, 100 and the end for coming to rest. As Gymnasium
 * plays it.
 */
export class LunarLander extends Box2dEnv<number | Float32Array> {
  protected override readonly world = new Float64Array(11);
  readonly #isContinuous: boolean;
  readonly #gravity: number;
  readonly #isWindy: boolean;
  readonly #windPower: number;
  readonly #turbulencePower: number;
  protected scene: LanderScene | null = null;
  /** Steps in the wind, from where the episode started in its pattern. */
  #windTime = 0;
  #turbulenceTime = 0;

  /** @throws InputError when a setting is out of its range */
  constructor(spec: EnvSpec = lunarLanderV3, options: Partial<LunarLanderOptions> = {}) {
    const { gravity, enableWind, windPower, turbulencePower } = readValues(lunarLanderOptions, options, spec.id);
    super(spec);
    this.#isContinuous = spec.actionSpace.type === 'box';
    this.#gravity = gravity;
    this.#isWindy = enableWind;
    this.#windPower = windPower;
    this.#turbulencePower = turbulencePower;
  }

  render(): Frame {
    if (!this.scene) throw this.nothingToDraw();
    return drawLander(this.scene, this.world[MAIN_THROTTLE], this.world[SIDE_THROTTLE]);
  }

  protected override build(): void {
    const scene = new LanderScene(this.#gravity, this.rng);
    this.scene = scene;
    if (this.#isWindy) {
      this.#windTime = this.rng.integers(-9999, 9999);
      this.#turbulenceTime = this.rng.integers(-9999, 9999);
    }
    this.#fly(scene, 0, 0);
    this.world[SHAPING] = this.#shaping();
  }

  protected override simulate(actions: NumericArray, offset: number): void {
    const { scene, world } = this;
    if (!scene) return;
    if (this.#isContinuous) {
      const main = Math.min(1, actions[offset]);
      const side = Math.min(1, Math.max(-1, actions[offset + 1]));
      this.#fly(scene, main > 0 ? 0.5 + 0.5 * main : 0, Math.abs(side) > 0.5 ? side : 0);
    } else {
      const action = actions[offset];
      this.#fly(scene, action === 2 ? 1 : 0, action === 1 ? -1 : action === 3 ? 1 : 0);
    }
    const shaping = this.#shaping();
    this.reward = shaping - world[SHAPING] - 0.3 * world[MAIN_THROTTLE] - 0.03 * Math.abs(world[SIDE_THROTTLE]);
    world[SHAPING] = shaping;
    const isLost = scene.hasCrashed || Math.abs(world[0]) >= 1;
    const isAtRest = !scene.lander.isAwake;
    this.terminated = isLost || isAtRest;
    if (isAtRest) this.reward = 100;
    else if (isLost) this.reward = -100;
  }

  /**
   * One step with the given throttles: main engine in [0, 1], side engines in [−1, 1] (negative: left). Writes the observation.
   */
  #fly(scene: LanderScene, main: number, side: number): void {
    const { world, rng } = this;
    const { lander, touching } = scene;
    if (this.#isWindy && !touching[0] && !touching[1]) {
      lander.push(gust(this.#windTime++) * this.#windPower, 0);
      lander.turn(gust(this.#turbulenceTime++) * this.#turbulencePower);
    }
    const { angle } = lander;
    // Downwards along the lander's axis; (downY, -downX) is its left.
    const downX = Math.sin(angle);
    const downY = -Math.cos(angle);
    // Where the exhaust leaves is a little random, and drawn whether an engine runs or not.
    const noise0 = rng.uniform(-1, 1) / SCALE;
    const noise1 = rng.uniform(-1, 1) / SCALE;
    if (main > 0) {
      const down = MAIN_ENGINE_DOWN + 2 * noise0;
      const x = downX * down + downY * noise1;
      const y = downY * down - downX * noise1;
      lander.kick(-x * MAIN_POWER * main, -y * MAIN_POWER * main, lander.x + x, lander.y + y);
    }
    if (side !== 0) {
      const left = 3 * noise1 + Math.sign(side) * SIDE_ENGINE_AWAY;
      const x = downX * noise0 + downY * left;
      const y = downY * noise0 - downX * left;
      const atX = lander.x + x - downX * SIDE_ENGINE_UP_X;
      const atY = lander.y + y - downY * SIDE_ENGINE_UP_Y;
      lander.kick(-x * SIDE_POWER * Math.abs(side), -y * SIDE_POWER * Math.abs(side), atX, atY);
    }
    scene.world.step();
    world[0] = (lander.x - WIDTH / 2) / (WIDTH / 2);
    world[1] = (lander.y - (PAD + LEG_DOWN)) / (HEIGHT / 2);
    world[2] = (lander.velocityX * (WIDTH / 2)) / FPS;
    world[3] = (lander.velocityY * (HEIGHT / 2)) / FPS;
    world[4] = lander.angle;
    world[5] = (20 * lander.spin) / FPS;
    world[6] = touching[0] ? 1 : 0;
    world[7] = touching[1] ? 1 : 0;
    world[MAIN_THROTTLE] = main;
    world[SIDE_THROTTLE] = side;
  }

  /** How good the state is, apart from fuel. */
  #shaping(): number {
    const [x, y, speedX, speedY, angle, , leg0, leg1] = this.world;
    const far = -100 * Math.sqrt(x * x + y * y) - 100 * Math.sqrt(speedX * speedX + speedY * speedY);
    return far - 100 * Math.abs(angle) + 10 * leg0 + 10 * leg1;
  }

  protected override observe(out: NumericArray, offset: number): void {
    for (let i = 0; i < SHAPING; i++) out[offset + i] = this.world[i];
  }

  protected override release(): void {
    this.scene = null;
  }
}

const entry: Omit<EnvEntry<typeof lunarLanderOptions>, 'spec'> = {
  summary: 'Land softly between two flags, with little fuel.',
  options: lunarLanderOptions,
  create: (spec, options) => new LunarLander(spec, options),
};

export const lunarLanderEntries = [
  { spec: lunarLanderV3, ...entry },
  { spec: lunarLanderContinuousV3, ...entry },
];

/** The wind's pattern, which never repeats, in [−1, 1]. */
function gust(time: number): number {
  return Math.tanh(Math.sin(0.02 * time) + Math.sin(Math.PI * 0.01 * time));
}
