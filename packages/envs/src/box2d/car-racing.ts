import {
  box,
  discrete,
  type EnvInfo,
  type EnvSpec,
  type Frame,
  field,
  type NumericArray,
  readValues,
  type ValuesOf,
} from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { Box2dEnv } from './box2d-env.ts';
import { CarScene, DT } from './car/car-scene.ts';
import { FIELD, type TrackPoint } from './car/car-track.ts';
import { type CarColors, CarView } from './car/car-view.ts';

/** Pixels of an observation along each side. */
const SIZE = 96;
const FRAME_WIDTH = 600;
const FRAME_HEIGHT = 400;
const STEP_COST = 0.1;
/** Paid for all tiles together. */
const LAP_REWARD = 1000;
const LOST = -100;
/** Steering, gas and brake of the discrete actions: nothing, right, left, gas, brake. */
const CHOICES: readonly (readonly [steer: number, gas: number, brake: number])[] = [
  [0, 0, 0],
  [-0.6, 0, 0],
  [0.6, 0, 0],
  [0, 0.2, 0],
  [0, 0, 0.8],
];

const ROAD = [102, 102, 102];
const FIELD_COLOR = [102, 204, 102];
const GRASS = [102, 230, 102];
/** Largest part of a random colour, and how much one part of the grass is above the field's. */
const BRIGHTEST = 210;
const GRASS_ABOVE = 20;

// Places in the state.
const TIME = 0;
const SCORE = 1;
const LAP = 2;
/** The score after the step before, and that which is shown: before this step's cost. */
const PAID = 3;
const SHOWN = 4;
/** Whether colours are those of the episode before. */
const KEEPS_COLORS = 5;
const COLORS = 6;

const pedals = box({ low: [-1, 0, 0], high: [1, 1, 1] });

/** Spaces, time limit and threshold of `CarRacing-v3`. */
export const carRacingV3: EnvSpec = {
  id: 'CarRacing-v3',
  observationSpace: box({ low: 0, high: 255, shape: [SIZE, SIZE, 3], dtype: 'uint8' }),
  actionSpace: pedals,
  maxEpisodeSteps: 1000,
  rewardThreshold: 900,
};

export const carRacingOptions = {
  isContinuous: field.boolean({ default: true, meaning: 'whether actions are steering, gas and brake, instead of one of five' }),
  domainRandomize: field.boolean({ default: false, meaning: 'whether each episode draws colours of road, field and grass' }),
  lapCompletePercent: field.probability({ default: 0.95, meaning: 'share of the tiles that make a lap' }),
};

export type CarRacingOptions = ValuesOf<typeof carRacingOptions>;

/**
 * Drive a car around a track, seen from above. Observation `[96, 96, 3]` (uint8): the track around the car, which heads upwards;
 * below it the score, and gauges of speed, of the four wheels, of steering and of turning. Action `[3]`: steering (−1 left to 1
 * right), gas and brake in [0, 1]; or with `isContinuous: false` nothing (0), right, left, gas, brake. Reward: 1000 / tiles for
 * each new tile under a wheel − 0.1 per step. The end is a lap, or leaving the field with −100; `info.lap_finished` tells which.
 * `reset` takes `{ randomize: false }` to keep the colours. Track, car and rewards are Gymnasium's; pictures are drawn anew.
 */
export class CarRacing extends Box2dEnv<number | Float32Array, Uint8Array> {
  protected override readonly world = new Float64Array(COLORS + 9);
  readonly #isContinuous: boolean;
  readonly #isColorful: boolean;
  readonly #lapShare: number;
  readonly #colors: CarColors;
  readonly #view = new CarView(SIZE, SIZE);
  protected scene: CarScene | null = null;

  /** @throws InputError when a setting is out of its range */
  constructor(spec: EnvSpec = carRacingV3, options: Partial<CarRacingOptions> = {}) {
    const { isContinuous, domainRandomize, lapCompletePercent } = readValues(carRacingOptions, options, spec.id);
    super({ ...spec, actionSpace: isContinuous ? pedals : discrete(CHOICES.length) });
    this.#isContinuous = isContinuous;
    this.#isColorful = domainRandomize;
    this.#lapShare = lapCompletePercent;
    const { world } = this;
    world.set([...ROAD, ...FIELD_COLOR, ...GRASS], COLORS);
    const part = (i: number) => world.subarray(COLORS + 3 * i, COLORS + 3 * i + 3);
    this.#colors = { road: part(0), field: part(1), grass: part(2) };
  }

  /** Middle of the road of the episode in progress, tile by tile; none before the first one. */
  get track(): readonly TrackPoint[] {
    return this.scene?.track.points ?? [];
  }

  render(): Frame {
    if (!this.scene) throw this.nothingToDraw();
    const view = new CarView(FRAME_WIDTH, FRAME_HEIGHT);
    view.draw(this.scene, this.#colors, this.world[TIME], this.world[SHOWN]);
    return view.frame();
  }

  protected override start(options?: Readonly<Record<string, unknown>>): void {
    if (options) this.world[KEEPS_COLORS] = options.randomize === false ? 1 : 0;
    super.start();
  }

  protected override build(): void {
    const { world, rng } = this;
    if (this.#isColorful && world[KEEPS_COLORS] === 0) this.#drawColors();
    const scene = new CarScene(rng, this.#lapShare);
    this.scene = scene;
    world[TIME] = world[SCORE] = world[LAP] = world[PAID] = 0;
    this.#drive(scene);
  }

  protected override simulate(actions: NumericArray, offset: number): void {
    const { scene, world } = this;
    if (!scene) return;
    if (this.#isContinuous) {
      const steer = -Math.min(1, Math.max(-1, actions[offset]));
      scene.car.control(steer, clipped(actions[offset + 1]), clipped(actions[offset + 2]));
    } else scene.car.control(...CHOICES[actions[offset]]);
    this.#drive(scene);
    world[SCORE] -= STEP_COST;
    // The first one also pays for the tiles on which the car starts.
    this.reward = world[SCORE] - world[PAID];
    world[PAID] = world[SCORE];
    const isDone = scene.visited === scene.isVisited.length || scene.isLapDone;
    const { x, y } = scene.car.hull;
    const isLost = Math.abs(x) > FIELD || Math.abs(y) > FIELD;
    if (isLost) this.reward = LOST;
    this.terminated = isDone || isLost;
    world[LAP] = isDone && !isLost ? 1 : 0;
  }

  protected override observe(out: NumericArray, offset: number): void {
    if (this.scene) this.#view.draw(this.scene, this.#colors, this.world[TIME], this.world[SHOWN]);
    this.#view.write(out, offset);
  }

  /** `lap_finished` at an end: whether it is one by a lap. */
  protected override info(): EnvInfo {
    return this.terminated ? { lap_finished: this.world[LAP] === 1 } : super.info();
  }

  protected override release(): void {
    this.scene = null;
  }

  #drive(scene: CarScene): void {
    const { world } = this;
    const { visited } = scene;
    scene.step();
    for (let tile = visited; tile < scene.visited; tile++) world[SCORE] += LAP_REWARD / scene.isVisited.length;
    world[SHOWN] = world[SCORE];
    world[TIME] += DT;
  }

  #drawColors(): void {
    const { world, rng } = this;
    for (let i = 0; i < 6; i++) world[COLORS + i] = rng.uniform(0, BRIGHTEST);
    world.copyWithin(COLORS + 6, COLORS + 3, COLORS + 6);
    world[COLORS + 6 + rng.integers(0, 3)] += GRASS_ABOVE;
  }
}

export const carRacingEntry: EnvEntry<typeof carRacingOptions> = {
  spec: carRacingV3,
  summary: 'Drive a car around a track, from pictures.',
  options: carRacingOptions,
  create: (spec, options) => new CarRacing(spec, options),
};

function clipped(pedal: number): number {
  return Math.min(1, Math.max(0, pedal));
}
