import type { Rng } from '@zpin/contracts';
import type { Point } from './physics/shape.ts';

/** The ground of one episode of the walker. */
export interface Terrain {
  /** Heights at x = 0, STEP, 2 · STEP, … */
  readonly heights: readonly number[];
  /** Four corners each: stumps, stairs, and walls of pits. */
  readonly obstacles: readonly (readonly Point[])[];
}

/** Metres between two points of the ground. */
export const STEP = 14 / 30;
/** Points of the ground. */
export const POINTS = 200;
/** Height about which the ground varies. */
export const LEVEL = 400 / 30 / 4;
/** Points of flat ground at the start. */
export const START = 20;
/** Most points of grass between two obstacles. */
export const GRASS = 10;

const ROUGHNESS = 1 / 30;
/** Depth of a pit. */
const DEPTH = 4 * STEP;

/** What the ground is at a point, by Gymnasium's numbers. */
const GRASSY = 0;
const STUMP = 1;
const STAIRS = 2;

/**
 * Draws the ground from `rng` as Gymnasium does, point by point: grass, whose height wanders and is drawn back to `LEVEL`, and
 * when `isHardcore` stretches with a stump, stairs, or a pit in between.
 */
export function drawTerrain(rng: Rng, isHardcore: boolean): Terrain {
  const heights: number[] = [];
  const obstacles: Point[][] = [];
  let kind = GRASSY;
  /** Points left of this stretch. */
  let left = START;
  let isFirst = false;
  let slope = 0;
  let y = LEVEL;
  /** Height of the ground before the obstacle. */
  let base = LEVEL;
  let rise = 0;
  let width = 0;
  let stretch = 0;
  const block = (x: number, top: number, steps: number, height: number): void => {
    const right = x + steps * STEP;
    obstacles.push([
      { x, y: top },
      { x: right, y: top },
      { x: right, y: top - height },
      { x, y: top - height },
    ]);
  };
  for (let i = 0; i < POINTS; i++) {
    const x = i * STEP;
    if (kind === GRASSY) {
      // The first point of each stretch of grass is as high as the point before.
      if (!isFirst) {
        slope = 0.8 * slope + 0.01 * Math.sign(LEVEL - y);
        if (i > START) slope += rng.uniform(-1, 1) * ROUGHNESS;
        y += slope;
      }
    } else if (kind === STUMP) {
      if (isFirst) {
        left = rng.integers(1, 3);
        block(x, y + left * STEP, left, left * STEP);
      }
    } else if (kind === STAIRS) {
      if (isFirst) {
        rise = rng.random() > 0.5 ? 1 : -1;
        width = rng.integers(4, 5);
        const steps = rng.integers(3, 5);
        base = y;
        for (let step = 0; step < steps; step++) block(x + step * width * STEP, y + step * rise * STEP, width, STEP);
        left = stretch = steps * width;
      } else {
        y = base + ((stretch - left - rise) / width) * rise * STEP;
      }
    } else if (isFirst) {
      const across = rng.integers(3, 5);
      block(x, y, 1, DEPTH);
      block(x + across * STEP, y, 1, DEPTH);
      left = across + 2;
      base = y;
    } else {
      y = left > 1 ? base - DEPTH : base;
    }
    isFirst = false;
    heights.push(y);
    left--;
    if (left === 0) {
      left = rng.integers(GRASS / 2, GRASS);
      kind = kind === GRASSY && isHardcore ? rng.integers(1, 4) : GRASSY;
      isFirst = true;
    }
  }
  return { heights, obstacles };
}
