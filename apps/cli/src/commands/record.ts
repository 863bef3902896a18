import { InputError, message, printable } from '@zpin/contracts';
import type { Evaluation } from '@zpin/core';
import type { AnyEnv } from '@zpin/envs';
import { formatCount, formatNumber } from '@zpin/plot';
import type { RunDescription } from 'zpin';
import { FILM_FORMATS, type FilmFormat, isPolicyName } from 'zpin/catalog';
import type { Film } from 'zpin/node';
import { checkDevice } from '../check-device.ts';
import type { CommandContext } from '../command.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { readFilmFormat, readInteger } from '../flags.ts';
import { type Io, say, warn } from '../io.ts';
import { counted } from '../numbers.ts';
import { addPolicyFlags, givenRun, type PolicyFlags, readPolicyFlags } from '../policy-flags.ts';
import { progressLine } from '../sinks/evaluation-line.ts';
import { Stopping, stoppable } from '../stopping.ts';

interface RecordFlags extends PolicyFlags {
  readonly out?: string;
  readonly format?: string;
  readonly separate?: boolean;
  readonly episodes?: string;
  readonly fps?: string;
}

const DEFAULT_FPS = 30;

/** Adds `zpin record`. */
export function recordCommand({ program, io, finish }: CommandContext): void {
  const command = program
    .command('record')
    .description('Film greedy episodes of the policy of a run: a GIF, an MP4, or pictures.');
  addPolicyFlags(command, own =>
    own
      .option(
        '--out <file>',
        'file to write, of pictures a folder (default: episode.gif in the run folder; of a policy, a file named after it)',
      )
      .option('--format <name>', `${FILM_FORMATS.join(', ')}; mp4 needs ffmpeg (default: by the end of --out, else gif)`)
      .option('--episodes <n>', 'whole episodes to play (default: 1)')
      .option('--separate', 'a film of each episode, numbered: episode-1.gif, …')
      .option('--fps <n>', `frames per second, 1 to 50; one frame is one step (default: ${DEFAULT_FPS})`),
  ).action(async (path: string | undefined, flags: RecordFlags) => finish(recordRun(givenRun('zpin record', path), flags, io)));
}

async function recordRun(path: string, flags: RecordFlags, io: Io): Promise<number> {
  const where = 'zpin record';
  const episodes = readInteger(where, '--episodes', flags.episodes ?? '1', 1, 1000);
  const fps = readInteger(where, '--fps', flags.fps ?? String(DEFAULT_FPS), 1, 50);
  const { maxSteps, seed: given, loading } = readPolicyFlags(where, flags);
  const format = readFormat(where, flags);
  await checkDevice(where, loading.engine);
  const [{ join, resolve }, { evaluate }, { RecordFrames, TimeLimit }, { openFilm, requireFfmpeg }, { load, openEnv }] =
    await Promise.all([import('node:path'), import('@zpin/core'), import('@zpin/envs'), import('zpin/node'), import('zpin')]);
  const suffix = format === 'png' ? '' : `.${format}`;
  const out = resolve(flags.out ?? (isPolicyName(path) ? `${fileName(path)}${suffix}` : join(path, `episode${suffix}`)));
  if (flags.out !== undefined) await checkFolder(where, out);
  if (format === 'mp4') requireFfmpeg(where);
  const placeOf = (k: number) => (flags.separate ? numbered(out, k, episodes) : out);
  const film = (k: number): Film => openFilm(placeOf(k), { format, framesPerSecond: fps, where });
  const films: Film[] = [];
  let played = 0;
  let isShortened = false;
  const openFilmed = ({ env: id, envOptions = {} }: RunDescription) => {
    const around = (inner: AnyEnv) => {
      isShortened = maxSteps < (inner.spec.maxEpisodeSteps ?? Number.POSITIVE_INFINITY);
      return new RecordFrames(new TimeLimit(inner, maxSteps), (frame, t, isLast) => {
        // After the last episode the next one begins in the same step; it is not wanted.
        if (played >= episodes) return;
        if (films.length === 0 || (flags.separate && t === 0)) films.push(film(films.length));
        films.at(-1)?.add(frame);
        if (isLast) played++;
      });
    };
    return openEnv({ id, copies: 1, settings: envOptions, purpose: 'evaluation', around }, loading.names);
  };
  const { description, agent, env, notes, dispose } = await load(path, { ...loading, openEnv: openFilmed });
  warn(io, notes);
  await checkPlaces(
    where,
    format,
    Array.from({ length: flags.separate ? episodes : 1 }, (_, k) => placeOf(k)),
  );
  const stopping = new Stopping(io);
  const line = progressLine(io);
  let evaluation: Evaluation | null;
  try {
    evaluation = await stoppable(stopping, () =>
      evaluate(agent, env, episodes, given ?? description.seed, {
        signal: stopping.signal,
        onProgress: ({ steps }) => line.show(() => `filmed ${formatCount(steps)} steps, episode ${played + 1}/${episodes}`),
      }),
    );
  } catch (error) {
    for (const each of films) each.discard();
    throw error;
  }
  line.clear();
  stopping.forget();
  dispose();
  const places: string[] = [];
  for (const each of films) places.push(`${printable(each.path)}  (${Math.ceil((await each.finish()) / 1024)} kB)\n`);
  if (!evaluation) {
    const kept = printable(films.at(-1)?.path ?? out);
    io.stderr.write(`Stopped in episode ${played + 1} of ${episodes}. What was filmed until then: ${kept}\n`);
    return exitCodeOf(stopping.received ?? 'SIGINT');
  }
  const { returns, lengths } = evaluation;
  const cut = (length: number) => (isShortened && length === maxSteps ? ', the most that --max-steps allows' : '');
  const results = returns
    .map((value, i) => `${formatNumber(value)} in ${counted(lengths[i], 'step')}${cut(lengths[i])}`)
    .join(', ');
  say(io, `${description.algorithm} on ${description.env}: return ${results}\n${places.join('')}`);
  return 0;
}

/** `ppo-CartPole-v1` of `hub:ppo/CartPole-v1`. */
function fileName(policy: string): string {
  return policy.replace(/^[^:]*:/, '').replace(/[^\w.-]+/g, '-');
}

/** The format that is asked for, or that the file is named after. */
function readFormat(where: string, { format, out }: RecordFlags): FilmFormat {
  const wanted = format === undefined ? undefined : readFilmFormat(where, '--format', format);
  const [, ending = ''] = /\.([^./\\]+)$/.exec(out ?? '') ?? [];
  const named = FILM_FORMATS.find(name => name === ending.toLowerCase());
  if (out === undefined || (wanted === 'png' && !named)) return wanted ?? 'gif';
  // Pictures lie in a folder, which no ending names.
  if (named === undefined || named === 'png' || (wanted && wanted !== named)) {
    const ways = wanted === 'png' ? 'name a folder' : `end in ${wanted ? `.${wanted}` : '.gif or .mp4'}`;
    const remedy = 'Or take --format png and a folder, for a picture of each step';
    throw new InputError(message(where, `--out must ${ways}`, out, remedy));
  }
  return named;
}

/** @throws InputError when the folder of a path does not exist */
async function checkFolder(where: string, path: string): Promise<void> {
  const [{ existsSync }, { dirname }] = await Promise.all([import('node:fs'), import('node:path')]);
  if (existsSync(dirname(path))) return;
  throw new InputError(message(where, 'the folder of --out must exist', dirname(path), 'Make it first'));
}

/** @throws InputError when a film cannot be written where it shall be */
async function checkPlaces(where: string, format: FilmFormat, places: readonly string[]): Promise<void> {
  const [{ checkWritable }, { join, dirname, basename }] = await Promise.all([import('@zpin/core/node'), import('node:path')]);
  for (const place of places) {
    // A folder is put in its place as a whole.
    if (format === 'png') checkWritable(where, '--out', join(dirname(place), `.${basename(place)}.probe`));
    else checkWritable(where, '--out', place);
  }
}

/** `episode-07.gif` of `episode.gif`. */
function numbered(path: string, index: number, count: number): string {
  const number = String(index + 1).padStart(String(count).length, '0');
  return path.replace(/(\.[^./\\]+)?$/, ending => `-${number}${ending}`);
}
