import {
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
import { Canvas, type Color } from '../render/canvas.ts';
import { type Outcome, TabularEnv, type TabularModel } from './tabular-env.ts';

/** Signs between columns: ":" can be passed, "|" is a wall. Sign c of a row stands left of column c. */
const streets = ['|:|::|', '|:|::|', '|::::|', '||:|:|', '||:|:|'];
const stands = [0, 4, 20, 23];
const standColors: readonly Color[] = [
  [231, 76, 60],
  [46, 204, 113],
  [241, 196, 15],
  [52, 152, 219],
];
const IN_TAXI = 4;
/** Pixels per place. */
const PLACE = 60;
const SIZE = 5;

/** Spaces, time limit and threshold of `Taxi-v4`. */
export const taxiV4: EnvSpec = {
  id: 'Taxi-v4',
  observationSpace: discrete(500),
  actionSpace: discrete(6),
  maxEpisodeSteps: 200,
  rewardThreshold: 8,
  hasActionMask: true,
};

/** Spaces, time limit and threshold of `Taxi-v3`. */
export const taxiV3: EnvSpec = { ...taxiV4, id: 'Taxi-v3' };

export const taxiOptions = {
  isRainy: field.boolean({ default: false, meaning: 'whether a drive drifts to either side, with probability 0.1 each' }),
  ficklePassenger: field.boolean({
    default: false,
    meaning: 'whether the passenger may want to go elsewhere once the taxi has moved with him, with probability 0.3',
  }),
};

export type TaxiOptions = ValuesOf<typeof taxiOptions>;

/**
 * Fetch a passenger at one of four stands and bring him to another: −1 per step, −10 for a wrong pickup or drop-off, +20 and the
 * end for the right one. Actions: south (0), north (1), east (2), west (3), pick up (4), drop off (5); `info.actionMask` tells
 * those that do something. Observation: ((row · 5 + column) · 5 + passenger) · 4 + destination; passenger 4 sits in the taxi.
 * Dietterich 2000, as Gymnasium plays it.
 */
export class Taxi extends TabularEnv {
  readonly #isFickle: boolean;

  constructor(spec: EnvSpec = taxiV4, options: Partial<TaxiOptions> = {}) {
    const { isRainy, ficklePassenger } = readValues(taxiOptions, options, spec.id);
    super(spec, { start: startStates(), numActions: 6, outcomes: isRainy ? rainyOutcomes : dryOutcomes }, 1);
    this.#isFickle = ficklePassenger;
  }

  protected override start(): void {
    super.start();
    this.world[2] = this.#isFickle && this.rng.random() < 0.3 ? 1 : 0;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const before = this.world[0];
    super.advance(actions, offset);
    if (this.world[2] === 0) return;
    const after = this.world[0];
    const [place, passenger, destination] = decode(before);
    if (passenger !== IN_TAXI || decode(after)[0] === place) return;
    this.world[2] = 0;
    const other = this.rng.integers(0, 3);
    this.world[0] = after - (after % 4) + (other < destination ? other : other + 1);
  }

  protected override mask(out: Uint8Array, offset: number): void {
    const [place, passenger] = decode(this.world[0]);
    for (let action = 0; action < 4; action++) out[offset + action] = drive(place, action) === place ? 0 : 1;
    out[offset + 4] = passenger !== IN_TAXI && place === stands[passenger] ? 1 : 0;
    out[offset + 5] = passenger === IN_TAXI && stands.includes(place) ? 1 : 0;
  }

  render(): Frame {
    return drawTown(this.world[0]);
  }

  protected override info(): EnvInfo {
    const actionMask = new Uint8Array(6);
    this.mask(actionMask, 0);
    return { ...super.info(), actionMask };
  }
}

const entry: Omit<EnvEntry<typeof taxiOptions>, 'spec'> = {
  summary: 'Fetch a passenger and bring him where he wants to go.',
  options: taxiOptions,
  create: (spec, options) => new Taxi(spec, options),
};

export const taxiEntries = [
  { spec: taxiV4, ...entry },
  { spec: taxiV3, ...entry },
];

const encode = (place: number, passenger: number, destination: number): number => (place * 5 + passenger) * 4 + destination;
const decode = (state: number): [number, number, number] => [Math.floor(state / 20), Math.floor(state / 4) % 5, state % 4];

/** All states with the passenger at a stand that is not his destination. */
function startStates(): Float64Array {
  return Float64Array.from({ length: 500 }, (_, state) => {
    const [, passenger, destination] = decode(state);
    return passenger !== IN_TAXI && passenger !== destination ? 1 / 300 : 0;
  });
}

/** The place to which a drive in direction 0 … 3 leads; the same one at a wall. */
function drive(place: number, direction: number): number {
  const row = Math.floor(place / SIZE);
  const column = place % SIZE;
  if (direction === 0) return row < SIZE - 1 ? place + SIZE : place;
  if (direction === 1) return row > 0 ? place - SIZE : place;
  if (direction === 2) return streets[row][column + 1] === ':' ? place + 1 : place;
  return streets[row][column] === ':' ? place - 1 : place;
}

const dryOutcomes: TabularModel['outcomes'] = (state, action) => {
  const [place, passenger, destination] = decode(state);
  const outcome = (next: number, reward: number, terminated = false): Outcome[] => [{ probability: 1, next, reward, terminated }];
  if (action < 4) return outcome(encode(drive(place, action), passenger, destination), -1);
  if (action === 4) {
    const there = passenger !== IN_TAXI && place === stands[passenger];
    return there ? outcome(encode(place, IN_TAXI, destination), -1) : outcome(state, -10);
  }
  if (passenger !== IN_TAXI || !stands.includes(place)) return outcome(state, -10);
  const right = place === stands[destination];
  return outcome(encode(place, stands.indexOf(place), destination), right ? 20 : -1, right);
};

const rainyOutcomes: TabularModel['outcomes'] = (state, action) => {
  if (action >= 4) return dryOutcomes(state, action);
  const [place, passenger, destination] = decode(state);
  const ahead = drive(place, action);
  // Towards a wall between columns there is no drift; towards the border of the town there is.
  const isBlocked = action >= 2 && ahead === place;
  const [first, second] = isBlocked ? [place, place] : drift(place, action);
  const outcome = (probability: number, next: number): Outcome => {
    return { probability, next: encode(next, passenger, destination), reward: -1, terminated: false };
  };
  return [outcome(0.8, ahead), outcome(0.1, first), outcome(0.1, second)];
};

/**
 * Where the taxi drifts to the left and to the right. North and south, Gymnasium looks at a wall beside the new place; so it is
 * here.
 */
function drift(place: number, action: number): [number, number] {
  if (action < 2) return [drive(place, 3), drive(place, 2)];
  const column = place % SIZE;
  const south = Math.min(Math.floor(place / SIZE) + 1, SIZE - 1);
  const north = Math.max(Math.floor(place / SIZE) - 1, 0);
  const southOpen = streets[south][column + 1] === ':';
  const northOpen = streets[north][column] === ':';
  return [southOpen ? south * SIZE + column : place, northOpen ? north * SIZE + column : place];
}

/** The town with its stands, walls, the taxi (green when taken), the passenger, and his destination (ringed). */
function drawTown(state: number): Frame {
  const [taxi, passenger, destination] = decode(state);
  const canvas = new Canvas(SIZE * PLACE, SIZE * PLACE, [240, 240, 236]);
  const corner = (place: number): [number, number] => [(place % SIZE) * PLACE, Math.floor(place / SIZE) * PLACE];
  stands.forEach((place, i) => {
    const [x, y] = corner(place);
    canvas.rect(x, y, x + PLACE, y + PLACE, standColors[i]);
    if (i === destination) canvas.rect(x + 6, y + 6, x + PLACE - 6, y + PLACE - 6, [240, 240, 236]);
  });
  for (let place = 0; place < SIZE * SIZE; place++) {
    const [x, y] = corner(place);
    if (x > 0 && drive(place, 3) === place) canvas.rect(x - 3, y, x + 3, y + PLACE, [64, 68, 75]);
  }
  const [x, y] = corner(taxi);
  canvas.rect(x + 12, y + 18, x + PLACE - 12, y + PLACE - 18, passenger === IN_TAXI ? [39, 174, 96] : [44, 62, 80]);
  if (passenger !== IN_TAXI) {
    const [px, py] = corner(stands[passenger]);
    canvas.circle(px + PLACE / 2, py + PLACE / 2, 9, [155, 89, 182]);
  }
  return canvas.frame();
}
