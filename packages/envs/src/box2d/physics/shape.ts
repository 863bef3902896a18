import { EPSILON } from './constants.ts';

const f = Math.fround;
const THIRD = f(1 / 3);

/** A point, in metres. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Mass of a shape. */
export interface ShapeMass {
  /** kg */
  readonly mass: number;
  /** Centre of mass, metres. */
  readonly x: number;
  readonly y: number;
  /** Moment of inertia about the origin, kg m². */
  readonly inertia: number;
}

/** A convex polygon, counter-clockwise, or an edge between two points, in the frame of its body. */
export class Shape {
  readonly isEdge: boolean;
  readonly count: number;
  /** Corners. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Outward normals; `i` is that from corner `i` to the next. Of an edge there is one, to its right. */
  readonly normalX: Float32Array;
  readonly normalY: Float32Array;
  readonly centroid: Point;

  /**
   * @param corners in the order of their polygon, or two for an edge
   * @param centroid where it is known
   */
  constructor(corners: readonly Point[], centroid?: Point) {
    const { length: count } = corners;
    this.isEdge = count === 2;
    this.count = count;
    this.x = Float32Array.from(corners, corner => corner.x);
    this.y = Float32Array.from(corners, corner => corner.y);
    this.normalX = new Float32Array(count);
    this.normalY = new Float32Array(count);
    for (let i = 0; i < (this.isEdge ? 1 : count); i++) {
      const next = (i + 1) % count;
      const edgeX = f(this.x[next] - this.x[i]);
      const edgeY = f(this.y[next] - this.y[i]);
      const length = f(Math.sqrt(f(f(edgeX * edgeX) + f(edgeY * edgeY))));
      const inverse = length < EPSILON ? 1 : f(1 / length);
      this.normalX[i] = edgeY * inverse;
      this.normalY[i] = -edgeX * inverse;
    }
    this.centroid = centroid ?? (this.isEdge ? { x: 0, y: 0 } : this.#centroid());
  }

  /** Mass at `density` kg/m². */
  mass(density: number): ShapeMass {
    const { x: xs, y: ys, count } = this;
    // Triangles meet in a point inside.
    let originX = 0;
    let originY = 0;
    for (let i = 0; i < count; i++) {
      originX = f(originX + xs[i]);
      originY = f(originY + ys[i]);
    }
    const share = f(1 / count);
    originX = f(originX * share);
    originY = f(originY * share);
    let area = 0;
    let centreX = 0;
    let centreY = 0;
    let second = 0;
    for (let i = 0; i < count; i++) {
      const next = (i + 1) % count;
      const x1 = f(xs[i] - originX);
      const y1 = f(ys[i] - originY);
      const x2 = f(xs[next] - originX);
      const y2 = f(ys[next] - originY);
      const twice = f(f(x1 * y2) - f(y1 * x2));
      const triangle = f(0.5 * twice);
      area = f(area + triangle);
      const weight = f(triangle * THIRD);
      centreX = f(centreX + f(weight * f(x1 + x2)));
      centreY = f(centreY + f(weight * f(y1 + y2)));
      const squaresX = f(f(f(x1 * x1) + f(x2 * x1)) + f(x2 * x2));
      const squaresY = f(f(f(y1 * y1) + f(y2 * y1)) + f(y2 * y2));
      second = f(second + f(f(f(0.25 * THIRD) * twice) * f(squaresX + squaresY)));
    }
    const mass = f(f(density) * area);
    const inverse = f(1 / area);
    centreX = f(centreX * inverse);
    centreY = f(centreY * inverse);
    const x = f(centreX + originX);
    const y = f(centreY + originY);
    const shift = f(f(f(x * x) + f(y * y)) - f(f(centreX * centreX) + f(centreY * centreY)));
    return { mass, x, y, inertia: f(f(f(density) * second) + f(mass * shift)) };
  }

  #centroid(): Point {
    const { x: xs, y: ys, count } = this;
    let area = 0;
    let x = 0;
    let y = 0;
    for (let i = 0; i < count; i++) {
      const next = (i + 1) % count;
      const triangle = f(0.5 * f(f(xs[i] * ys[next]) - f(ys[i] * xs[next])));
      area = f(area + triangle);
      const weight = f(triangle * THIRD);
      x = f(x + f(weight * f(xs[i] + xs[next])));
      y = f(y + f(weight * f(ys[i] + ys[next])));
    }
    const inverse = f(1 / area);
    return { x: f(x * inverse), y: f(y * inverse) };
  }
}

/** The convex hull of `points`, counter-clockwise from its rightmost corner, as Box2D orders it. */
export function polygon(points: readonly Point[]): Shape {
  const corners = points.map(({ x, y }) => ({ x: f(x), y: f(y) }));
  let first = 0;
  corners.forEach(({ x, y }, i) => {
    if (x > corners[first].x || (x === corners[first].x && y < corners[first].y)) first = i;
  });
  const hull: Point[] = [];
  let at = first;
  do {
    const here = corners[at];
    hull.push(here);
    let next = 0;
    for (let i = 1; i < corners.length; i++) {
      if (next === at) {
        next = i;
        continue;
      }
      const toNextX = f(corners[next].x - here.x);
      const toNextY = f(corners[next].y - here.y);
      const x = f(corners[i].x - here.x);
      const y = f(corners[i].y - here.y);
      const turn = f(f(toNextX * y) - f(toNextY * x));
      const isFurther = f(f(x * x) + f(y * y)) > f(f(toNextX * toNextX) + f(toNextY * toNextY));
      if (turn < 0 || (turn === 0 && isFurther)) next = i;
    }
    at = next;
  } while (at !== first);
  return new Shape(hull);
}

/** A rectangle around the origin. */
export function rectangle(halfWidth: number, halfHeight: number): Shape {
  const corners = [
    { x: -halfWidth, y: -halfHeight },
    { x: halfWidth, y: -halfHeight },
    { x: halfWidth, y: halfHeight },
    { x: -halfWidth, y: halfHeight },
  ];
  const shape = new Shape(corners, { x: 0, y: 0 });
  // Exactly, as rounding would not leave them.
  shape.normalX.set([0, 1, 0, -1]);
  shape.normalY.set([-1, 0, 1, 0]);
  return shape;
}
