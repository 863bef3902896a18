import type { Frame } from '@zpin/contracts';

/** How many colours a terminal has: 2^24, 256, or none but its own. */
export type TerminalColours = 'true' | '256' | 'none';

/** What the environment of a process says about the colours of its terminal. */
export function coloursOf(env: Readonly<Record<string, string | undefined>>): TerminalColours {
  if (env.NO_COLOR) return 'none';
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '') || /direct/.test(env.TERM ?? '')) return 'true';
  return env.TERM === 'dumb' || env.TERM === undefined ? 'none' : '256';
}

/** From dark to light. */
const SHADES = ' ░▒▓█';
const RESET = '\u001b[0m';

/**
 * A picture in lines of a terminal: each character is two pixels, one above the other, as a half block with colours of its own in
 * front and behind. Pixels that fall together are averaged.
 * @param columns room in characters @param rows room in lines
 */
export function halfBlocks(frame: Frame, columns: number, rows: number, colours: TerminalColours): string[] {
  const scale = Math.min(1, columns / frame.width, (2 * rows) / frame.height);
  const width = Math.max(1, Math.floor(frame.width * scale));
  const height = Math.max(2, 2 * Math.floor((frame.height * scale) / 2));
  const pixels = averaged(frame, width, height);
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    lines.push(colours === 'none' ? shadedLine(pixels, width, y) : colouredLine(pixels, width, y, colours));
  }
  return lines;
}

/** `[height, width, 3]`: means over the pixels that fall into each. */
function averaged({ data, width: fullWidth, height: fullHeight }: Frame, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = range(y, height, fullHeight);
    for (let x = 0; x < width; x++) {
      const [left, right] = range(x, width, fullWidth);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += data[3 * (row * fullWidth + column) + channel] ?? 0;
        }
        pixels[3 * (y * width + x) + channel] = Math.round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return pixels;
}

/** The pixels, of `full`, that fall into one of `count`: at least one. */
function range(index: number, count: number, full: number): readonly [number, number] {
  const begin = Math.floor((index * full) / count);
  return [begin, Math.max(begin + 1, Math.floor(((index + 1) * full) / count))];
}

function colouredLine(pixels: Uint8Array, width: number, y: number, colours: 'true' | '256'): string {
  let line = '';
  let last = '';
  for (let x = 0; x < width; x++) {
    const [front, back] = [y, y + 1].map(row => colourCode(pixels, 3 * (row * width + x), colours));
    const codes = `\u001b[38;${front};48;${back}m`;
    // Equal neighbours need to be told once.
    if (codes !== last) line += codes;
    last = codes;
    line += '▀';
  }
  return line + RESET;
}

function colourCode(pixels: Uint8Array, at: number, colours: 'true' | '256'): string {
  const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3);
  if (colours === 'true') return `2;${red};${green};${blue}`;
  // A cube of 6 levels for each colour, from 16 on.
  const [r, g, b] = [red, green, blue].map(level => Math.round((level / 255) * 5)) as [number, number, number];
  return `5;${16 + 36 * r + 6 * g + b}`;
}

function shadedLine(pixels: Uint8Array, width: number, y: number): string {
  let line = '';
  for (let x = 0; x < width; x++) {
    let light = 0;
    for (const row of [y, y + 1]) {
      const at = 3 * (row * width + x);
      // How bright colours look, by ITU-R BT.601.
      light += 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
    }
    line += SHADES[Math.min(SHADES.length - 1, Math.floor((light / 510) * SHADES.length))];
  }
  return line;
}
