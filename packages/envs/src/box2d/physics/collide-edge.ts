import type { Body } from './body.ts';
import { cornerAndFace, faceAndCorner, Segment, swapped } from './clip.ts';
import { ANGULAR_SLOP, SKIN } from './constants.ts';
import type { Manifold } from './manifold.ts';
import type { Shape } from './shape.ts';

const f = Math.fround;
/** How much deeper a face of the polygon must be to be preferred: less jitter. */
const RELATIVE = f(0.98);
const ABSOLUTE = f(0.001);
const MOST_CORNERS = 16;

// Corners and normals of the polygon in the world.
const xs = new Float32Array(MOST_CORNERS);
const ys = new Float32Array(MOST_CORNERS);
const normalXs = new Float32Array(MOST_CORNERS);
const normalYs = new Float32Array(MOST_CORNERS);
const incident = new Segment();
const half = new Segment();
const clipped = new Segment();

/** The face of the polygon that is furthest from the edge, among those that face it; −1: none. */
let bestFace = -1;

/** Writes where a polygon of `body` touches an edge of the ground. */
export function collideEdge(manifold: Manifold, edge: Shape, polygon: Shape, body: Body): void {
  toWorld(polygon, body);
  const x1 = edge.x[0];
  const y1 = edge.y[0];
  const x2 = edge.x[1];
  const y2 = edge.y[1];
  const rightX = edge.normalX[0];
  const rightY = edge.normalY[0];
  const { sin, cos } = body;
  const centroidX = f(f(f(cos * polygon.centroid.x) - f(sin * polygon.centroid.y)) + body.x);
  const centroidY = f(f(f(sin * polygon.centroid.x) + f(cos * polygon.centroid.y)) + body.y);
  // The edge pushes to the side where the polygon is.
  const isFront = f(f(rightX * f(centroidX - x1)) + f(rightY * f(centroidY - y1))) >= 0;
  const normalX = isFront ? rightX : -rightX;
  const normalY = isFront ? rightY : -rightY;

  const { count } = polygon;
  const edgeDistance = nearest(count, normalX, normalY, x1, y1);
  if (edgeDistance > SKIN) return;
  const faceDistance = furthestFace(polygon, edge, normalX, normalY);
  if (bestFace >= 0 && faceDistance > SKIN) return;

  const isFace = bestFace >= 0 && faceDistance > f(f(RELATIVE * edgeDistance) + ABSOLUTE);
  let faceX: number;
  let faceY: number;
  let from: number;
  let to: number;
  let fromX: number;
  let fromY: number;
  let toX: number;
  let toY: number;
  if (isFace) {
    from = bestFace;
    to = (from + 1) % count;
    [fromX, fromY, toX, toY] = [xs[from], ys[from], xs[to], ys[to]];
    [faceX, faceY] = [normalXs[from], normalYs[from]];
    incident.set(0, x1, y1, cornerAndFace(0, from));
    incident.set(1, x2, y2, cornerAndFace(0, from));
  } else {
    const first = mostOpposed(count, normalX, normalY);
    const second = (first + 1) % count;
    incident.set(0, xs[first], ys[first], faceAndCorner(0, first));
    incident.set(1, xs[second], ys[second], faceAndCorner(0, second));
    [from, to] = isFront ? [0, 1] : [1, 0];
    [fromX, fromY, toX, toY] = isFront ? [x1, y1, x2, y2] : [x2, y2, x1, y1];
    [faceX, faceY] = [normalX, normalY];
  }
  // Only what lies above the face counts.
  const sideX = faceY;
  const sideY = -faceX;
  if (!incident.clip(half, sideX, sideY, f(f(sideX * fromX) + f(sideY * fromY)), from)) return;
  if (!half.clip(clipped, -sideX, -sideY, f(f(-sideX * toX) + f(-sideY * toY)), to)) return;
  manifold.isMovingFace = isFace;
  manifold.normalX = isFace ? polygon.normalX[from] : faceX;
  manifold.normalY = isFace ? polygon.normalY[from] : faceY;
  manifold.planeX = isFace ? polygon.x[from] : fromX;
  manifold.planeY = isFace ? polygon.y[from] : fromY;
  for (let i = 0; i < 2; i++) {
    const x = clipped.x[i];
    const y = clipped.y[i];
    if (f(f(faceX * f(x - fromX)) + f(faceY * f(y - fromY))) > SKIN) continue;
    const at = manifold.count++;
    const fromBodyX = f(x - body.x);
    const fromBodyY = f(y - body.y);
    manifold.x[at] = isFace ? x : f(f(cos * fromBodyX) + f(sin * fromBodyY));
    manifold.y[at] = isFace ? y : f(f(-sin * fromBodyX) + f(cos * fromBodyY));
    manifold.id[at] = isFace ? swapped(clipped.id[i]) : clipped.id[i];
  }
}

function toWorld(polygon: Shape, { sin, cos, x, y }: Body): void {
  for (let i = 0; i < polygon.count; i++) {
    xs[i] = f(f(cos * polygon.x[i]) - f(sin * polygon.y[i])) + x;
    ys[i] = f(f(sin * polygon.x[i]) + f(cos * polygon.y[i])) + y;
    normalXs[i] = f(cos * polygon.normalX[i]) - f(sin * polygon.normalY[i]);
    normalYs[i] = f(sin * polygon.normalX[i]) + f(cos * polygon.normalY[i]);
  }
}

/** How far the polygon is from the edge along its normal. */
function nearest(count: number, normalX: number, normalY: number, x1: number, y1: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const distance = f(f(normalX * f(xs[i] - x1)) + f(normalY * f(ys[i] - y1)));
    if (distance < least) least = distance;
  }
  return least;
}

/** How far the edge is from the polygon along the normal of one of its faces, which becomes `bestFace`. */
function furthestFace({ count }: Shape, edge: Shape, normalX: number, normalY: number): number {
  const x1 = edge.x[0];
  const y1 = edge.y[0];
  const x2 = edge.x[1];
  const y2 = edge.y[1];
  bestFace = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const x = -normalXs[i];
    const y = -normalYs[i];
    const distance1 = f(f(x * f(xs[i] - x1)) + f(y * f(ys[i] - y1)));
    const distance2 = f(f(x * f(xs[i] - x2)) + f(y * f(ys[i] - y2)));
    const distance = Math.min(distance1, distance2);
    if (distance > SKIN) {
      bestFace = i;
      return distance;
    }
    // A face that looks away from the edge does not count.
    const isAway = f(f(f(x + normalX) * normalX) + f(f(y + normalY) * normalY)) < -ANGULAR_SLOP;
    if (!isAway && distance > most) {
      bestFace = i;
      most = distance;
    }
  }
  return most;
}

/** The face of the polygon whose normal is most opposed to the given one. */
function mostOpposed(count: number, normalX: number, normalY: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = f(f(normalX * normalXs[i]) + f(normalY * normalYs[i]));
    if (value < least) {
      best = i;
      least = value;
    }
  }
  return best;
}
