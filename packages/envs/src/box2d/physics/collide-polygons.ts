import type { Body } from './body.ts';
import { faceAndCorner, Segment, swapped } from './clip.ts';
import { SKIN } from './constants.ts';
import type { Manifold } from './manifold.ts';
import type { Shape } from './shape.ts';

const f = Math.fround;
/** How much deeper a face of the moving polygon must be to be preferred: less jitter. */
const RELATIVE = f(0.98);
const ABSOLUTE = f(0.001);

/** Where a polygon is. */
type Place = Pick<Body, 'x' | 'y' | 'sin' | 'cos'>;

/** Where the ground is. */
const WORLD: Place = { x: 0, y: 0, sin: 0, cos: 1 };

const incident = new Segment();
const half = new Segment();
const clipped = new Segment();

/** The face that `furthestFace` found. */
let bestFace = 0;

/** Writes where a polygon of `body` touches one of the ground. */
export function collidePolygons(manifold: Manifold, still: Shape, moving: Shape, body: Body): void {
  const stillDistance = furthestFace(still, WORLD, moving, body);
  const stillFace = bestFace;
  if (stillDistance > SKIN) return;
  const movingDistance = furthestFace(moving, body, still, WORLD);
  if (movingDistance > SKIN) return;
  if (movingDistance > f(f(RELATIVE * stillDistance) + ABSOLUTE)) clipTo(manifold, moving, body, bestFace, still, WORLD, true);
  else clipTo(manifold, still, WORLD, stillFace, moving, body, false);
}

/** Points of `other` near face `from` of `shape`. */
function clipTo(
  manifold: Manifold,
  shape: Shape,
  place: Place,
  from: number,
  other: Shape,
  otherPlace: Place,
  isMovingFace: boolean,
): void {
  findIncident(shape, place, from, other, otherPlace);
  const to = (from + 1) % shape.count;
  const { sin, cos } = place;
  const fromX = shape.x[from];
  const fromY = shape.y[from];
  const toX = shape.x[to];
  const toY = shape.y[to];
  const edgeX = f(toX - fromX);
  const edgeY = f(toY - fromY);
  const inverse = f(1 / f(Math.sqrt(f(f(edgeX * edgeX) + f(edgeY * edgeY)))));
  const localX = f(edgeX * inverse);
  const localY = f(edgeY * inverse);
  const tangentX = f(f(cos * localX) - f(sin * localY));
  const tangentY = f(f(sin * localX) + f(cos * localY));
  const normalX = tangentY;
  const normalY = -tangentX;
  const worldFromX = f(f(f(cos * fromX) - f(sin * fromY)) + place.x);
  const worldFromY = f(f(f(sin * fromX) + f(cos * fromY)) + place.y);
  const worldToX = f(f(f(cos * toX) - f(sin * toY)) + place.x);
  const worldToY = f(f(f(sin * toX) + f(cos * toY)) + place.y);
  const front = f(f(normalX * worldFromX) + f(normalY * worldFromY));
  // The skin makes the face longer.
  const before = f(-f(f(tangentX * worldFromX) + f(tangentY * worldFromY)) + SKIN);
  const after = f(f(f(tangentX * worldToX) + f(tangentY * worldToY)) + SKIN);
  if (!incident.clip(half, -tangentX, -tangentY, before, from)) return;
  if (!half.clip(clipped, tangentX, tangentY, after, to)) return;
  manifold.isMovingFace = isMovingFace;
  manifold.normalX = localY;
  manifold.normalY = -localX;
  manifold.planeX = f(0.5 * f(fromX + toX));
  manifold.planeY = f(0.5 * f(fromY + toY));
  for (let i = 0; i < 2; i++) {
    const x = clipped.x[i];
    const y = clipped.y[i];
    if (f(f(f(normalX * x) + f(normalY * y)) - front) > SKIN) continue;
    const at = manifold.count++;
    const awayX = f(x - otherPlace.x);
    const awayY = f(y - otherPlace.y);
    manifold.x[at] = f(otherPlace.cos * awayX) + f(otherPlace.sin * awayY);
    manifold.y[at] = f(-otherPlace.sin * awayX) + f(otherPlace.cos * awayY);
    manifold.id[at] = isMovingFace ? swapped(clipped.id[i]) : clipped.id[i];
  }
}

/** The face of `other` that faces the given one of `shape`, in the world. */
function findIncident(shape: Shape, place: Place, face: number, other: Shape, otherPlace: Place): void {
  const worldX = f(f(place.cos * shape.normalX[face]) - f(place.sin * shape.normalY[face]));
  const worldY = f(f(place.sin * shape.normalX[face]) + f(place.cos * shape.normalY[face]));
  const x = f(f(otherPlace.cos * worldX) + f(otherPlace.sin * worldY));
  const y = f(f(-otherPlace.sin * worldX) + f(otherPlace.cos * worldY));
  let first = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < other.count; i++) {
    const value = f(f(x * other.normalX[i]) + f(y * other.normalY[i]));
    if (value < least) {
      first = i;
      least = value;
    }
  }
  for (const end of [0, 1] as const) {
    const i = (first + end) % other.count;
    const endX = f(f(otherPlace.cos * other.x[i]) - f(otherPlace.sin * other.y[i])) + otherPlace.x;
    const endY = f(f(otherPlace.sin * other.x[i]) + f(otherPlace.cos * other.y[i])) + otherPlace.y;
    incident.set(end, endX, endY, faceAndCorner(face, i));
  }
}

/** How far `other` is from the face of `shape` that it is furthest from; that face becomes `bestFace`. */
function furthestFace(shape: Shape, place: Place, other: Shape, otherPlace: Place): number {
  const { count } = shape;
  const [x, y] = [worldX(other.centroid.x, other.centroid.y, otherPlace), worldY(other.centroid.x, other.centroid.y, otherPlace)];
  const dx = f(x - worldX(shape.centroid.x, shape.centroid.y, place));
  const dy = f(y - worldY(shape.centroid.x, shape.centroid.y, place));
  const localX = f(f(place.cos * dx) + f(place.sin * dy));
  const localY = f(f(-place.sin * dx) + f(place.cos * dy));
  let face = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = f(f(shape.normalX[i] * localX) + f(shape.normalY[i] * localY));
    if (value > most) {
      face = i;
      most = value;
    }
  }
  const distance = faceDistance(shape, place, face, other, otherPlace);
  const previous = (face + count - 1) % count;
  const next = (face + 1) % count;
  const previousDistance = faceDistance(shape, place, previous, other, otherPlace);
  const nextDistance = faceDistance(shape, place, next, other, otherPlace);
  let way: number;
  let best: number;
  if (previousDistance > distance && previousDistance > nextDistance) {
    way = count - 1;
    best = previousDistance;
    bestFace = previous;
  } else if (nextDistance > distance) {
    way = 1;
    best = nextDistance;
    bestFace = next;
  } else {
    bestFace = face;
    return distance;
  }
  for (;;) {
    face = (bestFace + way) % count;
    const further = faceDistance(shape, place, face, other, otherPlace);
    if (further <= best) return best;
    bestFace = face;
    best = further;
  }
}

/** How far `other` is from a face of `shape`. */
function faceDistance(shape: Shape, place: Place, face: number, other: Shape, otherPlace: Place): number {
  const normalX = f(f(place.cos * shape.normalX[face]) - f(place.sin * shape.normalY[face]));
  const normalY = f(f(place.sin * shape.normalX[face]) + f(place.cos * shape.normalY[face]));
  const x = f(f(otherPlace.cos * normalX) + f(otherPlace.sin * normalY));
  const y = f(f(-otherPlace.sin * normalX) + f(otherPlace.cos * normalY));
  let corner = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < other.count; i++) {
    const value = f(f(other.x[i] * x) + f(other.y[i] * y));
    if (value < least) {
      corner = i;
      least = value;
    }
  }
  const awayX = f(worldX(other.x[corner], other.y[corner], otherPlace) - worldX(shape.x[face], shape.y[face], place));
  const awayY = f(worldY(other.x[corner], other.y[corner], otherPlace) - worldY(shape.x[face], shape.y[face], place));
  return f(f(awayX * normalX) + f(awayY * normalY));
}

function worldX(x: number, y: number, place: Place): number {
  return f(f(f(place.cos * x) - f(place.sin * y)) + place.x);
}

function worldY(x: number, y: number, place: Place): number {
  return f(f(f(place.sin * x) + f(place.cos * y)) + place.y);
}
