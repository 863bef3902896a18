import type { LineBits } from './tia-objects.ts';

/** Pixels of a line. */
const WIDTH = 160;

/** Puts lines into a picture of colour numbers. */
export class Painter {
  /** `[height, 160]`: colours as the program writes them, even numbers in [0, 254]. */
  readonly picture: Uint8Array;
  readonly height: number;
  /** COLUP0, COLUP1, COLUPF, COLUBK. */
  readonly colors = new Uint8Array(4);
  /** Whether the present line is one of the picture. */
  isVisible = false;
  /** Whether it is drawn: pictures are wanted, and it is one of this one. */
  isDrawing = false;
  /** Whether pictures are wanted. */
  isWanted = true;
  readonly #words: Uint32Array;
  readonly #firstLine: number;
  /** Where the present line begins in the picture. */
  #start = 0;

  /**
   * @param firstLine line of a frame that is the first of the picture
   * @param height lines of the picture
   */
  constructor(firstLine: number, height: number) {
    this.picture = new Uint8Array(WIDTH * height);
    this.#words = new Uint32Array(this.picture.buffer);
    this.height = height;
    this.#firstLine = firstLine;
  }

  startLine(line: number): void {
    const row = line - this.#firstLine;
    this.isVisible = row >= 0 && row < this.height;
    this.isDrawing = this.isWanted && this.isVisible;
    this.#start = row * WIDTH;
  }

  blank(from: number, end: number): void {
    if (this.isDrawing) this.#fill(0, from, end);
  }

  /** Makes all of the picture black. */
  clear(): void {
    this.picture.fill(0);
  }

  /** Writes what a table says of each colour of the picture from `out[offset]` on. Four pixels in a row are mostly those before again. */
  translate(table: Uint8Array, out: Uint8Array, offset: number): void {
    const words = this.#words;
    let [seen, a, b, c, d] = [0, table[0], table[0], table[0], table[0]];
    for (let i = 0, at = offset; i < words.length; i++, at += 4) {
      const four = words[i];
      if (four !== seen) {
        seen = four;
        a = table[four & 0xff];
        b = table[(four >>> 8) & 0xff];
        c = table[(four >>> 16) & 0xff];
        d = table[four >>> 24];
      }
      out[at] = a;
      out[at + 1] = b;
      out[at + 2] = c;
      out[at + 3] = d;
    }
  }

  /** Writes colours and picture to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at: number): number {
    out.set(this.colors, at);
    out.set(this.#words, at + 4);
    return at + 4 + this.#words.length;
  }

  /** Reads what `save` wrote; returns where the next may read. */
  load(from: Int32Array, at: number): number {
    this.colors.set(from.subarray(at, at + 4));
    this.#words.set(from.subarray(at + 4, at + 4 + this.#words.length));
    return at + 4 + this.#words.length;
  }

  /**
   * Paints the pixels from `from` up to `end` of the present line.
   * @param bits of the two players, the two missiles, the ball and the playfield
   * @param shown which of these show anything
   * @param control CTRLPF
   */
  paint(bits: readonly LineBits[], shown: number, control: number, from: number, end: number): void {
    const { colors } = this;
    const first = colors[0];
    const second = colors[1];
    const field = colors[2];
    const background = colors[3];
    const isFieldAbove = (control & 4) !== 0;
    if ((shown & 0x20) === 0) this.#fill(background, from, end);
    else if ((control & 2) !== 0 && !isFieldAbove) {
      // The halves of the playfield have the colours of the players.
      if (from < 80) this.#paintField(bits[5], first, background, from, Math.min(end, 80));
      if (end > 80) this.#paintField(bits[5], second, background, Math.max(from, 80), end);
    } else this.#paintField(bits[5], field, background, from, end);
    if ((shown & 0x1f) === 0) return;
    const last = (end - 1) >> 5;
    for (let word = from >> 5; word <= last; word++) {
      let seen = -1;
      if (word === from >> 5) seen <<= from & 31;
      if (word === last) seen &= -1 >>> (31 - ((end - 1) & 31));
      const at = this.#start + (word << 5);
      const ball = bits[4][word] & seen;
      if (ball !== 0) this.#paintBits(ball, at, field);
      if (isFieldAbove) seen &= ~(ball | bits[5][word]);
      const back = (bits[1][word] | bits[3][word]) & seen;
      if (back !== 0) this.#paintBits(back, at, second);
      const front = (bits[0][word] | bits[2][word]) & seen;
      if (front !== 0) this.#paintBits(front, at, first);
    }
  }

  #paintBits(bits: number, at: number, color: number): void {
    const picture = this.picture;
    let left = bits;
    while (left !== 0) {
      const lowest = left & -left;
      picture[at + 31 - Math.clz32(lowest)] = color;
      left ^= lowest;
    }
  }

  #fill(color: number, from: number, end: number): void {
    const picture = this.picture;
    const words = this.#words;
    const last = this.#start + end;
    let pixel = this.#start + from;
    for (; pixel < last && (pixel & 3) !== 0; pixel++) picture[pixel] = color;
    for (const four = color * 0x01010101; pixel + 4 <= last; pixel += 4) words[pixel >> 2] = four;
    for (; pixel < last; pixel++) picture[pixel] = color;
  }

  /** The playfield is four pixels wide and the picture too, so that most of it is whole words. */
  #paintField(bits: LineBits, color: number, background: number, from: number, end: number): void {
    const picture = this.picture;
    const words = this.#words;
    const start = this.#start;
    const colors = color * 0x01010101;
    const backgrounds = background * 0x01010101;
    let pixel = from;
    for (; pixel < end && (pixel & 3) !== 0; pixel++) {
      picture[start + pixel] = ((bits[pixel >> 5] >>> (pixel & 31)) & 1) !== 0 ? color : background;
    }
    for (; pixel + 4 <= end; pixel += 4) {
      words[(start + pixel) >> 2] = ((bits[pixel >> 5] >>> (pixel & 31)) & 1) !== 0 ? colors : backgrounds;
    }
    for (; pixel < end; pixel++) {
      picture[start + pixel] = ((bits[pixel >> 5] >>> (pixel & 31)) & 1) !== 0 ? color : background;
    }
  }
}
