import { describe, expect, it } from 'vitest';
import { Canvas } from './canvas.ts';

const red = (canvas: Canvas) =>
  Array.from({ length: canvas.height }, (_, y) =>
    [...canvas.data.filter((_, i) => i % 3 === 0)].slice(y * canvas.width, (y + 1) * canvas.width),
  );
/** Covered area in pixels, of black shapes on white. */
const area = (canvas: Canvas) =>
  red(canvas)
    .flat()
    .reduce((sum, value) => sum + (255 - value) / 255, 0);

describe('Canvas', () => {
  it('fills pixels by the share that a shape covers', () => {
    const canvas = new Canvas(4, 3).rect(1, 0.5, 2.5, 2, [0, 0, 0]);
    expect(red(canvas)).toEqual([
      [255, 128, 191, 255],
      [255, 0, 128, 255],
      [255, 255, 255, 255],
    ]);
  });

  it('covers the area of circles, lines and polygons, clipped at the border', () => {
    expect(area(new Canvas(60, 60).circle(30, 30, 20, [0, 0, 0]))).toBeCloseTo(0.5 * 28 * 400 * Math.sin((2 * Math.PI) / 28), -1);
    expect(area(new Canvas(60, 60).line(10, 10, 40, 50, 4, [0, 0, 0]))).toBeCloseTo(200, -0.5);
    expect(area(new Canvas(60, 60).polygon([0, 0, 60, 0, 0, 60], [0, 0, 0]))).toBeCloseTo(1800, -1);
    expect(area(new Canvas(60, 60).circle(0, 0, 20, [0, 0, 0]))).toBeCloseTo(Math.PI * 100, -1);
    expect(area(new Canvas(60, 60).rect(-500, -500, 500, 500, [0, 0, 0]))).toBe(3600);
    expect(area(new Canvas(60, 60).capsule(20, 30, 40, 30, 5, [0, 0, 0]))).toBeCloseTo(200 + Math.PI * 25, -1);
  });

  it('leaves holes where a polygon overlaps itself', () => {
    const ring = [0, 0, 6, 0, 6, 6, 0, 6, 0, 0, 2, 2, 2, 4, 4, 4, 4, 2, 2, 2];
    expect(area(new Canvas(6, 6).polygon(ring, [0, 0, 0]))).toBeCloseTo(32, 0);
  });

  it('maps units to pixels with y upwards', () => {
    const canvas = new Canvas(4, 4).transform(2, 0, 4).rect(0, 1, 1, 2, [0, 0, 0]);
    expect(red(canvas).map(row => row.map(value => +(value === 0)))).toEqual([
      [1, 1, 0, 0],
      [1, 1, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
});
