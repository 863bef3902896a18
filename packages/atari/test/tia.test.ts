import { describe, expect, test } from 'vitest';
import { pictureOf, runsOf } from './machine.ts';

const COLORS = 'lda #$10\n sta COLUBK\n lda #$20\n sta COLUPF\n lda #$30\n sta COLUP0\n lda #$40\n sta COLUP1';
const [BACK, FIELD, FIRST, SECOND] = [0x10, 0x20, 0x30, 0x40];

/** Takes 2 + 4 · 5 - 1 + 2 = 23 cycles: a strobe that follows ends in cycle 26, colour clock 78, pixel 10. */
const AT_PIXEL_10 = 'sta WSYNC\n ldx #4\nidle: dex\n bne idle\n nop';

describe('the playfield', () => {
  const pf = 'lda #$50\n sta PF0\n lda #$c0\n sta PF1\n lda #$05\n sta PF2';

  test('is 20 bits of four pixels, PF0 and PF2 from the right and PF1 from the left, and comes twice', () => {
    // PF0 bits 4 and 6: pixels 0-3 and 8-11. PF1 bits 7 and 6: 16-23. PF2 bits 0 and 2: 48-51 and 56-59.
    const half = [
      [4, FIELD],
      [4, BACK],
      [4, FIELD],
      [4, BACK],
      [8, FIELD],
      [24, BACK],
      [4, FIELD],
      [4, BACK],
      [4, FIELD],
      [20, BACK],
    ];
    expect(runsOf(pictureOf(`${COLORS}\n ${pf}`, '', 0), 100)).toEqual([...half, ...half]);
  });

  test('is mirrored by bit 0 of CTRLPF, and has the colours of the players by bit 1', () => {
    const runs = runsOf(pictureOf(`${COLORS}\n ${pf}\n lda #3\n sta CTRLPF`, '', 0), 100);
    const half = [4, 4, 4, 4, 8, 24, 4, 4, 4];
    expect(runs.map(([pixels]) => pixels)).toEqual([...half, 40, ...half.toReversed()]);
    expect(runs.map(([, color]) => color)).toEqual(runs.map((_, i) => (i % 2 === 1 ? BACK : i < 9 ? FIRST : SECOND)));
  });

  test('changes at the next of its own pixels that the beam has not come close to', () => {
    // The store ends in cycle 2 + 19 + 2 + 6 + 3 = 32: clock 96, pixel 28; the next edge at least two clocks away is pixel 32.
    const idle = 'ldx #4\nidle: dex\n bne idle\n lda #0\n nop\n nop\n nop';
    const kernel = `sta WSYNC\n ${idle}\n sta PF1\n sta WSYNC\n lda #$ff\n sta PF1`;
    const console = pictureOf(`${COLORS}\n lda #$ff\n sta PF1`, kernel, 2);
    expect(runsOf(console, 1)).toEqual([
      [16, BACK],
      [16, FIELD],
      [128, BACK],
    ]);
  });
});

describe('a player', () => {
  const shape = `${COLORS}\n lda #$b1\n sta GRP0`;
  const place = `${AT_PIXEL_10}\n sta RESP0\n sta WSYNC`;
  /** Rows 10 and on, where it has its place. */
  const row = (setUp: string, kernel = place, lines = 2) => runsOf(pictureOf(`${shape}\n ${setUp}`, kernel, lines), 10);

  test('begins five pixels behind the strobe; bit 7 is its leftmost pixel', () => {
    expect(row('')).toEqual([
      [15, BACK],
      [1, FIRST],
      [1, BACK],
      [2, FIRST],
      [3, BACK],
      [1, FIRST],
      [137, BACK],
    ]);
  });

  test('is mirrored by REFP0', () => {
    expect(row('lda #8\n sta REFP0').map(([pixels]) => pixels)).toEqual([15, 1, 3, 2, 1, 1, 137]);
  });

  test.each([
    [1, [15, 31]],
    [2, [15, 47]],
    [3, [15, 31, 47]],
    [4, [15, 79]],
    [6, [15, 47, 79]],
  ])('comes in copies by NUSIZ %i', (size, places) => {
    const line = Array.from({ length: 160 }, () => BACK);
    for (const x of places) for (const bit of [0, 2, 3, 7]) line[x + bit] = FIRST;
    const console = pictureOf(`${shape}\n lda #${size}\n sta NUSIZ0`, place, 2);
    expect([...console.picture.subarray(1600, 1760)]).toEqual(line);
  });

  test.each([
    [5, [16, 2, 2, 4, 6, 2, 128]],
    [7, [16, 4, 4, 8, 12, 4, 112]],
  ])('is two or four times as wide by NUSIZ %i, and begins a pixel later', (size, runs) => {
    expect(row(`lda #${size}\n sta NUSIZ0`).map(([pixels]) => pixels)).toEqual(runs);
  });

  test('moves by the upper half of HMP0 to the left, and the line of HMOVE begins with eight black pixels', () => {
    const kernel = `${place}\n sta HMOVE\n sta WSYNC\n sta HMCLR`;
    const console = pictureOf(shape, `lda #$70\n sta HMP0\n ${kernel}`, 3);
    expect(runsOf(console, 10)[0]).toEqual([15 - 7, BACK]);
    const starts = Array.from({ length: 6 }, (_, row) => runsOf(console, row)[0]);
    expect(starts.filter(([pixels, color]) => pixels === 8 && color === 0)).toHaveLength(1);
  });

  test('shows what it was before the other one changed, by VDELP0', () => {
    // GRP0 is written, and then GRP1: what is shown is the value at the time of the last write to GRP1.
    const kernel = `${place}\n lda #$80\n sta GRP0\n sta GRP1\n lda #$ff\n sta GRP0\n lda #0\n sta GRP1\n lda #$f0\n sta GRP0`;
    const set = 'lda #1\n sta VDELP0';
    expect(row(set, kernel).map(([pixels]) => pixels)).toEqual([15, 8, 137]);
  });
});

test('missiles and the ball begin four pixels behind the strobe, and are 1, 2, 4 or 8 pixels wide', () => {
  const missile = pictureOf(
    `${COLORS}\n lda #2\n sta ENAM0\n lda #$20\n sta NUSIZ0`,
    `${AT_PIXEL_10}\n sta RESM0\n sta WSYNC`,
    2,
  );
  expect(runsOf(missile, 10)).toEqual([
    [14, BACK],
    [4, FIRST],
    [142, BACK],
  ]);
  const ball = pictureOf(`${COLORS}\n lda #2\n sta ENABL\n lda #$30\n sta CTRLPF`, `${AT_PIXEL_10}\n sta RESBL\n sta WSYNC`, 2);
  expect(runsOf(ball, 10)).toEqual([
    [14, BACK],
    [8, FIELD],
    [138, BACK],
  ]);
});

test('a missile that its player holds is hidden, and appears in the middle of it', () => {
  const set = `${COLORS}\n lda #2\n sta ENAM0`;
  const kernel = `${AT_PIXEL_10}\n sta RESP0\n sta WSYNC\n lda #2\n sta RESMP0\n sta WSYNC\n sta WSYNC\n lda #0\n sta RESMP0`;
  const console = pictureOf(set, kernel, 4);
  expect(runsOf(console, 2)).toEqual([[160, BACK]]);
  expect(runsOf(console, 10)[0]).toEqual([15 + 4, BACK]);
});

describe('what lies above', () => {
  const set = (control: number) =>
    `${COLORS}\n lda #$ff\n sta PF0\n sta PF1\n sta PF2\n sta GRP0\n sta GRP1\n lda #${control}\n sta CTRLPF`;
  // The second strobe comes three pixels times three cycles later: the second player begins at 24, the first at 15.
  const kernel = `${AT_PIXEL_10}\n sta RESP0\n sta RESP1\n sta WSYNC\n lda #$20\n sta HMP0\n lda #0\n sta WSYNC`;

  test('are the players, the first before the second', () => {
    expect(runsOf(pictureOf(set(0), kernel, 3), 10)).toEqual([
      [15, FIELD],
      [8, FIRST],
      [1, FIELD],
      [8, SECOND],
      [128, FIELD],
    ]);
  });

  test('is the playfield by bit 2 of CTRLPF', () => {
    expect(runsOf(pictureOf(set(4), kernel, 3), 10)).toEqual([[160, FIELD]]);
  });
});

test('collisions are latched until CXCLR, in the bits of their registers, the others as they were on the bus', () => {
  // Player 0 on a full playfield without player 1: CXP0FB has bit 7, CXPPMM nothing.
  const set = 'lda #$ff\n sta PF0\n sta PF1\n sta PF2\n sta GRP0';
  const kernel = 'sta CXCLR\n lda CXP0FB\n sta $80\n sta WSYNC\n sta WSYNC\n lda CXP0FB\n sta $81\n lda CXPPMM\n sta $82';
  const { ram } = pictureOf(set, kernel, 2);
  expect([ram[0], ram[1], ram[2]]).toEqual([0x02, 0x82, 0x07]);
});

test('nothing is shown while the picture is blanked', () => {
  expect(runsOf(pictureOf(`${COLORS}\n lda #2\n sta VBLANK`, '', 0), 50)).toEqual([[160, 0]]);
});
