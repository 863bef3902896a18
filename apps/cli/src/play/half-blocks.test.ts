import type { Frame } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { coloursOf, halfBlocks } from './half-blocks.ts';

/** A picture from rows of colours. */
function picture(rows: readonly (readonly (readonly [number, number, number])[])[]): Frame {
  return { width: rows[0]?.length ?? 0, height: rows.length, data: Uint8ClampedArray.from(rows.flat(2)) };
}

const black = [0, 0, 0] as const;
const white = [255, 255, 255] as const;
const red = [255, 0, 0] as const;

describe('a picture in a terminal', () => {
  it('has two pixels in each character, the upper one in front', () => {
    const lines = halfBlocks(
      picture([
        [red, black],
        [white, black],
      ]),
      80,
      24,
      'true',
    );
    expect(lines).toEqual(['\u001b[38;2;255;0;0;48;2;255;255;255m▀\u001b[38;2;0;0;0;48;2;0;0;0m▀\u001b[0m']);
  });

  it('tells colours of equal neighbours once', () => {
    const lines = halfBlocks(
      picture([
        [red, red, red],
        [red, red, red],
      ]),
      80,
      24,
      'true',
    );
    expect(lines).toEqual(['\u001b[38;2;255;0;0;48;2;255;0;0m▀▀▀\u001b[0m']);
  });

  it('takes the nearest of 256 colours', () => {
    // 16 + 36 · 5 is the reddest, 231 white; 128 is the third of six levels: 16 + 36 · 3 + 6 · 3 + 3.
    expect(halfBlocks(picture([[red], [white]]), 80, 24, '256')).toEqual(['\u001b[38;5;196;48;5;231m▀\u001b[0m']);
    const grey = [128, 128, 128] as const;
    expect(halfBlocks(picture([[grey], [black]]), 80, 24, '256')).toEqual(['\u001b[38;5;145;48;5;16m▀\u001b[0m']);
  });

  it('is averaged to the room that there is, in its shape', () => {
    const wide = picture(Array.from({ length: 40 }, () => Array.from({ length: 100 }, (_, x) => (x % 2 ? white : black))));
    const lines = halfBlocks(wide, 50, 100, 'true');
    expect(lines).toHaveLength(10);
    // Half black, half white: 127.5, in one run of 50 characters.
    expect(lines[0]).toBe(`\u001b[38;2;128;128;128;48;2;128;128;128m${'▀'.repeat(50)}\u001b[0m`);
    expect(halfBlocks(wide, 1000, 5, 'none')).toHaveLength(5);
    expect(halfBlocks(wide, 1000, 5, 'none')[0]).toHaveLength(25);
  });

  it('is in shades without colours', () => {
    const lines = halfBlocks(
      picture([
        [black, white, black],
        [black, white, white],
      ]),
      80,
      24,
      'none',
    );
    expect(lines).toEqual([' █▒']);
  });
});

it.each([
  [{ COLORTERM: 'truecolor', TERM: 'xterm' }, 'true'],
  [{ TERM: 'xterm-direct' }, 'true'],
  [{ TERM: 'xterm-256color' }, '256'],
  [{ TERM: 'dumb' }, 'none'],
  [{}, 'none'],
  [{ COLORTERM: 'truecolor', TERM: 'xterm', NO_COLOR: '1' }, 'none'],
  [{ COLORTERM: 'truecolor', TERM: 'xterm', NO_COLOR: '' }, 'true'],
] as const)('an environment of %o has colours: %s', (env, colours) => {
  expect(coloursOf(env)).toBe(colours);
});
