import type { Body } from './body.ts';
import { LINEAR_SLOP, SKIN } from './constants.ts';
import { ShapeDistance, support } from './distance.ts';
import type { Shape } from './shape.ts';
import { cosine, sine } from './sine.ts';

const f = Math.fround;
const TWO_PI = f(2 * f(Math.PI));
/** Distance at which shapes count as touching, so that their skins overlap a little. */
const TARGET = f(Math.max(LINEAR_SLOP, f(SKIN - f(3 * LINEAR_SLOP))));
const TOLERANCE = f(0.25 * LINEAR_SLOP);
const MOST_AXES = 20;
const MOST_PUSHES = 16;
const MOST_ROOT_STEPS = 50;

/**
 * Finds when a moving shape meets a still one, by conservative steps along axes that separate them: at the first time that is
 * found, they are as near as `TARGET`.
 */
export class TimeOfImpact {
  readonly #distance = new ShapeDistance();
  #still: Shape | null = null;
  #moving: Shape | null = null;
  // The sweep.
  #localX = 0;
  #localY = 0;
  #x0 = 0;
  #y0 = 0;
  #angle0 = 0;
  #x1 = 0;
  #y1 = 0;
  #angle1 = 0;
  /** Where the body is at the time last asked for. */
  readonly #place = { x: 0, y: 0, sin: 0, cos: 1 };
  /** The axis: between two points, or the normal of a face of either shape through a point of it. */
  #kind: 'points' | 'stillFace' | 'movingFace' = 'points';
  #axisX = 0;
  #axisY = 0;
  #pointX = 0;
  #pointY = 0;
  /** Corners that are nearest along the axis. */
  #stillCorner = 0;
  #movingCorner = 0;

  /** Share of the rest of the body's sweep after which it touches `still`; −1 when it does not, or does so from the start. */
  find(still: Shape, moving: Shape, body: Body): number {
    const distance = this.#distance;
    distance.count = 0;
    this.#begin(still, moving, body);
    let time = 0;
    for (let axis = 0; axis < MOST_AXES; axis++) {
      this.#moveTo(time);
      const gap = distance.measure(still, moving, this.#place);
      if (gap <= 0) return -1;
      if (gap < f(TARGET + TOLERANCE)) return time;
      this.#chooseAxis(time);
      let late = 1;
      for (let push = 0; push < MOST_PUSHES; push++) {
        let lateGap = this.#leastSeparation(late);
        if (lateGap > f(TARGET + TOLERANCE)) return -1;
        if (lateGap > f(TARGET - TOLERANCE)) {
          time = late;
          break;
        }
        let earlyGap = this.#separation(time);
        if (earlyGap < f(TARGET - TOLERANCE)) return -1;
        if (earlyGap <= f(TARGET + TOLERANCE)) return time;
        let early = time;
        let end = late;
        for (let step = 0; step < MOST_ROOT_STEPS; step++) {
          const isSecant = step % 2 === 1;
          const middle = isSecant
            ? f(early + f(f(f(TARGET - earlyGap) * f(end - early)) / f(lateGap - earlyGap)))
            : f(0.5 * f(early + end));
          const gapThen = this.#separation(middle);
          if (Math.abs(f(gapThen - TARGET)) < TOLERANCE) {
            late = middle;
            break;
          }
          if (gapThen > TARGET) {
            early = middle;
            earlyGap = gapThen;
          } else {
            end = middle;
            lateGap = gapThen;
          }
        }
      }
    }
    return -1;
  }

  #begin(still: Shape, moving: Shape, body: Body): void {
    this.#still = still;
    this.#moving = moving;
    this.#localX = body.localX;
    this.#localY = body.localY;
    this.#x0 = body.centreX0;
    this.#y0 = body.centreY0;
    this.#x1 = body.centreX;
    this.#y1 = body.centreY;
    const turns = f(TWO_PI * Math.floor(f(body.angle0 / TWO_PI)));
    this.#angle0 = f(body.angle0 - turns);
    this.#angle1 = f(body.angle - turns);
  }

  #moveTo(time: number): void {
    const place = this.#place;
    const rest = f(1 - time);
    const angle = f(f(rest * this.#angle0) + f(time * this.#angle1));
    const sin = sine(angle);
    const cos = cosine(angle);
    place.sin = sin;
    place.cos = cos;
    const x = f(f(rest * this.#x0) + f(time * this.#x1));
    const y = f(f(rest * this.#y0) + f(time * this.#y1));
    place.x = f(x - f(f(cos * this.#localX) - f(sin * this.#localY)));
    place.y = f(y - f(f(sin * this.#localX) + f(cos * this.#localY)));
  }

  /** Chooses the axis from the corners that are nearest at `time`. */
  #chooseAxis(time: number): void {
    const { count, still: stillCorners, moving: movingCorners } = this.#distance;
    const still = this.#still as Shape;
    const moving = this.#moving as Shape;
    this.#moveTo(time);
    const place = this.#place;
    if (count === 1) {
      this.#kind = 'points';
      const corner = movingCorners[0];
      this.#setAxis(
        f(worldX(moving.x[corner], moving.y[corner], place) - still.x[stillCorners[0]]),
        f(worldY(moving.x[corner], moving.y[corner], place) - still.y[stillCorners[0]]),
      );
      return;
    }
    const isMoving = stillCorners[0] === stillCorners[1];
    const shape = isMoving ? moving : still;
    const corners = isMoving ? movingCorners : stillCorners;
    const corner1 = corners[0];
    const corner2 = corners[1];
    this.#kind = isMoving ? 'movingFace' : 'stillFace';
    this.#setAxis(f(shape.y[corner2] - shape.y[corner1]), -f(shape.x[corner2] - shape.x[corner1]));
    this.#pointX = f(0.5 * f(shape.x[corner1] + shape.x[corner2]));
    this.#pointY = f(0.5 * f(shape.y[corner1] + shape.y[corner2]));
    this.#stillCorner = stillCorners[0];
    this.#movingCorner = movingCorners[0];
    if (this.#alongAxis() < 0) {
      this.#axisX = -this.#axisX;
      this.#axisY = -this.#axisY;
    }
  }

  #setAxis(x: number, y: number): void {
    const inverse = f(1 / f(Math.sqrt(f(f(x * x) + f(y * y)))));
    this.#axisX = f(x * inverse);
    this.#axisY = f(y * inverse);
  }

  /** Separation along the axis at `time`, of the corners that are nearest then. */
  #leastSeparation(time: number): number {
    this.#moveTo(time);
    const { sin, cos } = this.#place;
    const x = this.#axisX;
    const y = this.#axisY;
    const still = this.#still as Shape;
    const moving = this.#moving as Shape;
    if (this.#kind === 'movingFace') {
      const worldAxisX = f(f(cos * x) - f(sin * y));
      const worldAxisY = f(f(sin * x) + f(cos * y));
      this.#stillCorner = support(still, -worldAxisX, -worldAxisY);
    } else {
      if (this.#kind === 'points') this.#stillCorner = support(still, x, y);
      this.#movingCorner = support(moving, f(f(cos * -x) + f(sin * -y)), f(f(-sin * -x) + f(cos * -y)));
    }
    return this.#alongAxis();
  }

  /** Separation of the same corners along the axis at `time`. */
  #separation(time: number): number {
    this.#moveTo(time);
    return this.#alongAxis();
  }

  #alongAxis(): number {
    const place = this.#place;
    const still = this.#still as Shape;
    const moving = this.#moving as Shape;
    const x = this.#axisX;
    const y = this.#axisY;
    if (this.#kind === 'movingFace') {
      const worldAxisX = f(f(place.cos * x) - f(place.sin * y));
      const worldAxisY = f(f(place.sin * x) + f(place.cos * y));
      const fromX = worldX(this.#pointX, this.#pointY, place);
      const fromY = worldY(this.#pointX, this.#pointY, place);
      const awayX = f(still.x[this.#stillCorner] - fromX);
      const awayY = f(still.y[this.#stillCorner] - fromY);
      return f(f(awayX * worldAxisX) + f(awayY * worldAxisY));
    }
    const cornerX = moving.x[this.#movingCorner];
    const cornerY = moving.y[this.#movingCorner];
    const isFace = this.#kind === 'stillFace';
    const awayX = f(worldX(cornerX, cornerY, place) - (isFace ? this.#pointX : still.x[this.#stillCorner]));
    const awayY = f(worldY(cornerX, cornerY, place) - (isFace ? this.#pointY : still.y[this.#stillCorner]));
    return f(f(awayX * x) + f(awayY * y));
  }
}

function worldX(x: number, y: number, place: { x: number; sin: number; cos: number }): number {
  return f(f(f(place.cos * x) - f(place.sin * y)) + place.x);
}

function worldY(x: number, y: number, place: { y: number; sin: number; cos: number }): number {
  return f(f(f(place.sin * x) + f(place.cos * y)) + place.y);
}
