import { box, type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { Box2dEnv } from './box2d-env.ts';
import { RAYS, SCALE, TORQUE, WalkerScene } from './walker-scene.ts';
import { GRASS, POINTS, STEP } from './walker-terrain.ts';
import { drawWalker } from './walker-view.ts';

const FPS = 50;
/** Size of the screen, metres: Gymnasium's unit of velocities. */
const WIDTH = 600 / SCALE;
const HEIGHT = 400 / SCALE;
/** Fastest motors of hip, knee, hip, knee, rad/s. */
const SPEEDS = [4, 6, 4, 6];
const NO_MOTORS = new Float32Array(4);
/** Reward lost per step by a motor at its largest torque. */
const EFFORT_COST = Math.fround(0.00035 * TORQUE);
const FINISH = (POINTS - GRASS) * STEP;

// Places in the state.
const LEGS = 4;
const LIDAR = 14;
const SHAPING = 24;

// Hip, knee and contact of a leg.
const LEG_LOW = [-Math.PI, -5, -Math.PI, -5, 0];
const LEG_HIGH = [Math.PI, 5, Math.PI, 5, 5];

/** Spaces, time limit and threshold of `BipedalWalker-v3`. */
export const bipedalWalkerV3: EnvSpec = {
  id: 'BipedalWalker-v3',
  observationSpace: box({
    low: [-Math.PI, -5, -5, -5, ...LEG_LOW, ...LEG_LOW, ...Array<number>(RAYS).fill(-1)],
    high: [Math.PI, 5, 5, 5, ...LEG_HIGH, ...LEG_HIGH, ...Array<number>(RAYS).fill(1)],
  }),
  actionSpace: box({ low: -1, high: 1, shape: [4] }),
  maxEpisodeSteps: 1600,
  rewardThreshold: 300,
};

/** Spaces, time limit and threshold of `BipedalWalkerHardcore-v3`. */
export const bipedalWalkerHardcoreV3: EnvSpec = {
  ...bipedalWalkerV3,
  id: 'BipedalWalkerHardcore-v3',
  maxEpisodeSteps: 2000,
};

export const bipedalWalkerOptions = {
  isHardcore: field.boolean({ default: false, meaning: 'whether there are stumps, stairs and pits' }),
};

const hardcoreOptions = { isHardcore: { ...bipedalWalkerOptions.isHardcore, default: true } };

export type BipedalWalkerOptions = ValuesOf<typeof bipedalWalkerOptions>;

/**
 * Walk over uneven ground on two legs of two parts. Actions: speeds of hip and knee of the first leg, then of the second, in [−1,
 * 1], with a torque that grows with them. Observation: angle, angular velocity and velocity of the hull; of each leg the angles
 * and speeds of hip and knee and whether it touches the ground; and ten distances to the ground by lidar, downwards to forwards,
 * 1 where there is none within 5.3 m. Reward: the way forward (about 300 in all) while the hull is level, minus torque; −100 and
 * the end for a fall or for walking off at the start. The end of the ground is an end too. The Hardcore version has stumps,
 * stairs and pits. As Gymnasium plays it.
 */
export class BipedalWalker extends Box2dEnv<Float32Array> {
  protected override readonly world = new Float64Array(25);
  readonly #isHardcore: boolean;
  protected scene: WalkerScene | null = null;

  constructor(spec: EnvSpec = bipedalWalkerV3, options: Partial<BipedalWalkerOptions> = {}) {
    const known = spec.id === bipedalWalkerHardcoreV3.id ? hardcoreOptions : bipedalWalkerOptions;
    const { isHardcore } = readValues(known, options, spec.id);
    super(spec);
    this.#isHardcore = isHardcore;
  }

  render(): Frame {
    if (!this.scene) throw this.nothingToDraw();
    return drawWalker(this.scene, this.world.subarray(LIDAR, SHAPING));
  }

  protected override build(): void {
    const scene = new WalkerScene(this.#isHardcore, this.rng);
    this.scene = scene;
    this.#walk(scene, NO_MOTORS, 0);
    this.world[SHAPING] = this.#shaping(scene);
  }

  protected override simulate(actions: NumericArray, offset: number): void {
    const { scene, world } = this;
    if (!scene) return;
    this.#walk(scene, actions, offset);
    const shaping = this.#shaping(scene);
    // In single precision, as NumPy computes with actions.
    this.reward = Math.fround(shaping - world[SHAPING]);
    world[SHAPING] = shaping;
    for (let i = 0; i < 4; i++) {
      const effort = Math.fround(Math.min(1, Math.abs(actions[offset + i])));
      this.reward = Math.fround(this.reward - Math.fround(EFFORT_COST * effort));
    }
    const { x } = scene.hull;
    const isLost = scene.hasFallen || x < 0;
    if (isLost) this.reward = -100;
    this.terminated = isLost || x > FINISH;
  }

  protected override observe(out: NumericArray, offset: number): void {
    for (let i = 0; i < SHAPING; i++) out[offset + i] = this.world[i];
  }

  protected override release(): void {
    this.scene = null;
  }

  /** One step with the motors at `actions[offset]`. Writes the observation. */
  #walk(scene: WalkerScene, actions: NumericArray, offset: number): void {
    const { world } = this;
    const { hull, joints, touching } = scene;
    for (let i = 0; i < 4; i++) {
      const action = actions[offset + i];
      joints[i].drive(SPEEDS[i] * Math.sign(action), torque(action));
    }
    scene.world.step();
    world[0] = hull.angle;
    world[1] = (2 * hull.spin) / FPS;
    world[2] = (0.3 * hull.velocityX * WIDTH) / FPS;
    world[3] = (0.3 * hull.velocityY * HEIGHT) / FPS;
    for (let i = 0; i < 2; i++) {
      const at = LEGS + 5 * i;
      const [hip, knee] = [joints[2 * i], joints[2 * i + 1]];
      world[at] = hip.angle;
      world[at + 1] = hip.speed / 4;
      world[at + 2] = knee.angle + 1;
      world[at + 3] = knee.speed / 6;
      world[at + 4] = touching[i] ? 1 : 0;
    }
    for (let i = 0; i < RAYS; i++) world[LIDAR + i] = scene.lidar(i);
  }

  /** How far it came, and how level its hull is. */
  #shaping(scene: WalkerScene): number {
    return (130 * scene.hull.x) / SCALE - 5 * Math.abs(this.world[0]);
  }
}

export const bipedalWalkerEntries: readonly EnvEntry<typeof bipedalWalkerOptions>[] = [
  {
    spec: bipedalWalkerV3,
    summary: 'Walk over uneven ground on two legs.',
    options: bipedalWalkerOptions,
    create: (spec, options) => new BipedalWalker(spec, options),
  },
  {
    spec: bipedalWalkerHardcoreV3,
    summary: 'Walk on two legs over stumps, stairs and pits.',
    options: hardcoreOptions,
    create: (spec, options) => new BipedalWalker(spec, options),
  },
];

/** Newton metres for an action. */
function torque(action: number): number {
  return TORQUE * Math.min(1, Math.abs(action));
}
