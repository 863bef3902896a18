import type { Frame } from '@zpin/contracts';
import { Canvas, type Color } from './canvas.ts';

const MIN_X = -1.2;
const MAX_X = 0.6;
const WIDTH = 600;
const CAR: Color = [64, 68, 75];

const height = (x: number): number => 0.45 * Math.sin(3 * x) + 0.55;

/** A car at `x` in the valley of the mountain car, with a flag at `goalX`. */
export function drawMountain(x: number, goalX: number): Frame {
  const scale = WIDTH / (MAX_X - MIN_X);
  const canvas = new Canvas(WIDTH, 400).transform(scale, -MIN_X * scale, 390);
  const ground = Array.from({ length: 101 }, (_, i) => MIN_X + ((MAX_X - MIN_X) * i) / 100);
  canvas.polygon([...ground.flatMap(at => [at, height(at)]), MAX_X, -1, MIN_X, -1], [188, 214, 176]);
  canvas.line(goalX, height(goalX), goalX, height(goalX) + 0.16, 0.008, CAR);
  canvas.polygon([goalX, height(goalX) + 0.16, goalX, height(goalX) + 0.1, goalX + 0.08, height(goalX) + 0.13], [224, 176, 48]);
  const tilt = Math.atan(0.45 * 3 * Math.cos(3 * x));
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  /** Along the slope and away from it, seen from the car. */
  const at = (along: number, above: number): [number, number] => [
    x + along * cos - above * sin,
    height(x) + along * sin + above * cos,
  ];
  canvas.polygon([...at(-0.06, 0.03), ...at(0.06, 0.03), ...at(0.06, 0.09), ...at(-0.06, 0.09)], [52, 110, 168]);
  for (const wheel of [-0.035, 0.035]) canvas.circle(...at(wheel, 0.025), 0.025, CAR);
  return canvas.frame();
}
