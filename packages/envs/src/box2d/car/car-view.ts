import type { Frame, NumericArray } from '@zpin/contracts';
import { ConvexRaster, packed } from '../../render/convex-raster.ts';
import type { Body } from '../physics/body.ts';
import type { Point } from '../physics/shape.ts';
import { HULL, WHEEL } from './car.ts';
import type { CarScene } from './car-scene.ts';
import { FIELD, SCALE } from './car-track.ts';

/** Gymnasium draws on 1000 × 800 pixels, whose middle below is the car's place, and shrinks them. */
const SCREEN_WIDTH = 1000;
const SCREEN_HEIGHT = 800;
const CAR_X = SCREEN_WIDTH / 2;
const CAR_Y = (SCREEN_HEIGHT * 3) / 4;
/** Pixels per metre at first, when the whole field is seen, and after a second. */
const FAR = 0.1 * SCALE;
const NEAR = 2.7 * SCALE;
/** Side of a patch of grass, m; there are patches in every other row and column. */
const PATCH = FIELD / 20;
const PATCHES = 20;

/** See `shrunk`. */
const DARKER = 2;

const OUTSIDE = shrunk(0, 0, 0);
const HULL_COLOR = shrunk(204, 0, 0);
const WHEEL_COLOR = shrunk(0, 0, 0);
const STRIPE = shrunk(77, 77, 77);
const KERBS = [shrunk(255, 255, 255), shrunk(255, 0, 0)];
const BAR = shrunk(0, 0, 0);
const WHITE = shrunk(255, 255, 255);
const FRONT_WHEEL = shrunk(0, 0, 255);
const REAR_WHEEL = shrunk(51, 0, 255);
const STEERING = shrunk(0, 255, 0);
const SPIN = shrunk(255, 0, 0);
/** Brightness that every other tile adds, by its number modulo 3. */
const SHADES = [0, 1, 2].map(i => 0.01 * i * 255);

/** Cell of the bar with gauges, pixels of the screen; the bar is five cells high. */
const CELL_X = SCREEN_WIDTH / 40;
const CELL_Y = SCREEN_HEIGHT / 40;
/** Digits, three columns of five rows each, from the top left, row by row. */
const DIGITS = [0x7b6f, 0x2c97, 0x73e7, 0x72cf, 0x5bc9, 0x79cf, 0x79ef, 0x7249, 0x7bef, 0x7bcf];
const MINUS = 0x01c0;
/** Where the score is on the screen, and the size of a digit. */
const SCORE_X = 15;
const SCORE_Y = SCREEN_HEIGHT - 65;
const DIGIT_WIDTH = 22;
const DIGIT_HEIGHT = 30;

/** Colours of an episode, each `[3]` in [0, 255]. */
export interface CarColors {
  readonly road: ArrayLike<number>;
  readonly field: ArrayLike<number>;
  readonly grass: ArrayLike<number>;
}

/** Draws the track around the car, which heads upwards, and gauges below. */
export class CarView {
  readonly #raster: ConvexRaster;
  readonly #scaleX: number;
  readonly #scaleY: number;
  // From metres to pixels: x = originX + xx · X + xy · Y, and likewise y.
  #xx = 0;
  #xy = 0;
  #yx = 0;
  #yy = 0;
  #originX = 0;
  #originY = 0;

  constructor(width: number, height: number) {
    this.#raster = new ConvexRaster(width, height);
    this.#scaleX = width / SCREEN_WIDTH;
    this.#scaleY = height / SCREEN_HEIGHT;
  }

  /** Draws the scene after `time` seconds, with a score. */
  draw(scene: CarScene, colors: CarColors, time: number, score: number): void {
    this.#lookAt(scene.car.hull, FAR * Math.max(1 - time, 0) + NEAR * Math.min(time, 1));
    this.#drawField(colors);
    this.#drawRoad(scene, colors);
    this.#drawCar(scene);
    this.#drawGauges(scene);
    this.#drawScore(score);
  }

  /** Writes the picture, `[height, width, 3]`. */
  write(out: NumericArray, offset: number): void {
    this.#raster.write(out, offset);
  }

  frame(): Frame {
    const { width, height } = this.#raster;
    const bytes = new Uint8Array(3 * width * height);
    this.write(bytes, 0);
    return { width, height, data: new Uint8ClampedArray(bytes.buffer) };
  }

  #lookAt({ x, y, angle }: Body, zoom: number): void {
    const sin = Math.sin(-angle);
    const cos = Math.cos(-angle);
    const scaleX = zoom * this.#scaleX;
    const scaleY = zoom * this.#scaleY;
    this.#xx = cos * scaleX;
    this.#xy = -sin * scaleX;
    this.#yx = -sin * scaleY;
    this.#yy = -cos * scaleY;
    this.#originX = CAR_X * this.#scaleX - (this.#xx * x + this.#xy * y);
    this.#originY = CAR_Y * this.#scaleY - (this.#yx * x + this.#yy * y);
  }

  #corner(x: number, y: number): void {
    this.#raster.corner(this.#originX + this.#xx * x + this.#xy * y, this.#originY + this.#yx * x + this.#yy * y);
  }

  #square(left: number, bottom: number, side: number, color: number): void {
    this.#raster.begin();
    this.#corner(left, bottom);
    this.#corner(left + side, bottom);
    this.#corner(left + side, bottom + side);
    this.#corner(left, bottom + side);
    this.#raster.fill(color);
  }

  #polygon(corners: readonly Point[], color: number): void {
    this.#raster.begin();
    for (const { x, y } of corners) this.#corner(x, y);
    this.#raster.fill(color);
  }

  #drawField({ field, grass }: CarColors): void {
    this.#raster.clear(OUTSIDE);
    this.#square(-FIELD, -FIELD, 2 * FIELD, shrunk(field[0], field[1], field[2]));
    const color = shrunk(grass[0], grass[1], grass[2]);
    for (let i = -PATCHES; i < PATCHES; i += 2) {
      for (let j = -PATCHES; j < PATCHES; j += 2) {
        if (this.#isSeen(PATCH * (i + 0.5), PATCH * (j + 0.5), PATCH)) this.#square(PATCH * i, PATCH * j, PATCH, color);
      }
    }
  }

  /** Whether what is within `radius` metres of a place may be in the picture. */
  #isSeen(x: number, y: number, radius: number): boolean {
    const { width, height } = this.#raster;
    const pixelX = this.#originX + this.#xx * x + this.#xy * y;
    const pixelY = this.#originY + this.#yx * x + this.#yy * y;
    const reachX = radius * Math.hypot(this.#xx, this.#xy);
    const reachY = radius * Math.hypot(this.#yx, this.#yy);
    return pixelX > -reachX && pixelX < width + reachX && pixelY > -reachY && pixelY < height + reachY;
  }

  #drawRoad({ track, isWorn }: CarScene, { road }: CarColors): void {
    const { points, tiles, kerbs } = track;
    for (let i = 0; i < tiles.length; i++) {
      if (!this.#isSeen(points[i].x, points[i].y, PATCH)) continue;
      const shade = isWorn[i] ? 0 : SHADES[i % 3];
      this.#polygon(tiles[i], shrunk(road[0] + shade, road[1] + shade, road[2] + shade));
      const kerb = kerbs[i];
      if (kerb) this.#polygon(kerb, KERBS[i % 2]);
    }
  }

  #drawCar({ car }: CarScene): void {
    for (const wheel of car.wheels) {
      this.#part(wheel.body, WHEEL, WHEEL_COLOR);
      const stripe = car.stripe(wheel);
      if (stripe) this.#part(wheel.body, stripe, STRIPE);
    }
    for (const part of HULL) this.#part(car.hull, part, HULL_COLOR);
  }

  /** A polygon in the frame of a body. */
  #part({ x, y, sin, cos }: Body, corners: readonly Point[], color: number): void {
    this.#raster.begin();
    for (const corner of corners) this.#corner(x + cos * corner.x - sin * corner.y, y + sin * corner.x + cos * corner.y);
    this.#raster.fill(color);
  }

  #drawGauges({ car }: CarScene): void {
    this.#box(0, 40, 0, 5, BAR);
    const { velocityX, velocityY, spin } = car.hull;
    this.#upright(5, 0.02 * Math.sqrt(velocityX * velocityX + velocityY * velocityY), WHITE);
    car.wheels.forEach(({ roll }, i) => {
      this.#upright(7 + i, 0.01 * roll, i < 2 ? FRONT_WHEEL : REAR_WHEEL);
    });
    this.#box(20, 20 - 10 * car.wheels[0].joint.angle, 2, 4, STEERING);
    this.#box(30, 30 - 0.8 * spin, 2, 4, SPIN);
  }

  #upright(place: number, value: number, color: number): void {
    this.#box(place, place + 1, 1, 1 + value, color);
  }

  /** A box of the bar, in cells from its lower left. */
  #box(fromX: number, toX: number, fromY: number, toY: number, color: number): void {
    const [x, y] = [CELL_X * this.#scaleX, CELL_Y * this.#scaleY];
    const bottom = this.#raster.height;
    const [left, right] = [Math.min(fromX, toX) * x, Math.max(fromX, toX) * x];
    this.#raster.rectangle(left, bottom - Math.max(fromY, toY) * y, right, bottom - Math.min(fromY, toY) * y, color);
  }

  /** The whole number nearest to the score, with four digits at least. */
  #drawScore(score: number): void {
    const rounded = Math.round(score);
    const text = rounded < 0 ? `-${String(-rounded).padStart(3, '0')}` : String(rounded).padStart(4, '0');
    const [width, height] = [(DIGIT_WIDTH / 4) * this.#scaleX, (DIGIT_HEIGHT / 5) * this.#scaleY];
    for (let i = 0; i < text.length; i++) {
      const bits = text[i] === '-' ? MINUS : DIGITS[Number(text[i])];
      const left = (SCORE_X + DIGIT_WIDTH * i) * this.#scaleX;
      const top = SCORE_Y * this.#scaleY;
      for (let bit = 0; bit < 15; bit++) {
        if ((bits & (1 << (14 - bit))) === 0) continue;
        const [x, y] = [left + (bit % 3) * width, top + Math.floor(bit / 3) * height];
        this.#raster.rectangle(x, y, x + width, y + height, WHITE);
      }
    }
  }
}

/** A colour as it comes out of the original's shrinking of its picture, which leaves each part a little darker. */
function shrunk(red: number, green: number, blue: number): number {
  return packed(Math.max(0, red - DARKER), Math.max(0, green - DARKER), Math.max(0, blue - DARKER));
}
