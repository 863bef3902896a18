import { InputError, message } from '@zpin/contracts';
import { formatCount, formatNumber } from '@zpin/plot';
import type { RunFolder } from 'zpin/node';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { columnsOf, type Io, say } from '../io.ts';
import { levelText } from '../level-text.ts';
import type { RunStatus } from '../run-status.ts';
import { styleOf } from '../style.ts';
import { table } from '../wrapped-text.ts';

/** Where `zpin train` puts runs. */
const RUNS = 'runs';

/** Adds `zpin status`. */
export function statusCommand({ program, io, finish }: CommandContext): void {
  program
    .command('status')
    .description('Say where runs are: whether they train, how far they are, and what they come to.')
    .argument('[folders...]', `of a run, or of several, such as those of --seeds; also on a shared disk (default: ${RUNS})`)
    .option('--json', 'print one line of JSON for each run')
    .exitOverride()
    .action(async (paths: readonly string[], flags: { readonly json?: boolean }) => {
      await finish(status(paths, flags.json ?? false, io));
    });
}

async function status(paths: readonly string[], isJson: boolean, io: Io): Promise<number> {
  const where = 'zpin status';
  const [{ resolve }, { RunFolder }, { runStatus }] = await Promise.all([
    import('node:path'),
    import('zpin/node'),
    import('../run-status.ts'),
  ]);
  const given = (paths.length === 0 ? [RUNS] : paths).map(path => new RunFolder(resolve(path)));
  const folders = given.flatMap(folder => (folder.has('description') || folder.runs.length === 0 ? [folder] : folder.runs));
  if (paths.length === 0 && folders[0] === given[0]) {
    const remedy = 'Write zpin status runs/ppo-CartPole-v1-seed1, for example';
    throw new InputError(message(where, 'a folder must be given where there are no runs in runs/', 'nothing', remedy));
  }
  const isOne = folders.length === 1 && given[0] === folders[0];
  const found = folders.map((folder): FoundRun => {
    try {
      return { folder, status: runStatus(folder, where) };
    } catch (error) {
      // Among others a damaged one is one row.
      if (isOne || !(error instanceof InputError)) throw error;
      return { folder, problem: error.message };
    }
  });
  if (isJson) {
    for (const { folder, ...told } of found) {
      const known = 'status' in told ? told.status : { state: 'damaged', reason: told.problem };
      io.stdout.write(`${JSON.stringify({ type: 'status', ...known, runDir: folder.path })}\n`);
    }
  } else if (isOne && 'status' in found[0]) say(io, `${statusLines(found[0].status, io).join('\n')}\n`);
  else say(io, `${statusTable(found, io)}\n`);
  return EXIT.done;
}

/** A run, and how it stands, or what is wrong with its folder. */
type FoundRun = { readonly folder: RunFolder } & ({ readonly status: RunStatus } | { readonly problem: string });

/** A row for each run. */
function statusTable(found: readonly FoundRun[], { stdout, env }: Io): string {
  const { bold } = styleOf(stdout, env);
  const rows = found.map(({ folder, ...told }) => {
    if ('problem' in told) return [folder.shown, 'damaged', '–', '–', '–', told.problem];
    const { state, step, steps, meanReturn, evaluation, best, reason } = told.status;
    const last = evaluation === null ? '–' : formatNumber(evaluation.meanReturn);
    return [
      folder.shown,
      state === 'running' ? bold(state) : state,
      `${formatCount(step)} of ${formatCount(steps)}`,
      meanReturn === null ? '–' : formatNumber(meanReturn),
      best === null ? last : `${last}, best ${formatNumber(best.meanReturn)}`,
      reason ?? '',
    ];
  });
  return table([['run', 'state', 'steps', 'return', 'evaluation', ''], ...rows], columnsOf(stdout));
}

function statusLines(found: RunStatus, { stdout, env }: Io): string[] {
  const { state, reason, algorithm, step, steps, checkpointStep, process, episodes, meanReturn, evaluation, best, level } = found;
  const { bold } = styleOf(stdout, env);
  const who = process ? `: process ${process.pid} on ${process.host}, since ${process.since}` : '';
  const why = reason === null ? '' : `: ${reason}`;
  const saved = checkpointStep === null ? 'no checkpoint yet' : `checkpoint at ${formatCount(checkpointStep)}`;
  const at = (one: { readonly step: number; readonly meanReturn: number }) =>
    `${formatNumber(one.meanReturn)} at ${formatCount(one.step)} steps`;
  return [
    `${algorithm} on ${found.env}, seed ${found.seed}: ${bold(state)}${who}${why}`,
    `${formatCount(step)} of ${formatCount(steps)} steps (${Math.min(100, Math.floor((100 * step) / steps))} %), ${saved}`,
    ...(meanReturn === null
      ? []
      : [`return ${formatNumber(meanReturn)}, mean of the last 100 of ${formatCount(episodes)} episodes`]),
    ...(evaluation === null ? [] : [`evaluation ${at(evaluation)}${best ? `, best ${at(best)}` : ''}`]),
    ...(level === null ? [] : [levelText(level)]),
  ];
}
