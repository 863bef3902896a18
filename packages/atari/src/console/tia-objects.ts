/** Bits of a byte in the other order. */
export const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});

/** Each bit of a byte `times` over. */
function stretched(times: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let bits = 0;
    for (let i = 0; i < 8 * times; i++) bits |= ((byte >> Math.floor(i / times)) & 1) << i;
    return bits;
  });
}

const TWICE = stretched(2);
const FOUR_TIMES = stretched(4);

/** Pixels of a line. */
const WIDTH = 160;

/** Distance of the second and the third copy by the low bits of NUSIZ; 0 where there is none. */
const SECOND = Uint8Array.of(0, 16, 32, 16, 64, 0, 32, 0);
const THIRD = Uint8Array.of(0, 0, 0, 32, 0, 0, 64, 0);

/** Pixels of a line that an object covers: one bit each, the leftmost lowest, in five words. */
export type LineBits = Int32Array;

/** Covers `width` pixels from `position` on with `pattern`, around the end of the line. */
function cover(bits: LineBits, position: number, pattern: number, width: number): void {
  const place = position >= WIDTH ? position - WIDTH : position;
  const word = place >> 5;
  const shift = place & 31;
  bits[word] |= pattern << shift;
  if (shift + width > 32) bits[word === 4 ? 0 : word + 1] |= pattern >>> (32 - shift);
}

/**
 * Covers what a player shows.
 * @param bits where; cleared first
 * @param position pixel of its first copy
 * @param size NUSIZ
 * @param shape its eight bits, the leftmost lowest
 * @param withoutFirst leaves out the first copy
 */
export function coverPlayer(bits: LineBits, position: number, size: number, shape: number, withoutFirst: boolean): void {
  bits[0] = bits[1] = bits[2] = bits[3] = bits[4] = 0;
  if (shape === 0) return;
  const copies = size & 7;
  if (copies === 5 || copies === 7) {
    // Wide players begin one pixel later.
    if (withoutFirst) return;
    const wide = copies === 5;
    cover(bits, position + 1, wide ? TWICE[shape] : FOUR_TIMES[shape], wide ? 16 : 32);
    return;
  }
  if (!withoutFirst) cover(bits, position, shape, 8);
  if (SECOND[copies] !== 0) cover(bits, position + SECOND[copies], shape, 8);
  if (THIRD[copies] !== 0) cover(bits, position + THIRD[copies], shape, 8);
}

/**
 * Clocks since the latest of the copies of a player was due, while it is due or being drawn; -1 else.
 * @param size NUSIZ
 * @param clocks since its first copy was due
 */
export function clocksSinceCopy(size: number, clocks: number): number {
  const copies = size & 7;
  const due = copies === 5 ? 20 : copies === 7 ? 36 : 12;
  if (clocks < due) return clocks;
  const second = clocks - SECOND[copies];
  if (SECOND[copies] !== 0 && second >= 0 && second < due) return second;
  const third = clocks - THIRD[copies];
  return THIRD[copies] !== 0 && third >= 0 && third < due ? third : -1;
}

/** Covers what a missile shows: as many copies as its player, each of 1, 2, 4 or 8 pixels. */
export function coverMissile(bits: LineBits, position: number, size: number, isShown: boolean, withoutFirst: boolean): void {
  bits[0] = bits[1] = bits[2] = bits[3] = bits[4] = 0;
  if (!isShown) return;
  const width = 1 << ((size >> 4) & 3);
  const pattern = (1 << width) - 1;
  const copies = size & 7;
  if (!withoutFirst) cover(bits, position, pattern, width);
  if (SECOND[copies] !== 0) cover(bits, position + SECOND[copies], pattern, width);
  if (THIRD[copies] !== 0) cover(bits, position + THIRD[copies], pattern, width);
}

/** Covers what the ball shows; its size is in CTRLPF. */
export function coverBall(bits: LineBits, position: number, control: number, isShown: boolean): void {
  bits[0] = bits[1] = bits[2] = bits[3] = bits[4] = 0;
  if (!isShown) return;
  const width = 1 << ((control >> 4) & 3);
  cover(bits, position, (1 << width) - 1, width);
}

/** Covers what the playfield shows: 20 bits of four pixels each on either side, on the right as they are or mirrored. */
export function coverPlayfield(bits: LineBits, pf0: number, pf1: number, pf2: number, isMirrored: boolean): void {
  const left = (pf0 >> 4) | (REVERSED[pf1] << 4) | (pf2 << 12);
  const right = isMirrored ? REVERSED[pf2] | (pf1 << 8) | (REVERSED[pf0] << 16) : left;
  bits[0] = FOUR_TIMES[left & 0xff];
  bits[1] = FOUR_TIMES[(left >> 8) & 0xff];
  bits[2] = FOUR_TIMES[left >> 16] | (FOUR_TIMES[right & 15] << 16);
  bits[3] = FOUR_TIMES[(right >> 4) & 0xff];
  bits[4] = FOUR_TIMES[(right >> 12) & 0xff];
}
