import type { Frame } from '@zpin/contracts';
import { Canvas, type Color } from '../render/canvas.ts';
import { drawBody, rectangle } from './draw-body.ts';
import { FLAGS, HEIGHT, HULL, type LanderScene, LEG_SIZE, PAD, SCALE, WIDTH } from './lander-scene.ts';

const SKY: Color = [18, 20, 32];
const GROUND: Color = [214, 214, 208];
const LANDER: Color = [128, 102, 230];
const LEG: Color = [98, 82, 180];
const TOUCHING: Color = [120, 210, 140];
const FLAME: Color = [250, 150, 40];
const POLE: Color = [240, 240, 240];
const FLAG: Color = [214, 204, 40];

/** The lander over its landing pad. `main` and `side` are the throttles of the last step. */
export function drawLander(scene: LanderScene, main: number, side: number): Frame {
  const { lander, legs, touching, ground } = scene;
  const canvas = new Canvas(WIDTH * SCALE, HEIGHT * SCALE, SKY).transform(SCALE, 0, HEIGHT * SCALE);
  canvas.polygon([...ground.flatMap(({ x, y }) => [x, y]), WIDTH, 0, 0, 0], GROUND);
  for (const x of FLAGS) {
    const top = PAD + 50 / SCALE;
    canvas.line(x, PAD, x, top, 2 / SCALE, POLE);
    canvas.polygon([x, top, x, top - 10 / SCALE, x + 25 / SCALE, top - 5 / SCALE], FLAG);
  }
  const long = (24 * main) / SCALE;
  if (main > 0) drawBody(canvas, lander, flame(0, -10 / SCALE, 0, -long), FLAME);
  // Exhaust of the left engine goes to the right.
  const away = (-17 * Math.sign(side)) / SCALE;
  if (side !== 0) drawBody(canvas, lander, flame(away, 12 / SCALE, (-14 * side) / SCALE, 0), FLAME);
  legs.forEach((leg, i) => {
    drawBody(canvas, leg, rectangle(...LEG_SIZE), touching[i] ? TOUCHING : LEG);
  });
  drawBody(canvas, lander, HULL, LANDER);
  return canvas.frame();
}

/** A triangle from (x, y) with its tip at (x + tipX, y + tipY). */
function flame(x: number, y: number, tipX: number, tipY: number): { x: number; y: number }[] {
  return [
    { x: x - tipY / 4, y: y + tipX / 4 },
    { x: x + tipX, y: y + tipY },
    { x: x + tipY / 4, y: y - tipX / 4 },
  ];
}
