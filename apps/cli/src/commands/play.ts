import { InputError, message } from '@zpin/contracts';
import { formatNumber } from '@zpin/plot';
import type { RunDescription } from 'zpin';
import { isPolicyName } from 'zpin/catalog';
import type { CommandContext } from '../command.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { flagNames } from '../flag-names.ts';
import { AGENT_PLACE, ENGINES, readEngine, readEnvFile, readInteger, readMoment, readSeed } from '../flags.ts';
import type { Io } from '../io.ts';
import type { LiveFrame } from '../play/live-policy.ts';
import type { Shown } from '../play/status-text.ts';
import { Stopping, stoppable } from '../stopping.ts';

interface PlayFlags {
  readonly browser?: boolean;
  readonly port?: string;
  readonly episodes?: string;
  readonly maxSteps?: string;
  readonly fps?: string;
  readonly seed?: string;
  readonly env?: string;
  readonly best?: boolean;
  readonly fromStep?: string;
  readonly engine?: string;
}

const DEFAULT_FPS = 30;
/** Episodes of which the end tells. */
const SHOWN_ENDS = 20;
/** Steps after which an episode without end is cut off. */
const DEFAULT_MAX_STEPS = 1000;

/** Adds `zpin play`. */
export function playCommand({ program, io, finish }: CommandContext): void {
  program
    .command('play')
    .description('Show the policy of a run at play, in the terminal or in a page. A run that trains is seen to learn.')
    .argument('[runDir]', AGENT_PLACE)
    .option('--browser', 'in a page that this machine alone can open, instead of the terminal')
    .option('--port <n>', 'with --browser: port of the page (default: a free one)')
    .option('--episodes <n>', 'whole episodes to play (default: without end)')
    .option('--max-steps <n>', `steps after which an episode is cut off (default: ${DEFAULT_MAX_STEPS})`)
    .option('--fps <n>', `steps per second, 1 to 100 (default: ${DEFAULT_FPS})`)
    .option('--seed <n>', 'seed of the episodes, in which no run trains (default: that of the run)')
    .option('--env <file>', 'file of the environment, if it lies elsewhere than when the run began')
    .option('--best', 'the policy of the best evaluation while the run trained, not the last one')
    .option('--from-step <n>', 'the policy of the kept checkpoint of this step')
    .option('--engine <name>', `what computes: ${ENGINES.join(', ')} (default: auto)`)
    .exitOverride()
    .action(async (path: string | undefined, flags: PlayFlags) => {
      if (path === undefined) {
        const remedy = 'Write zpin play runs/ppo-CartPole-v1-seed1, for example';
        throw new InputError(message('zpin play', 'a run folder must be given', 'nothing', remedy));
      }
      await finish(playRun(path, flags, io));
    });
}

async function playRun(path: string, flags: PlayFlags, io: Io): Promise<number> {
  const where = 'zpin play';
  const episodes = flags.episodes === undefined ? Number.POSITIVE_INFINITY : readInteger(where, '--episodes', flags.episodes, 1);
  const maxSteps = readInteger(where, '--max-steps', flags.maxSteps ?? String(DEFAULT_MAX_STEPS), 1);
  const framesPerSecond = readInteger(where, '--fps', flags.fps ?? String(DEFAULT_FPS), 1, 100);
  const port = readInteger(where, '--port', flags.port ?? '0', 0, 65_535);
  const seed = flags.seed === undefined ? null : readSeed(where, flags.seed);
  const from = readMoment(where, flags);
  const engine = readEngine(where, flags.engine ?? 'auto');
  if (flags.port !== undefined && !flags.browser) {
    throw new InputError(message(where, '--port goes with --browser', flags.port, 'Add --browser, or leave it out'));
  }
  if (!flags.browser && io.stdout.isTTY !== true) {
    const remedy = 'Add --browser, or film it by zpin record';
    throw new InputError(message(where, 'standard output must be a terminal', 'a file or a pipe', remedy));
  }
  const [{ resolve }, { livePolicy }, { RunFolder }] = await Promise.all([
    import('node:path'),
    import('../play/live-policy.ts'),
    import('zpin/node'),
  ]);
  const folder = isPolicyName(path) ? path : resolve(path);
  const title = isPolicyName(path) ? path : titleOf(new RunFolder(folder).describe(where));
  const loading = { engine, from, names: flagNames(where), ...readEnvFile(where, flags.env) };
  const stopping = new Stopping(io);
  const { signal } = stopping;
  const ends: string[] = [];
  const frames = titled(livePolicy({ folder, loading, episodes, maxSteps, seed }), title, ends);
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
    if (frame.isLast) ends.push(`episode ${frame.episode}: return ${formatNumber(frame.episodeReturn)} in ${frame.t} steps`);
    if (ends.length > SHOWN_ENDS) ends.shift();
    yield { ...frame, title };
  }
}
