import { InputError, message, printable } from '@zpin/contracts';
import type { AnyEnv } from '@zpin/envs';
import { formatCount, formatNumber } from '@zpin/plot';
import type { RunDescription } from 'zpin';
import type { CommandContext } from '../command.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { flagNames } from '../flag-names.ts';
import { ENGINES, readEngine, readEnvFile, readInteger, readMoment, readSeed } from '../flags.ts';
import { type Io, warn } from '../io.ts';
import { progressLine } from '../sinks/evaluation-line.ts';
import { Stopping, stoppable } from '../stopping.ts';

interface RecordFlags {
  readonly out?: string;
  readonly episodes?: string;
  readonly maxSteps?: string;
  readonly fps?: string;
  readonly seed?: string;
  readonly env?: string;
  readonly engine?: string;
  readonly best?: boolean;
  readonly fromStep?: string;
}

const DEFAULT_FPS = 30;
/** Steps after which an episode without end is cut off. */
const DEFAULT_MAX_STEPS = 1000;

/** Adds `zpin record`. */
export function recordCommand({ program, io, finish }: CommandContext): void {
  program
    .command('record')
    .description('Film greedy episodes of the policy of a run as an animated GIF.')
    .argument('[runDir]', 'folder that zpin train made')
    .option('--out <file>', 'file to write (default: episode.gif in the run folder)')
    .option('--episodes <n>', 'whole episodes to play (default: 1)')
    .option('--max-steps <n>', `steps after which an episode is cut off (default: ${DEFAULT_MAX_STEPS})`)
    .option('--fps <n>', `frames per second, 1 to 50; one frame is one step (default: ${DEFAULT_FPS})`)
    .option('--seed <n>', 'seed of the episodes, in which no run trains (default: that of the run)')
    .option('--env <file>', 'file of the environment, if it lies elsewhere than when the run began')
    .option('--best', 'the policy of the best evaluation while the run trained, not the last one')
    .option('--from-step <n>', 'the policy of the kept checkpoint of this step')
    .option('--engine <name>', `what computes: ${ENGINES.join(', ')} (default: auto)`)
    .exitOverride()
    .action(async (path: string | undefined, flags: RecordFlags) => {
      if (path === undefined) {
        const remedy = 'Write zpin record runs/ppo-CartPole-v1-seed1, for example';
        throw new InputError(message('zpin record', 'a run folder must be given', 'nothing', remedy));
      }
      await finish(recordRun(path, flags, io));
    });
}

async function recordRun(path: string, flags: RecordFlags, io: Io): Promise<number> {
  const where = 'zpin record';
  const episodes = readInteger(where, '--episodes', flags.episodes ?? '1', 1, 1000);
  const maxSteps = readInteger(where, '--max-steps', flags.maxSteps ?? String(DEFAULT_MAX_STEPS), 1);
  const fps = readInteger(where, '--fps', flags.fps ?? String(DEFAULT_FPS), 1, 50);
  const engine = readEngine(where, flags.engine ?? 'auto');
  const from = readMoment(where, flags);
  const given = flags.seed === undefined ? null : readSeed(where, flags.seed);
  if (flags.out !== undefined && !flags.out.toLowerCase().endsWith('.gif')) {
    throw new InputError(
      message(where, '--out must end in .gif', flags.out, 'Other formats can be made from it, by ffmpeg for example'),
    );
  }
  const [
    { dirname, join, resolve },
    { existsSync },
    { evaluate },
    { checkWritable, writeFileAtomic },
    { GifEncoder, RecordFrames, TimeLimit },
  ] = await Promise.all([
    import('node:path'),
    import('node:fs'),
    import('@zpin/core'),
    import('@zpin/core/node'),
    import('@zpin/envs'),
  ]);
  const out = flags.out === undefined ? join(resolve(path), 'episode.gif') : resolve(flags.out);
  if (!existsSync(dirname(out)) && flags.out !== undefined) {
    throw new InputError(message(where, 'the folder of --out must exist', dirname(out), 'Make it first'));
  }
  const film = new GifEncoder(fps);
  let played = 0;
  const { load, openEnv } = await import('zpin');
  const names = flagNames(where);
  const openFilmed = ({ env: id, envOptions = {} }: RunDescription) => {
    const around = (inner: AnyEnv) => {
      // After the last episode the next one begins in the same step; it is not wanted.
      const onFrame = (frame: Parameters<typeof film.add>[0], _t: number, isLast: boolean) => {
        if (played < episodes) film.add(frame);
        if (isLast) played++;
      };
      return new RecordFrames(new TimeLimit(inner, maxSteps), onFrame);
    };
    return openEnv({ id, copies: 1, settings: envOptions, purpose: 'evaluation', around }, names);
  };
  const options = { engine, names, from, openEnv: openFilmed, ...readEnvFile(where, flags.env) };
  const { description, agent, env, notes, dispose } = await load(path, options);
  warn(io, notes);
  checkWritable(where, '--out', out);
  const stopping = new Stopping(io);
  const line = progressLine(io);
  const evaluation = await stoppable(stopping, () =>
    evaluate(agent, env, episodes, given ?? description.seed, {
      signal: stopping.signal,
      onProgress: ({ steps }) => line.show(() => `filmed ${formatCount(steps)} steps, episode ${played + 1}/${episodes}`),
    }),
  );
  line.clear();
  stopping.forget();
  dispose();
  const bytes = film.finish();
  writeFileAtomic(out, bytes);
  if (!evaluation) {
    io.stderr.write(`Stopped in episode ${played + 1} of ${episodes}. What was filmed until then: ${printable(out)}\n`);
    return exitCodeOf(stopping.received ?? 'SIGINT');
  }
  const { returns, lengths } = evaluation;
  const results = returns.map((value, i) => `${formatNumber(value)} in ${lengths[i]} steps`).join(', ');
  io.stdout.write(
    `${description.algorithm} on ${description.env}: return ${results}\n${printable(out)}  (${Math.ceil(bytes.length / 1024)} kB)\n`,
  );
  return 0;
}
