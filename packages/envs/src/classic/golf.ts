import { box, dict, discrete, type EnvSpec, type Frame, type NumericArray } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas } from '../render/canvas.ts';

/** How far each club carries the ball with the weakest and with the fullest swing, in metres. */
const CLUBS = [
  { name: 'driver', least: 100, most: 200 },
  { name: 'iron', least: 20, most: 100 },
  { name: 'putter', least: 0, most: 20 },
] as const;
const PUTTER = 2;
/** A putted ball that ends this near to the middle of the hole is in it, in metres. */
const HOLE_RADIUS = 1;
/** Distance of the tee from the hole, in metres. */
const TEE = [100, 200] as const;
const FARTHEST = 200;
const HOLED = 1;
const STROKE = -0.1;

/** Spaces, time limit and threshold of `Golf-v0`; the threshold is 95 % of the best possible return. */
export const golfV0: EnvSpec = {
  id: 'Golf-v0',
  observationSpace: box({ low: 0, high: 1, shape: [2] }),
  actionSpace: dict({ club: discrete(CLUBS.length), swing: box({ low: -1, high: 1, shape: [1] }) }),
  maxEpisodeSteps: 10,
  rewardThreshold: 0.76,
};

/** An action: which club, and how full the swing is, from −1 (weakest) to 1 (fullest). */
export interface GolfAction {
  readonly club: number;
  readonly swing: NumericArray;
}

/**
 * One hole of golf on a line: choose a club and how full to swing it. A driver (0) carries 100 to 200 m, an iron (1) 20 to 100, a
 * putter (2) up to 20, and only a putted ball that ends within 1 m of the hole falls into it. A ball that goes too far is played
 * back. Observation: distance to the hole by 200 m, and by 20 m, the latter at most 1. Reward −0.1 per stroke and +1 in the hole. The tee
 * is 100 to 200 m away, so two strokes are the fewest: the best return is 0.8 from everywhere. No single club and no single swing
 * reaches it.
 */
export class Golf extends ArrayEnv<Float32Array, GolfAction> {
  /** Where the ball is, in metres beyond the hole; negative in front of it. */
  protected override readonly world = new Float64Array(1);

  constructor(spec: EnvSpec = golfV0) {
    super(spec);
  }

  protected override start(): void {
    this.world[0] = -this.rng.uniform(TEE[0], TEE[1]);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const club = actions[offset];
    const { least, most } = CLUBS[club];
    const fullness = (Math.min(1, Math.max(-1, actions[offset + 1])) + 1) / 2;
    const carry = least + (most - least) * fullness;
    const place = this.world[0];
    this.world[0] = place < 0 ? place + carry : place - carry;
    this.terminated = club === PUTTER && Math.abs(this.world[0]) <= HOLE_RADIUS;
    this.reward = STROKE + (this.terminated ? HOLED : 0);
  }

  protected override observe(out: NumericArray, offset: number): void {
    const distance = Math.abs(this.world[0]);
    out[offset] = Math.min(1, distance / FARTHEST);
    out[offset + 1] = Math.min(1, distance / CLUBS[PUTTER].most);
  }

  render(): Frame {
    const canvas = new Canvas(600, 160, [214, 234, 248]).transform(600 / (2.2 * FARTHEST), 300, 120);
    canvas.rect(-1.1 * FARTHEST, -40, 1.1 * FARTHEST, 0, [118, 176, 96]);
    const [, , { most: green }] = CLUBS;
    canvas.rect(-green, -40, green, 0, [150, 206, 122]).rect(-HOLE_RADIUS, -6, HOLE_RADIUS, 0, [40, 44, 52]);
    canvas.line(0, 0, 0, 60, 1.2, [64, 68, 75]).polygon([0, 60, 22, 52, 0, 44], [192, 57, 43]);
    return canvas.circle(this.world[0], 3, 3, [255, 255, 255]).frame();
  }
}

export const golfEntry: EnvEntry = {
  spec: golfV0,
  summary: 'Choose a club and how full to swing it: actions of two kinds at once.',
  create: spec => new Golf(spec),
};
