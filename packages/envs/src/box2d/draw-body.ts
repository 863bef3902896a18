import type { Canvas, Color } from '../render/canvas.ts';
import type { Body } from './physics/body.ts';
import type { Point } from './physics/shape.ts';

/** Draws a polygon given in the frame of `body`. */
export function drawBody(canvas: Canvas, body: Body, corners: readonly Point[], color: Color): void {
  canvas.polygon(
    corners.flatMap(corner => {
      const { x, y } = body.worldPoint(corner);
      return [x, y];
    }),
    color,
  );
}

/** Corners of a rectangle around the origin. */
export function rectangle(halfWidth: number, halfHeight: number): Point[] {
  return [
    { x: -halfWidth, y: -halfHeight },
    { x: halfWidth, y: -halfHeight },
    { x: halfWidth, y: halfHeight },
    { x: -halfWidth, y: halfHeight },
  ];
}
