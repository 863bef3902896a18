import type { Body, Vec2Value } from 'planck';
import type { Canvas, Color } from '../render/canvas.ts';

/** Draws a polygon given in the frame of `body`. */
export function drawBody(canvas: Canvas, body: Body, corners: readonly Vec2Value[], color: Color): void {
  canvas.polygon(
    corners.flatMap(corner => {
      const { x, y } = body.getWorldPoint(corner);
      return [x, y];
    }),
    color,
  );
}

/** Corners of a rectangle around the origin. */
export function rectangle(halfWidth: number, halfHeight: number): Vec2Value[] {
  return [
    { x: -halfWidth, y: -halfHeight },
    { x: halfWidth, y: -halfHeight },
    { x: halfWidth, y: halfHeight },
    { x: -halfWidth, y: halfHeight },
  ];
}
