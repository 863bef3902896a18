import { type Frame, InputError, message } from '@zpin/core/spec';

const COLORS = 256;
/** Bits of a colour index, and the two codes that follow the indices. */
const MIN_BITS = 8;
const CLEAR = 256;
const END = 257;
const MAX_CODES = 4096;

/**
 * Frames as an animated GIF that repeats for ever. The 256 most frequent colours are kept as they are; others become the nearest of them.
 * @param framesPerSecond players show at most 50
 * @throws InputError when there is no frame, or the frames differ in size
 */
export function encodeGif(frames: readonly Frame[], framesPerSecond = 30): Uint8Array<ArrayBuffer> {
  const first = frames[0];
  if (!first || frames.some(({ width, height }) => width !== first.width || height !== first.height)) {
    throw new InputError(
      message('encodeGif', 'there must be frames, all of one size', frames.length, 'Render with one environment'),
    );
  }
  if (!(framesPerSecond > 0 && framesPerSecond <= 100)) {
    throw new InputError(message('encodeGif', 'framesPerSecond must be in (0, 100]', framesPerSecond, 'Usual is 30'));
  }
  const { width, height } = first;
  const palette = frequentColors(frames);
  const bytes = new Bytes();
  bytes.text('GIF89a').short(width).short(height).add(0xf7, 0, 0);
  for (let i = 0; i < COLORS; i++) bytes.add((palette[i] ?? 0) >> 16, ((palette[i] ?? 0) >> 8) & 255, (palette[i] ?? 0) & 255);
  bytes.add(0x21, 0xff, 11).text('NETSCAPE2.0').add(3, 1).short(0).add(0);
  const indices = new Map(palette.map((color, i) => [color, i]));
  const picture = new Uint8Array(width * height);
  for (const { data } of frames) {
    for (let i = 0; i < picture.length; i++) picture[i] = indexOf(colorAt(data, 3 * i), palette, indices);
    // Hundredths of a second.
    bytes
      .add(0x21, 0xf9, 4, 0)
      .short(Math.round(100 / framesPerSecond))
      .add(0, 0);
    bytes.add(0x2c).short(0).short(0).short(width).short(height).add(0, MIN_BITS);
    compress(picture, bytes);
  }
  return bytes.add(0x3b).result();
}

function colorAt(data: Uint8ClampedArray, at: number): number {
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}

function frequentColors(frames: readonly Frame[]): number[] {
  const counts = new Map<number, number>();
  for (const { data } of frames) {
    for (let at = 0; at < data.length; at += 3) {
      const color = colorAt(data, at);
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort(([colorA, a], [colorB, b]) => b - a || colorA - colorB);
  return sorted.slice(0, COLORS).map(([color]) => color);
}

/** Place of the nearest palette colour; remembered in `indices`. */
function indexOf(color: number, palette: readonly number[], indices: Map<number, number>): number {
  const known = indices.get(color);
  if (known !== undefined) return known;
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < palette.length; i++) {
    const red = (palette[i] >> 16) - (color >> 16);
    const green = ((palette[i] >> 8) & 255) - ((color >> 8) & 255);
    const blue = (palette[i] & 255) - (color & 255);
    const distance = red * red + green * green + blue * blue;
    if (distance < bestDistance) [best, bestDistance] = [i, distance];
  }
  indices.set(color, best);
  return best;
}

/** Lempel-Ziv-Welch with codes of growing length, as GIF wants it. */
function compress(picture: Uint8Array, bytes: Bytes): void {
  // Code of each known string: that of its front, extended by one index. 0: not known.
  const extended = new Uint16Array(MAX_CODES << 8);
  let nextCode = END + 1;
  let bits = MIN_BITS + 1;
  const packer = new BitPacker(bytes);
  packer.put(CLEAR, bits);
  let front = picture[0];
  for (let i = 1; i < picture.length; i++) {
    const key = (front << 8) | picture[i];
    if (extended[key] !== 0) {
      front = extended[key];
      continue;
    }
    packer.put(front, bits);
    front = picture[i];
    if (nextCode === MAX_CODES) {
      packer.put(CLEAR, bits);
      extended.fill(0);
      nextCode = END + 1;
      bits = MIN_BITS + 1;
    } else {
      if (nextCode === 1 << bits) bits++;
      extended[key] = nextCode++;
    }
  }
  packer.put(front, bits);
  packer.put(END, bits);
  packer.finish();
}

/** Packs codes into bytes, lowest bit first, in blocks of at most 255 bytes. */
class BitPacker {
  private readonly bytes: Bytes;
  private readonly block: number[] = [];
  private pending = 0;
  private pendingBits = 0;

  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }

  put(code: number, bits: number): void {
    this.pending |= code << this.pendingBits;
    this.pendingBits += bits;
    while (this.pendingBits >= 8) {
      this.push(this.pending & 255);
      this.pending >>>= 8;
      this.pendingBits -= 8;
    }
  }

  finish(): void {
    if (this.pendingBits > 0) this.push(this.pending & 255);
    this.flush();
    this.bytes.add(0);
  }

  private push(byte: number): void {
    this.block.push(byte);
    if (this.block.length === 255) this.flush();
  }

  private flush(): void {
    if (this.block.length > 0) this.bytes.add(this.block.length, ...this.block);
    this.block.length = 0;
  }
}

/** A growing file. */
class Bytes {
  private data = new Uint8Array(4096);
  private length = 0;

  add(...values: number[]): this {
    if (this.length + values.length > this.data.length) {
      const larger = new Uint8Array(2 * (this.length + values.length));
      larger.set(this.data);
      this.data = larger;
    }
    this.data.set(values, this.length);
    this.length += values.length;
    return this;
  }

  short(value: number): this {
    return this.add(value & 255, value >> 8);
  }

  text(text: string): this {
    return this.add(...Array.from(text, letter => letter.charCodeAt(0)));
  }

  result(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }
}
