import { type Frame, Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { makeEnv } from '../registry.ts';
import { encodeGif, GifEncoder } from './gif.ts';

/** Reads an animation back by the standard: rectangles with their palettes, blocks, and the decoding half of Lempel-Ziv-Welch. */
function decode(file: Uint8Array): { frames: Frame[]; delays: number[]; sizes: [number, number][] } {
  const short = (at: number) => file[at] | (file[at + 1] << 8);
  const [width, height] = [short(6), short(8)];
  const frames: Frame[] = [];
  const delays: number[] = [];
  const sizes: [number, number][] = [];
  const canvas = new Uint8ClampedArray(width * height * 3);
  let at = 13;
  const blocks = () => {
    const bytes: number[] = [];
    while (file[at] !== 0) {
      bytes.push(...file.subarray(at + 1, at + 1 + file[at]));
      at += 1 + file[at];
    }
    at++;
    return bytes;
  };
  while (file[at] !== 0x3b) {
    if (file[at] === 0x21) {
      if (file[at + 1] === 0xf9) delays.push(short(at + 4));
      at += 2;
      blocks();
    } else {
      const [left, top, w, h] = [short(at + 1), short(at + 3), short(at + 5), short(at + 7)];
      const colors = 2 << (file[at + 9] & 7);
      const palette = file.subarray(at + 10, at + 10 + 3 * colors);
      at += 11 + 3 * colors;
      const indices = inflate(blocks());
      expect(indices).toHaveLength(w * h);
      indices.forEach((index, i) => {
        const pixel = (top + Math.floor(i / w)) * width + left + (i % w);
        canvas.set(palette.subarray(3 * index, 3 * index + 3), 3 * pixel);
      });
      sizes.push([w, h]);
      frames.push({ width, height, data: canvas.slice() });
    }
  }
  return { frames, delays, sizes };
}

function inflate(bytes: number[]): number[] {
  const out: number[] = [];
  let table: number[][] = [];
  let bits = 9;
  let previous: number[] | undefined;
  for (let at = 0; ; ) {
    let code = 0;
    for (let i = 0; i < bits; i++, at++) code |= ((bytes[at >> 3] >> (at & 7)) & 1) << i;
    if (code === 257) return out;
    if (code === 256) {
      table = [...Array.from({ length: 256 }, (_, i) => [i]), [], []];
      bits = 9;
      previous = undefined;
      continue;
    }
    const entry = table[code] ?? [...(previous ?? []), (previous ?? [])[0]];
    if (previous && table.length < 4096) table.push([...previous, entry[0]]);
    if (table.length === 1 << bits && bits < 12) bits++;
    for (const index of entry) out.push(index);
    previous = entry;
  }
}

function frameOf(width: number, height: number, color: (i: number) => number[]): Frame {
  return { width, height, data: Uint8ClampedArray.from(Array.from({ length: width * height }, (_, i) => color(i)).flat()) };
}

describe('encodeGif', () => {
  it('can be read back, small pictures and long ones that fill the table of codes', () => {
    const rng = new Rng(1);
    const small = [frameOf(3, 2, i => [i, 0, 255]), frameOf(3, 2, () => [9, 9, 9])];
    const noisy = [frameOf(150, 100, () => [rng.integers(0, 4), rng.integers(0, 4), 7 * rng.integers(0, 4)])];
    for (const frames of [small, noisy]) expect(decode(encodeGif(frames)).frames).toEqual(frames);
  });

  it('keeps the frequent colours and takes the nearest for the others', () => {
    const many = frameOf(20, 20, i => (i < 300 ? [i % 250, 0, 0] : [100, i % 256, 200]));
    const [shown] = decode(encodeGif([many])).frames;
    expect(shown.data.subarray(0, 300)).toEqual(many.data.subarray(0, 300));
    const errors = [...shown.data].map((value, i) => Math.abs(value - many.data[i]));
    expect(Math.max(...errors)).toBeLessThan(255);
    const grey = frameOf(40, 10, i => (i < 100 ? [0, 0, 0] : [i % 256, i % 256, i % 256]));
    expect(decode(encodeGif([grey])).frames[0]).toEqual(grey);
  });

  it('shows episodes at the wanted speed', () => {
    const env = makeEnv('CliffWalking-v1');
    env.reset({ seed: 0 });
    const frames = [0, 1, 1].map(action => {
      env.step(action);
      return env.render?.() as Frame;
    });
    const film = decode(encodeGif(frames, 10));
    expect(film.frames).toEqual(frames);
    expect(film.delays).toEqual([10, 10, 10]);
  });

  it('writes only what changed, and shows a still picture longer', () => {
    const dot = (x: number, y: number) => frameOf(9, 7, i => (i === 9 * y + x ? [255, 0, 0] : [0, 0, 9]));
    const still = dot(2, 3);
    const film = decode(encodeGif([still, still, still, dot(4, 6)], 50));
    expect(film.frames).toEqual([still, dot(4, 6)]);
    expect(film.delays).toEqual([6, 2]);
    expect(film.sizes).toEqual([
      [9, 7],
      [3, 4],
    ]);
  });

  it('does not depend on what becomes of a frame after it was added', () => {
    const encoder = new GifEncoder();
    const frame = frameOf(2, 2, () => [1, 2, 3]);
    encoder.add(frame);
    frame.data.fill(7);
    encoder.add(frame);
    expect(decode(encoder.finish()).frames.map(({ data }) => data[0])).toEqual([1, 7]);
  });

  it('refuses no frames, mixed sizes and impossible speeds', () => {
    const frame = frameOf(1, 1, () => [0, 0, 0]);
    expect(() => encodeGif([])).toThrow(/there must be a frame/);
    expect(() => encodeGif([frame, frameOf(2, 1, () => [0, 0, 0])])).toThrow(/one size/);
    expect(() => encodeGif([frame], 0)).toThrow(/framesPerSecond/);
  });
});
