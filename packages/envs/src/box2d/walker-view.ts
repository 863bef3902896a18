import type { Frame } from '@zpin/contracts';
import { Canvas, type Color } from '../render/canvas.ts';
import { drawBody, rectangle } from './draw-body.ts';
import { HULL, LOWER_LEG, RAY_LENGTH, RAY_TURN, SCALE, UPPER_LEG, type WalkerScene } from './walker-scene.ts';
import { POINTS, START, STEP } from './walker-terrain.ts';

const WIDTH = 600;
const HEIGHT = 400;
const SKY: Color = [216, 228, 250];
const GRASS: Color = [102, 153, 76];
const OBSTACLE: Color = [120, 118, 112];
const HULL_COLOR: Color = [128, 102, 230];
const LEGS: readonly Color[] = [
  [178, 100, 150],
  [150, 80, 126],
];
const RAY: Color = [232, 120, 110];
const POLE: Color = [64, 68, 75];
const FLAG: Color = [230, 60, 40];

/** The walker, a fifth of the screen from its left edge, with lidar rays cut where `lidar` says. */
export function drawWalker(scene: WalkerScene, lidar: ArrayLike<number>): Frame {
  const { hull, legs, terrain } = scene;
  const { x, y } = hull;
  const left = x - WIDTH / SCALE / 5;
  const canvas = new Canvas(WIDTH, HEIGHT, SKY).transform(SCALE, -left * SCALE, HEIGHT);
  const first = Math.max(0, Math.floor(left / STEP));
  const last = Math.min(POINTS - 1, Math.ceil((left + WIDTH / SCALE) / STEP));
  const ground = terrain.heights.slice(first, last + 1).flatMap((height, i) => [(first + i) * STEP, height]);
  canvas.polygon([...ground, last * STEP, 0, first * STEP, 0], GRASS);
  for (const corners of terrain.obstacles)
    canvas.polygon(
      corners.flatMap(corner => [corner.x, corner.y]),
      OBSTACLE,
    );
  flag(canvas, (START / 2) * STEP - 3, terrain.heights[START / 2]);
  for (let i = 0; i < lidar.length; i++) {
    const reach = RAY_LENGTH * lidar[i];
    canvas.line(x, y, x + Math.sin(RAY_TURN * i) * reach, y - Math.cos(RAY_TURN * i) * reach, 1 / SCALE, RAY);
  }
  legs.forEach((leg, i) => {
    drawBody(canvas, leg, rectangle(...(i % 2 === 0 ? UPPER_LEG : LOWER_LEG)), LEGS[i < 2 ? 0 : 1]);
  });
  drawBody(canvas, hull, HULL, HULL_COLOR);
  return canvas.frame();
}

/** Where the way starts. */
function flag(canvas: Canvas, x: number, ground: number): void {
  const top = ground + 50 / SCALE;
  canvas.line(x, ground, x, top, 2 / SCALE, POLE);
  canvas.polygon([x, top, x, top - 10 / SCALE, x + 25 / SCALE, top - 5 / SCALE], FLAG);
}
