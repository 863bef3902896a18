import type { Rng } from '@zpin/contracts';
import type { Point } from '../physics/shape.ts';

/** Gymnasium gives lengths in sixths of a metre. */
export const SCALE = 6;
/** Largest distance of the field's edges from its middle, m. */
export const FIELD = 2000 / SCALE;

/** The track is a circle of about this radius, much bent. */
const RADIUS = 900 / SCALE;
/** Length of a tile, m. */
const STEP = 21 / SCALE;
/** Largest turn from tile to tile, rad. */
const TURN = 0.31;
/** Half width of the road, m. */
const WIDTH = 40 / SCALE;
/** Width of a kerb, m. */
const KERB = 8 / SCALE;
/** Tiles of a hard turn before its kerb begins. */
const KERB_TILES = 4;
const CHECKPOINTS = 12;
/** Share of the distance to the next checkpoint, aside, that steers the track. */
const PULL = 0.001;
/** A checkpoint that is less than this aside, in sixths of a metre, is straight ahead. */
const STRAIGHT = 0.3;
const MOST_STEPS = 2500;
const LAPS = 4;

const TWO_PI = 2 * Math.PI;
/** Where a lap begins, seen from the middle. */
const START = (TWO_PI * -0.5) / CHECKPOINTS;

/** A place on the middle of the road. */
export interface TrackPoint {
  /** Where it is seen from the middle of the field, rad. */
  readonly alpha: number;
  /** Direction of the road: its way forward is this turned by a quarter to the left, rad. */
  readonly beta: number;
  readonly x: number;
  readonly y: number;
}

/** The road of one episode; tile `i` lies between points `i − 1` and `i`. */
export interface Track {
  readonly points: readonly TrackPoint[];
  /** Four corners of each tile. */
  readonly tiles: readonly (readonly Point[])[];
  /** Four corners of the kerb at each tile, or null where there is none. */
  readonly kerbs: readonly (readonly Point[] | null)[];
}

/** Draws tracks from `rng` as Gymnasium does until one closes. */
export function drawTrack(rng: Rng): Track {
  for (;;) {
    const points = closedLap(drive(drawCheckpoints(rng)));
    if (points) return { points, tiles: points.map((_, i) => tile(points, i)), kerbs: kerbs(points) };
  }
}

type Checkpoint = Pick<TrackPoint, 'alpha' | 'x' | 'y'>;

function drawCheckpoints(rng: Rng): Checkpoint[] {
  return Array.from({ length: CHECKPOINTS }, (_, c) => {
    const noise = rng.uniform(0, TWO_PI / CHECKPOINTS);
    let alpha = (TWO_PI * c) / CHECKPOINTS + noise;
    let radius = rng.uniform(RADIUS / 3, RADIUS);
    if (c === 0 || c === CHECKPOINTS - 1) {
      alpha = (TWO_PI * c) / CHECKPOINTS;
      radius = 1.5 * RADIUS;
    }
    return { alpha, x: radius * Math.cos(alpha), y: radius * Math.sin(alpha) };
  });
}

/** Drives from checkpoint to checkpoint for some laps, and tells the way. */
function drive(checkpoints: readonly Checkpoint[]): TrackPoint[] {
  const way: TrackPoint[] = [];
  let x = 1.5 * RADIUS;
  let y = 0;
  let beta = 0;
  let next = 0;
  let laps = 0;
  let wasBelow = false;
  for (let left = MOST_STEPS; left > 0 && laps <= LAPS; left--) {
    let alpha = Math.atan2(y, x);
    if (wasBelow && alpha > 0) {
      laps++;
      wasBelow = false;
    }
    if (alpha < 0) {
      wasBelow = true;
      alpha += TWO_PI;
    }
    // The next checkpoint is the first that is not behind.
    while (alpha > checkpoints[next % CHECKPOINTS].alpha) {
      next++;
      if (next % CHECKPOINTS === 0) alpha -= TWO_PI;
    }
    const target = checkpoints[next % CHECKPOINTS];
    const rightX = Math.cos(beta);
    const rightY = Math.sin(beta);
    while (beta - alpha > 1.5 * Math.PI) beta -= TWO_PI;
    while (beta - alpha < -1.5 * Math.PI) beta += TWO_PI;
    const before = beta;
    const aside = (rightX * (target.x - x) + rightY * (target.y - y)) * SCALE;
    if (aside > STRAIGHT) beta -= Math.min(TURN, Math.abs(PULL * aside));
    if (aside < -STRAIGHT) beta += Math.min(TURN, Math.abs(PULL * aside));
    x += -rightY * STEP;
    y += rightX * STEP;
    way.push({ alpha, beta: before * 0.5 + beta * 0.5, x, y });
  }
  return way;
}

/** The last whole lap, or null when its ends do not meet. */
function closedLap(way: readonly TrackPoint[]): TrackPoint[] | null {
  const starts: number[] = [];
  for (let i = way.length - 1; i > 0 && starts.length < 2; i--) {
    if (way[i].alpha > START && way[i - 1].alpha <= START) starts.push(i);
  }
  if (starts.length < 2) return null;
  const lap = way.slice(starts[1], starts[0] - 1);
  const [first] = lap;
  const last = lap[lap.length - 1];
  const gapX = Math.cos(first.beta) * (first.x - last.x);
  const gapY = Math.sin(first.beta) * (first.y - last.y);
  return Math.sqrt(gapX * gapX + gapY * gapY) > STEP ? null : lap;
}

/** The point `offset` before point `i`, around the lap. */
function before(points: readonly TrackPoint[], i: number, offset: number): TrackPoint {
  return points[(i - offset + points.length) % points.length];
}

/** Corners of the road between two points, from `inner` to `outer` metres to the right of its middle. */
function strip(a: TrackPoint, b: TrackPoint, inner: number, outer: number): Point[] {
  const corner = ({ beta, x, y }: TrackPoint, aside: number): Point => ({
    x: x + aside * Math.cos(beta),
    y: y + aside * Math.sin(beta),
  });
  return [corner(a, inner), corner(a, outer), corner(b, outer), corner(b, inner)];
}

function tile(points: readonly TrackPoint[], i: number): Point[] {
  return strip(points[i], before(points, i, 1), -WIDTH, WIDTH);
}

/** Kerbs lie outside of hard turns, and begin some tiles before them. */
function kerbs(points: readonly TrackPoint[]): (Point[] | null)[] {
  const { length } = points;
  const hasKerb = points.map((_, i) => {
    let sides = 0;
    for (let back = 0; back < KERB_TILES; back++) {
      const turn = before(points, i, back).beta - before(points, i, back + 1).beta;
      if (Math.abs(turn) <= TURN * 0.2) return false;
      sides += Math.sign(turn);
    }
    return Math.abs(sides) === KERB_TILES;
  });
  for (let i = 0; i < length; i++) {
    if (!hasKerb[i]) continue;
    for (let back = 0; back < KERB_TILES; back++) hasKerb[(i - back + length) % length] = true;
  }
  return points.map((point, i) => {
    if (!hasKerb[i]) return null;
    const previous = before(points, i, 1);
    const side = Math.sign(previous.beta - point.beta);
    return strip(point, previous, side * WIDTH, side * (WIDTH + KERB));
  });
}
