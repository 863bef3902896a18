import { type Frame, InputError, message } from '@zpin/contracts';

const COLORS = 256;
/** Bits of a colour index, and the two codes that follow the indices. */
const MIN_BITS = 8;
const CLEAR = 256;
const END = 257;
const MAX_CODES = 4096;

/**
 * Frames as an animated GIF that repeats for ever: `GifEncoder` in one call.
 * @param framesPerSecond players show at most 50
 * @throws InputError when there is no frame, or the frames differ in size
 */
export function encodeGif(frames: readonly Frame[], framesPerSecond = 30): Uint8Array<ArrayBuffer> {
  const encoder = new GifEncoder(framesPerSecond);
  for (const frame of frames) encoder.add(frame);
  return encoder.finish();
}

/**
 * Writes an animated GIF frame by frame, so that a long film need not be held in memory. Of each frame only the rectangle that
 * changed is kept, with the 256 most frequent of its own colours; others become the nearest of them.
 */
export class GifEncoder {
  readonly #bytes = new Bytes();
  /** Hundredths of a second. */
  readonly #delay: number;
  #previous: Frame | null = null;
  /** Where the delay of the last frame stands, which grows while nothing changes. */
  #delayAt = 0;
  #lastDelay = 0;

  /** @param framesPerSecond in (0, 100]; players show at most 50 */
  constructor(framesPerSecond = 30) {
    if (!(framesPerSecond > 0 && framesPerSecond <= 100)) {
      throw new InputError(message('GifEncoder', 'framesPerSecond must be in (0, 100]', framesPerSecond, 'Usual is 30'));
    }
    this.#delay = Math.round(100 / framesPerSecond);
  }

  /** @throws InputError when the frame has not the size of the first one */
  add(frame: Frame): void {
    const previous = this.#previous;
    const bytes = this.#bytes;
    const { width, height } = frame;
    if (previous === null) {
      bytes.text('GIF89a').short(width).short(height).add(0x70, 0, 0);
      bytes.add(0x21, 0xff, 11).text('NETSCAPE2.0').add(3, 1).short(0).add(0);
    } else if (width !== previous.width || height !== previous.height) {
      const expectation = `frames must all be of one size, ${previous.width} x ${previous.height}`;
      throw new InputError(message('GifEncoder.add', expectation, `${width} x ${height}`, 'Render with one environment'));
    }
    const region = previous === null ? { left: 0, top: 0, width, height } : changedRegion(previous, frame);
    this.#previous = { width, height, data: Uint8ClampedArray.from(frame.data) };
    if (region === null && this.#lastDelay + this.#delay <= 0xffff) {
      this.#lastDelay += this.#delay;
      bytes.patchShort(this.#delayAt, this.#lastDelay);
      return;
    }
    this.#write(frame, region ?? { left: 0, top: 0, width: 1, height: 1 });
  }

  /** The whole file. @throws InputError when there was no frame */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#previous === null) {
      throw new InputError(message('GifEncoder.finish', 'there must be a frame at least', 0, 'Add frames of render() first'));
    }
    return this.#bytes.add(0x3b).result();
  }

  #write({ data, width }: Frame, region: Region): void {
    const bytes = this.#bytes;
    const colors = new Int32Array(region.width * region.height);
    for (let y = 0, i = 0; y < region.height; y++) {
      for (let x = 0; x < region.width; x++, i++) colors[i] = colorAt(data, 3 * ((region.top + y) * width + region.left + x));
    }
    const palette = frequentColors(colors);
    const indices = new Map(palette.map((color, i) => [color, i]));
    const picture = Uint8Array.from(colors, color => indexOf(color, palette, indices));
    // Leave the old picture in place under the new rectangle.
    bytes.add(0x21, 0xf9, 4, 1 << 2);
    this.#delayAt = bytes.length;
    this.#lastDelay = this.#delay;
    bytes.short(this.#delay).add(0, 0);
    const bits = Math.max(1, Math.ceil(Math.log2(palette.length)));
    bytes.add(0x2c).short(region.left).short(region.top).short(region.width).short(region.height);
    bytes.add(0x80 | (bits - 1));
    for (let i = 0; i < 1 << bits; i++)
      bytes.add((palette[i] ?? 0) >> 16, ((palette[i] ?? 0) >> 8) & 255, (palette[i] ?? 0) & 255);
    bytes.add(MIN_BITS);
    compress(picture, bytes);
  }
}

interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest rectangle outside of which two frames are equal; `null` when they are. */
function changedRegion(before: Frame, after: Frame): Region | null {
  const { width, height } = after;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const isSame =
        before.data[at] === after.data[at] &&
        before.data[at + 1] === after.data[at + 1] &&
        before.data[at + 2] === after.data[at + 2];
      if (isSame) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (top === height) top = y;
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function colorAt(data: Uint8ClampedArray, at: number): number {
  return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
}

function frequentColors(colors: Int32Array): number[] {
  const counts = new Map<number, number>();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
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

/**
 * Code of each known string: that of its front, extended by one index. 0: not known. Two megabytes, cleared rather than made
 * anew.
 */
const extended = new Uint16Array(MAX_CODES << 8);

/** Lempel-Ziv-Welch with codes of growing length, as GIF wants it. */
function compress(picture: Uint8Array, bytes: Bytes): void {
  extended.fill(0);
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
  readonly #bytes: Bytes;
  readonly #block: number[] = [];
  #pending = 0;
  #pendingBits = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  put(code: number, bits: number): void {
    this.#pending |= code << this.#pendingBits;
    this.#pendingBits += bits;
    while (this.#pendingBits >= 8) {
      this.#push(this.#pending & 255);
      this.#pending >>>= 8;
      this.#pendingBits -= 8;
    }
  }

  finish(): void {
    if (this.#pendingBits > 0) this.#push(this.#pending & 255);
    this.#flush();
    this.#bytes.add(0);
  }

  #push(byte: number): void {
    this.#block.push(byte);
    if (this.#block.length === 255) this.#flush();
  }

  #flush(): void {
    if (this.#block.length > 0) this.#bytes.add(this.#block.length, ...this.#block);
    this.#block.length = 0;
  }
}

/** A growing file. */
class Bytes {
  #data = new Uint8Array(4096);
  length = 0;

  add(...values: number[]): this {
    if (this.length + values.length > this.#data.length) {
      const larger = new Uint8Array(2 * (this.length + values.length));
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data.set(values, this.length);
    this.length += values.length;
    return this;
  }

  short(value: number): this {
    return this.add(value & 255, value >> 8);
  }

  patchShort(at: number, value: number): void {
    this.#data[at] = value & 255;
    this.#data[at + 1] = value >> 8;
  }

  text(text: string): this {
    return this.add(...Array.from(text, letter => letter.charCodeAt(0)));
  }

  result(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.length);
  }
}
