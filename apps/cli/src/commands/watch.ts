import type { CommandContext } from '../command.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { readInteger } from '../flags.ts';
import type { Io } from '../io.ts';
import { Stopping } from '../stopping.ts';

interface WatchFlags {
  readonly port?: string;
}

/** Where zpin train leaves runs. */
const DEFAULT_FOLDER = 'runs';

/** Adds `zpin watch`. */
export function watchCommand({ program, io, finish }: CommandContext): void {
  program
    .command('watch')
    .description('Follow runs in a page while they train: curves, settings side by side, the log, the policy at play.')
    .argument('[runDirs...]', `folders that zpin train made, or that hold some (default: ${DEFAULT_FOLDER})`)
    .option('--port <n>', 'port of the page, which this machine alone can open (default: a free one)')
    .exitOverride()
    .action(async (paths: readonly string[], flags: WatchFlags) => finish(watchRuns(paths, flags, io)));
}

async function watchRuns(paths: readonly string[], flags: WatchFlags, io: Io): Promise<number> {
  const where = 'zpin watch';
  const port = readInteger(where, '--port', flags.port ?? '0', 0, 65_535);
  const [{ resolve }, { PAGE_FOLDER }, { pageFiles }, { PolicyStreams }, { RunIndex }, { serveWatch }] = await Promise.all([
    import('node:path'),
    import('../page-folder.ts'),
    import('../watch/page-files.ts'),
    import('../watch/policy-stream.ts'),
    import('../watch/run-index.ts'),
    import('../watch/watch-server.ts'),
  ]);
  const roots = [...new Set((paths.length === 0 ? [DEFAULT_FOLDER] : paths).map(path => resolve(path)))];
  const index = await RunIndex.open({ roots, where, now: () => io.now() });
  const page = pageFiles(PAGE_FOLDER, where);
  const policies = new PolicyStreams();
  const server = await serveWatch({ where, port, index, policies, page });
  const stopping = new Stopping(io);
  try {
    const stopped = new Promise<void>(end => {
      stopping.signal.addEventListener('abort', () => end());
    });
    const runs = index.runs.length === 1 ? '1 run' : `${index.runs.length} runs`;
    io.stdout.write(`${server.address}  follows ${runs} (Ctrl-C ends it)\n`);
    await stopped;
  } finally {
    index.close();
    policies.close();
    server.close();
    stopping.forget();
  }
  return stopping.received === null ? EXIT.done : exitCodeOf(stopping.received);
}
