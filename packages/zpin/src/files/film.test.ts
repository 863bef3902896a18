import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import type { Frame } from '@zpin/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { type FilmOptions, openFilm } from './film.ts';

const scratch = inScratchFolder();
afterEach(() => vi.unstubAllEnvs());

/** A picture of one grey. */
function grey(level: number, width = 3, height = 2): Frame {
  return { width, height, data: new Uint8ClampedArray(3 * width * height).fill(level) };
}

const options = (format: FilmOptions['format']): FilmOptions => ({ format, framesPerSecond: 20, where: 'test' });

/** In the place of ffmpeg: keeps what it is told and given, and writes the file that it is told last. */
function fakeFfmpeg(code = 0): string {
  const path = join(scratch, `ffmpeg-${code}.mjs`);
  const program = `#!${process.execPath}
import { readFileSync, writeFileSync } from 'node:fs';
const told = process.argv.slice(2);
if (told[0] === '-version') process.exit(0);
const given = readFileSync(0);
writeFileSync(${JSON.stringify(join(scratch, 'told.json'))}, JSON.stringify({ told, given: [...given] }));
if (${code} !== 0) { process.stderr.write('no such codec'); process.exit(${code}); }
writeFileSync(told.at(-1), 'a video');
`;
  writeFileSync(path, program);
  chmodSync(path, 0o755);
  return path;
}

describe('a film', () => {
  it('as a GIF is at its place when it is finished', async () => {
    const film = openFilm('grey.gif', options('gif'));
    for (const level of [0, 50]) film.add(grey(level));
    expect(existsSync('grey.gif')).toBe(false);
    const bytes = await film.finish();
    const file = readFileSync('grey.gif');
    expect([file.length, file.toString('latin1', 0, 6)]).toEqual([bytes, 'GIF89a']);
  });

  it('as pictures is a folder with one for each frame, though frames are drawn over', async () => {
    const film = openFilm('greys', options('png'));
    const frame = grey(0);
    for (let t = 0; t < 12; t++) {
      frame.data.fill(10 * t);
      film.add(frame);
    }
    await film.finish();
    const names = readdirSync('greys').sort();
    expect([names.length, names[0], names[11]]).toEqual([12, '0000.png', '0011.png']);
    const levels = names.map(name => {
      const file = readFileSync(join('greys', name));
      const at = file.indexOf('IDAT');
      // Behind the filter of the first row stands the first channel of the first pixel.
      return inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))[1];
    });
    expect(levels).toEqual(names.map((_, t) => 10 * t));
    expect(readdirSync('.').filter(name => name.includes('tmp'))).toEqual([]);
  });

  it('of pictures takes the place of the one before, and leaves other files alone', async () => {
    writeFileSync('greys/notes.txt', 'mine');
    const film = openFilm('greys', options('png'));
    film.add(grey(1));
    await film.finish();
    expect(readdirSync('greys').sort()).toEqual(['0000.png', 'notes.txt']);
  });

  it('as a video is made by ffmpeg, of raw frames', async () => {
    vi.stubEnv('ZPIN_FFMPEG', fakeFfmpeg());
    const film = openFilm('grey.mp4', options('mp4'));
    for (const level of [1, 2]) film.add(grey(level));
    expect(await film.finish()).toBe(7);
    expect(readFileSync('grey.mp4', 'utf8')).toBe('a video');
    const { told, given } = JSON.parse(readFileSync('told.json', 'utf8'));
    expect(given).toEqual([...Array(18).fill(1), ...Array(18).fill(2)]);
    const value = (flag: string) => told[told.indexOf(flag) + 1];
    expect([value('-video_size'), value('-framerate'), value('-pixel_format')]).toEqual(['3x2', '20', 'rgb24']);
    expect([value('-c:v'), value('-pix_fmt')]).toEqual(['libx264', 'yuv420p']);
    // Sides of small pictures grow by an even whole number, and hard edges stay.
    expect(value('-vf')).toBe('scale=360:240:flags=neighbor');
  });

  it('says what ffmpeg said where it fails, and leaves nothing', async () => {
    vi.stubEnv('ZPIN_FFMPEG', fakeFfmpeg(3));
    const film = openFilm('bad.mp4', options('mp4'));
    film.add(grey(1));
    await expect(film.finish()).rejects.toThrow('test: ffmpeg must make the video, got "no such codec". Take the format gif.');
    expect(readdirSync('.').filter(name => name.includes('bad'))).toEqual([]);
  });

  it('says that there is no ffmpeg before anything is filmed', () => {
    vi.stubEnv('ZPIN_FFMPEG', join(scratch, 'no-ffmpeg'));
    expect(() => openFilm('none.mp4', options('mp4'))).toThrow(
      /^test: the format mp4 needs ffmpeg, got ".*no-ffmpeg"\. Install ffmpeg, name it by ZPIN_FFMPEG, or take the format gif or png\.$/,
    );
  });

  it.each(['gif', 'mp4'] as const)('as %s refuses a frame of another size', async format => {
    vi.stubEnv('ZPIN_FFMPEG', fakeFfmpeg());
    const film = openFilm(`sizes.${format}`, options(format));
    film.add(grey(1));
    expect(() => film.add(grey(1, 5))).toThrow('frames must all be of one size, 3 x 2, got "5 x 2"');
    film.discard();
  });

  it('of nothing is refused', async () => {
    vi.stubEnv('ZPIN_FFMPEG', fakeFfmpeg());
    mkdirSync('empty', { recursive: true });
    for (const format of ['gif', 'mp4', 'png'] as const) {
      await expect(openFilm(join('empty', `none.${format}`), options(format)).finish()).rejects.toThrow(
        'there must be a frame at least',
      );
    }
    expect(readdirSync('empty')).toEqual([]);
  });
});
