import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Canvas } from './canvas.ts';
import { encodePng } from './png.ts';

/** Reads back what `encodePng` writes, by the standard: chunks, inflate, undo filter 2. */
function decode(file: Uint8Array) {
  const view = new DataView(file.buffer);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < file.length; ) {
    const length = view.getUint32(at);
    chunks.set(String.fromCharCode(...file.subarray(at + 4, at + 8)), file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const rows = inflateSync(chunks.get('IDAT') ?? new Uint8Array(0));
  const data = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    expect(rows[y * (3 * width + 1)]).toBe(2);
    for (let i = 0; i < 3 * width; i++) {
      data[y * 3 * width + i] = (rows[y * (3 * width + 1) + 1 + i] + (y > 0 ? data[(y - 1) * 3 * width + i] : 0)) & 255;
    }
  }
  return { width, height, data };
}

describe('encodePng', () => {
  it('can be read back', async () => {
    const frame = new Canvas(20, 10, [10, 200, 30]).circle(8, 5, 4, [255, 0, 90]).frame();
    expect(decode(await encodePng(frame))).toEqual(frame);
  });

  it('writes the checksums of the standard', async () => {
    const file = await encodePng({ width: 1, height: 1, data: new Uint8ClampedArray(3) });
    expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    // The checksum of an empty IEND chunk is the same in every PNG file.
    expect([...file.subarray(-12)]).toEqual([0, 0, 0, 0, 73, 69, 78, 68, 0xae, 0x42, 0x60, 0x82]);
  });
});
