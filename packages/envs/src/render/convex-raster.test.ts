import { expect, it } from 'vitest';
import { ConvexRaster, packed } from './convex-raster.ts';

const RED = packed(200, 0, 0);

function pixels(raster: ConvexRaster): number[] {
  const out = new Uint8Array(3 * raster.width * raster.height);
  raster.write(out, 0);
  return Array.from({ length: raster.width * raster.height }, (_, i) => out[3 * i]);
}

it('fills what a polygon covers, in quarters of a pixel', () => {
  const raster = new ConvexRaster(4, 3);
  raster.clear(packed(0, 40, 0));
  raster.rectangle(1, 1, 2.5, 2, RED);
  expect(pixels(raster)).toEqual([0, 0, 0, 0, 0, 200, 100, 0, 0, 0, 0, 0]);
});

it('leaves no seam between polygons that share an edge, whichever way they run', () => {
  const raster = new ConvexRaster(20, 20);
  raster.clear(0);
  const fan = [0, 1, 2, 3, 4, 5, 6].map(i => [
    10 + 40 * Math.cos((i * 2 * Math.PI) / 7),
    10 + 40 * Math.sin((i * 2 * Math.PI) / 7),
  ]);
  fan.forEach(([x, y], i) => {
    const [nextX, nextY] = fan[(i + 1) % 7];
    raster.begin();
    raster.corner(10.3, 9.7);
    if (i % 2 === 0) {
      raster.corner(x, y);
      raster.corner(nextX, nextY);
    } else {
      raster.corner(nextX, nextY);
      raster.corner(x, y);
    }
    raster.fill(RED);
  });
  expect(new Set(pixels(raster))).toEqual(new Set([200]));
});

it('cuts off what lies outside, and packs colours by their parts', () => {
  const raster = new ConvexRaster(2, 2);
  raster.rectangle(-50, -50, 1, 50, packed(12.9, 34, 56));
  const out = new Uint8Array(13);
  raster.write(out, 1);
  expect([...out]).toEqual([0, 12, 34, 56, 0, 0, 0, 12, 34, 56, 0, 0, 0]);
});
