import { InputError, message } from '@zpin/contracts';
import { formatNumber } from '@zpin/plot';
import type { RunDescription } from 'zpin';
import { isPolicyName } from 'zpin/catalog';
import { checkDevice } from '../check-device.ts';
import type { CommandContext } from '../command.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { readInteger } from '../flags.ts';
import type { Io } from '../io.ts';
import { counted } from '../numbers.ts';
import type { LiveFrame } from '../play/live-policy.ts';
import type { Shown } from '../play/status-text.ts';
import { addPolicyFlags, givenRun, type PolicyFlags, readPolicyFlags } from '../policy-flags.ts';
import { Stopping, stoppable } from '../stopping.ts';

interface PlayFlags extends PolicyFlags {
  readonly browser?: boolean;
  readonly port?: string;
  readonly episodes?: string;
  readonly fps?: string;
}

const DEFAULT_FPS = 30;
/** Episodes of which the end tells. */
const SHOWN_ENDS = 20;

/** Adds `zpin play`. */
export function playCommand({ program, io, finish }: CommandContext): void {
  const command = program
    .command('play')
    .description('Show the policy of a run at play, in the terminal or in a page. A run that trains is seen to learn.');
  addPolicyFlags(command, own =>
    own
      .option('--browser', 'in a page that this machine alone can open, instead of the terminal')
      .option('--port <n>', 'with --browser: port of the page (default: a free one)')
      .option('--episodes <n>', 'whole episodes to play (default: without end)')
      .option('--fps <n>', `steps per second, 1 to 100 (default: ${DEFAULT_FPS})`),
  ).action(async (path: string | undefined, flags: PlayFlags) => finish(playRun(givenRun('zpin play', path), flags, io)));
}

async function playRun(path: string, flags: PlayFlags, io: Io): Promise<number> {
  const where = 'zpin play';
  const episodes = flags.episodes === undefined ? Number.POSITIVE_INFINITY : readInteger(where, '--episodes', flags.episodes, 1);
  const framesPerSecond = readInteger(where, '--fps', flags.fps ?? String(DEFAULT_FPS), 1, 100);
  const port = readInteger(where, '--port', flags.port ?? '0', 0, 65_535);
  const choice = readPolicyFlags(where, flags);
  if (flags.port !== undefined && !flags.browser) {
    throw new InputError(message(where, '--port goes with --browser', flags.port, 'Add --browser, or leave it out'));
  }
  if (!flags.browser && io.stdout.isTTY !== true) {
    const remedy = 'Add --browser, or film it by zpin record';
    throw new InputError(message(where, 'standard output must be a terminal', 'a file or a pipe', remedy));
  }
  await checkDevice(where, choice.loading.engine);
  const [{ resolve }, { livePolicy }, { RunFolder }] = await Promise.all([
    import('node:path'),
    import('../play/live-policy.ts'),
    import('zpin/node'),
  ]);
  const folder = isPolicyName(path) ? path : resolve(path);
  const title = isPolicyName(path) ? path : titleOf(new RunFolder(folder).describe(where));
  const stopping = new Stopping(io);
  const { signal } = stopping;
  const ends: string[] = [];
  const frames = titled(livePolicy({ folder, episodes, ...choice }), title, ends);
  try {
    await stoppable(stopping, async () => {
      if (flags.browser) {
        const { playInPage } = await import('../play/play-page.ts');
        const onAddress = (address: string) => io.stdout.write(`${address}  (Ctrl-C ends it)\n`);
        await playInPage(frames, { where, io, port, framesPerSecond, signal, onAddress });
        return;
      }
      const [{ playInTerminal }, { coloursOf }] = await Promise.all([
        import('../play/play-terminal.ts'),
        import('../play/half-blocks.ts'),
      ]);
      await playInTerminal(frames, { io, colours: coloursOf(io.env), framesPerSecond, signal });
    });
  } finally {
    stopping.forget();
  }
  for (const text of ends) io.stdout.write(`${text}\n`);
  return stopping.received === null ? EXIT.done : exitCodeOf(stopping.received);
}

function titleOf({ algorithm, env }: RunDescription): string {
  return `${algorithm} on ${env}`;
}

/** Frames with their title. @param ends takes a line about each episode that ended */
async function* titled(frames: AsyncGenerator<LiveFrame>, title: string, ends: string[]): AsyncGenerator<Shown> {
  for await (const frame of frames) {
    if (frame.isLast)
      ends.push(`episode ${frame.episode}: return ${formatNumber(frame.episodeReturn)} in ${counted(frame.t, 'step')}`);
    if (ends.length > SHOWN_ENDS) ends.shift();
    yield { ...frame, title };
  }
}
