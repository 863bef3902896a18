import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Frame, InputError, message } from '@zpin/contracts';
import { makeFolder, writeFileAtomic } from '@zpin/core/node';
import { encodePng, GifEncoder } from '@zpin/envs';
import type { FilmFormat } from '../run-defaults.ts';

/** Takes frames, one behind the other, into a file. */
export interface Film {
  /** Where it will be: a file, or a folder of pictures. */
  readonly path: string;
  /** @throws InputError when the frame has not the size of the first one */
  add(frame: Frame): void;
  /**
   * Puts it in its place.
   * @returns bytes that it takes @throws Error when it cannot be written, or there was no frame
   */
  finish(): Promise<number>;
  /** Leaves nothing behind. */
  discard(): void;
}

export interface FilmOptions {
  readonly format: FilmFormat;
  /** Frames per second; of pictures, nothing follows from it. */
  readonly framesPerSecond: number;
  /** Function or command that was called, for errors. */
  readonly where: string;
}

/**
 * Begins a film. Nothing is at its place before it is finished.
 * @throws InputError when a video is wanted and there is no ffmpeg
 */
export function openFilm(path: string, options: FilmOptions): Film {
  switch (options.format) {
    case 'gif':
      return gifFilm(path, options.framesPerSecond);
    case 'mp4':
      return videoFilm(path, options);
    case 'png':
      return pictures(path, options.where);
  }
}

function gifFilm(path: string, framesPerSecond: number): Film {
  const encoder = new GifEncoder(framesPerSecond);
  return {
    path,
    add: frame => encoder.add(frame),
    async finish() {
      const bytes = encoder.finish();
      writeFileAtomic(path, bytes);
      return bytes.length;
    },
    discard: () => undefined,
  };
}

/** `0000.png`, `0001.png`, … in a folder. */
function pictures(path: string, where: string): Film {
  const fresh = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  rmSync(fresh, { recursive: true, force: true });
  makeFolder(fresh);
  let count = 0;
  let bytes = 0;
  let written = Promise.resolve();
  return {
    path,
    add(frame) {
      const name = `${String(count++).padStart(4, '0')}.png`;
      // A frame may be drawn over by the next one.
      const { width, height } = frame;
      const kept = { width, height, data: frame.data.slice() };
      written = written.then(async () => {
        const file = await encodePng(kept);
        bytes += file.length;
        writeFileAtomic(join(fresh, name), file);
      });
      // Told by `finish`.
      written.catch(() => undefined);
    },
    async finish() {
      await written;
      if (count === 0) {
        rmSync(fresh, { recursive: true, force: true });
        throw new InputError(message(where, 'there must be a frame at least', 0, 'Film an episode'));
      }
      // Pictures of a film that was there before; whatever else is in the folder stays, and is in the way.
      if (existsSync(path)) for (const name of readdirSync(path)) if (/^\d{4,}\.png$/.test(name)) rmSync(join(path, name));
      if (existsSync(path)) for (const name of readdirSync(fresh)) renameSync(join(fresh, name), join(path, name));
      else renameSync(fresh, path);
      rmSync(fresh, { recursive: true, force: true });
      return bytes;
    },
    discard: () => rmSync(fresh, { recursive: true, force: true }),
  };
}

/** The program that makes videos: `ZPIN_FFMPEG`, or ffmpeg as it is found. */
const ffmpeg = (): string => process.env.ZPIN_FFMPEG ?? 'ffmpeg';

/** @throws InputError when there is no ffmpeg */
export function requireFfmpeg(where: string): void {
  const { error, status } = spawnSync(ffmpeg(), ['-version'], { stdio: 'ignore' });
  if (!error && status === 0) return;
  const remedy = 'Install ffmpeg, name it by ZPIN_FFMPEG, or take the format gif or png';
  throw new InputError(message(where, 'the format mp4 needs ffmpeg', ffmpeg(), remedy));
}

/** Cuts a row or a column off where their number is odd. */
const EVEN = 'crop=trunc(iw/2)*2:trunc(ih/2)*2';

/** H.264 in an MP4 file, as every player and browser takes it. */
function videoFilm(path: string, { framesPerSecond, where }: FilmOptions): Film {
  requireFfmpeg(where);
  const fresh = join(dirname(path), `.${basename(path)}.${process.pid}.tmp.mp4`);
  let size: { readonly width: number; readonly height: number } | null = null;
  let child: ChildProcess | null = null;
  let said = '';
  let ended: Promise<unknown> = Promise.resolve();
  const begin = ({ width, height }: Frame) => {
    const input = ['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${width}x${height}`];
    // Small pictures would be a blur on a large screen; the usual colours need even sides.
    const factor = 2 * Math.max(1, Math.round(120 / Math.min(width, height)));
    const scale = Math.min(width, height) < 200 ? `scale=${width * factor}:${height * factor}:flags=neighbor` : EVEN;
    const output = ['-vf', scale, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', fresh];
    const told = ['-v', 'error', '-y', ...input, '-framerate', String(framesPerSecond), '-i', '-', ...output];
    const made = spawn(ffmpeg(), told, { stdio: ['pipe', 'ignore', 'pipe'] });
    made.stderr?.on('data', text => {
      said = `${said}${text}`.slice(-500);
    });
    // What went wrong is told by its end.
    made.stdin?.on('error', () => undefined);
    ended = once(made, 'close').catch(error => [String(error)]);
    return made;
  };
  return {
    path,
    add(frame) {
      if (size && (size.width !== frame.width || size.height !== frame.height)) {
        const expectation = `frames must all be of one size, ${size.width} x ${size.height}`;
        throw new InputError(message(where, expectation, `${frame.width} x ${frame.height}`, 'Render with one environment'));
      }
      size ??= { width: frame.width, height: frame.height };
      child ??= begin(frame);
      child.stdin?.write(Buffer.from(frame.data));
    },
    async finish() {
      if (!child) throw new InputError(message(where, 'there must be a frame at least', 0, 'Film an episode'));
      child.stdin?.end();
      const [code] = (await ended) as [unknown];
      if (code !== 0) {
        rmSync(fresh, { force: true });
        throw new InputError(
          message(where, 'ffmpeg must make the video', said.trim() || `exit code ${code}`, 'Take the format gif'),
        );
      }
      renameSync(fresh, path);
      return statSync(path).size;
    },
    discard() {
      child?.kill();
      rmSync(fresh, { force: true });
    },
  };
}
