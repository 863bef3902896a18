import type { Body } from './body.ts';
import { EPSILON } from './constants.ts';
import type { Shape } from './shape.ts';

const f = Math.fround;
const MOST_ITERATIONS = 20;

/** Where the body of the moving shape is. */
export type Place = Pick<Body, 'x' | 'y' | 'sin' | 'cos'>;

/**
 * Distance between a still and a moving convex shape, by the algorithm of Gilbert, Johnson and Keerthi: a simplex of up to three
 * differences of corners walks towards the origin. It stays, to start from next time.
 */
export class ShapeDistance {
  /** Corners of the simplex. */
  count = 0;
  /** Which corners of the shapes they are. */
  readonly still = new Int32Array(3);
  readonly moving = new Int32Array(3);
  readonly #stillX = new Float32Array(3);
  readonly #stillY = new Float32Array(3);
  readonly #movingX = new Float32Array(3);
  readonly #movingY = new Float32Array(3);
  /** From the still to the moving corner. */
  readonly #x = new Float32Array(3);
  readonly #y = new Float32Array(3);
  /** Shares of the corners in the point nearest to the origin. */
  readonly #share = new Float32Array(3);
  #size = 0;

  /** Metres between the shapes, without their skins; 0 when they overlap. */
  measure(still: Shape, moving: Shape, place: Place): number {
    const { sin, cos } = place;
    this.#startFrom(still, moving, place);
    for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      const saved = this.count;
      const still0 = this.still[0];
      const still1 = this.still[1];
      const still2 = this.still[2];
      const moving0 = this.moving[0];
      const moving1 = this.moving[1];
      const moving2 = this.moving[2];
      if (saved === 2) this.#solveEdge();
      else if (saved === 3) this.#solveTriangle();
      if (this.count === 3) break;

      let x: number;
      let y: number;
      if (this.count === 1) {
        x = -this.#x[0];
        y = -this.#y[0];
      } else {
        const edgeX = f(this.#x[1] - this.#x[0]);
        const edgeY = f(this.#y[1] - this.#y[0]);
        const isLeft = f(f(edgeX * -this.#y[0]) - f(edgeY * -this.#x[0])) > 0;
        x = isLeft ? -edgeY : edgeY;
        y = isLeft ? edgeX : -edgeX;
      }
      if (f(f(x * x) + f(y * y)) < EPSILON * EPSILON) break;
      const stillCorner = support(still, -x, -y);
      const movingCorner = support(moving, f(f(cos * x) + f(sin * y)), f(f(-sin * x) + f(cos * y)));
      const at = this.count;
      this.still[at] = stillCorner;
      this.moving[at] = movingCorner;
      this.#put(at, still, moving, place);
      if (
        (stillCorner === still0 && movingCorner === moving0) ||
        (saved > 1 && stillCorner === still1 && movingCorner === moving1) ||
        (saved > 2 && stillCorner === still2 && movingCorner === moving2)
      )
        break;
      this.count++;
    }
    this.#size = this.#measureSize();
    return this.#gap();
  }

  #startFrom(still: Shape, moving: Shape, place: Place): void {
    for (let i = 0; i < this.count; i++) this.#put(i, still, moving, place);
    if (this.count > 1) {
      const size = this.#measureSize();
      if (size < f(0.5 * this.#size) || f(2 * this.#size) < size || size < EPSILON) this.count = 0;
    }
    if (this.count === 0) {
      this.still[0] = 0;
      this.moving[0] = 0;
      this.#put(0, still, moving, place);
      this.#share[0] = 1;
      this.count = 1;
    }
  }

  #put(at: number, still: Shape, moving: Shape, { x, y, sin, cos }: Place): void {
    const stillCorner = this.still[at];
    const movingX = moving.x[this.moving[at]];
    const movingY = moving.y[this.moving[at]];
    this.#stillX[at] = still.x[stillCorner];
    this.#stillY[at] = still.y[stillCorner];
    this.#movingX[at] = f(f(cos * movingX) - f(sin * movingY)) + x;
    this.#movingY[at] = f(f(sin * movingX) + f(cos * movingY)) + y;
    this.#x[at] = this.#movingX[at] - this.#stillX[at];
    this.#y[at] = this.#movingY[at] - this.#stillY[at];
  }

  #copy(from: number, to: number): void {
    this.still[to] = this.still[from];
    this.moving[to] = this.moving[from];
    this.#stillX[to] = this.#stillX[from];
    this.#stillY[to] = this.#stillY[from];
    this.#movingX[to] = this.#movingX[from];
    this.#movingY[to] = this.#movingY[from];
    this.#x[to] = this.#x[from];
    this.#y[to] = this.#y[from];
    this.#share[to] = this.#share[from];
  }

  #measureSize(): number {
    if (this.count === 1) return 0;
    const x = f(this.#x[1] - this.#x[0]);
    const y = f(this.#y[1] - this.#y[0]);
    if (this.count === 2) return f(Math.sqrt(f(f(x * x) + f(y * y))));
    return f(f(x * f(this.#y[2] - this.#y[0])) - f(y * f(this.#x[2] - this.#x[0])));
  }

  /** From the nearest point of one shape to that of the other. */
  #gap(): number {
    if (this.count === 3) return 0;
    let x: number;
    let y: number;
    if (this.count === 1) {
      x = f(this.#stillX[0] - this.#movingX[0]);
      y = f(this.#stillY[0] - this.#movingY[0]);
    } else {
      x = f(this.#mix(this.#stillX) - this.#mix(this.#movingX));
      y = f(this.#mix(this.#stillY) - this.#mix(this.#movingY));
    }
    return f(Math.sqrt(f(f(x * x) + f(y * y))));
  }

  #mix(values: Float32Array): number {
    return f(f(this.#share[0] * values[0]) + f(this.#share[1] * values[1]));
  }

  #keepOne(corner: number): void {
    this.#share[corner] = 1;
    this.count = 1;
    if (corner !== 0) this.#copy(corner, 0);
  }

  #keepTwo(a: number, b: number, shareA: number, shareB: number): void {
    const inverse = f(1 / f(shareA + shareB));
    this.#share[a] = shareA * inverse;
    this.#share[b] = shareB * inverse;
    this.count = 2;
  }

  #solveEdge(): void {
    const x1 = this.#x[0];
    const y1 = this.#y[0];
    const x2 = this.#x[1];
    const y2 = this.#y[1];
    const edgeX = f(x2 - x1);
    const edgeY = f(y2 - y1);
    const share2 = -f(f(x1 * edgeX) + f(y1 * edgeY));
    if (share2 <= 0) {
      this.#keepOne(0);
      return;
    }
    const share1 = f(f(x2 * edgeX) + f(y2 * edgeY));
    if (share1 <= 0) this.#keepOne(1);
    else this.#keepTwo(0, 1, share1, share2);
  }

  #solveTriangle(): void {
    const x1 = this.#x[0];
    const y1 = this.#y[0];
    const x2 = this.#x[1];
    const y2 = this.#y[1];
    const x3 = this.#x[2];
    const y3 = this.#y[2];
    const x12 = f(x2 - x1);
    const y12 = f(y2 - y1);
    const x13 = f(x3 - x1);
    const y13 = f(y3 - y1);
    const x23 = f(x3 - x2);
    const y23 = f(y3 - y2);
    const edge12of1 = f(f(x2 * x12) + f(y2 * y12));
    const edge12of2 = -f(f(x1 * x12) + f(y1 * y12));
    const edge13of1 = f(f(x3 * x13) + f(y3 * y13));
    const edge13of3 = -f(f(x1 * x13) + f(y1 * y13));
    const edge23of2 = f(f(x3 * x23) + f(y3 * y23));
    const edge23of3 = -f(f(x2 * x23) + f(y2 * y23));
    const turn = f(f(x12 * y13) - f(y12 * x13));
    const of1 = f(turn * f(f(x2 * y3) - f(y2 * x3)));
    const of2 = f(turn * f(f(x3 * y1) - f(y3 * x1)));
    const of3 = f(turn * f(f(x1 * y2) - f(y1 * x2)));
    if (edge12of2 <= 0 && edge13of3 <= 0) this.#keepOne(0);
    else if (edge12of1 > 0 && edge12of2 > 0 && of3 <= 0) this.#keepTwo(0, 1, edge12of1, edge12of2);
    else if (edge13of1 > 0 && edge13of3 > 0 && of2 <= 0) {
      this.#keepTwo(0, 2, edge13of1, edge13of3);
      this.#copy(2, 1);
    } else if (edge12of1 <= 0 && edge23of3 <= 0) this.#keepOne(1);
    else if (edge13of1 <= 0 && edge23of2 <= 0) this.#keepOne(2);
    else if (edge23of2 > 0 && edge23of3 > 0 && of1 <= 0) {
      this.#keepTwo(1, 2, edge23of2, edge23of3);
      this.#copy(2, 0);
    }
    // Otherwise the origin is inside, and all three stay.
  }
}

/** The corner of `shape` that is furthest in a direction. */
export function support(shape: Shape, x: number, y: number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < shape.count; i++) {
    const value = f(f(shape.x[i] * x) + f(shape.y[i] * y));
    if (value > most) {
      best = i;
      most = value;
    }
  }
  return best;
}
