import { InputError, message } from '@zpin/contracts';
import { formatCount, formatNumber } from '@zpin/plot';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { type Io, say } from '../io.ts';
import { levelText } from '../level-text.ts';
import type { RunStatus } from '../run-status.ts';
import { styleOf } from '../style.ts';

/** Adds `zpin status`. */
export function statusCommand({ program, io, finish }: CommandContext): void {
  program
    .command('status')
    .description('Say where a run is: whether it trains, how far it is, and what it comes to.')
    .argument('[runDir]', 'folder of the run, also on a disk that another machine shares')
    .option('--json', 'print it as one line of JSON')
    .exitOverride()
    .action(async (path: string | undefined, flags: { readonly json?: boolean }) => {
      if (path === undefined) {
        const remedy = 'Write zpin status runs/ppo-CartPole-v1-seed1, for example';
        throw new InputError(message('zpin status', 'a run folder must be given', 'nothing', remedy));
      }
      await finish(status(path, flags.json ?? false, io));
    });
}

async function status(path: string, isJson: boolean, io: Io): Promise<number> {
  const [{ resolve }, { RunFolder }, { runStatus }] = await Promise.all([
    import('node:path'),
    import('zpin/node'),
    import('../run-status.ts'),
  ]);
  const folder = new RunFolder(resolve(path));
  const found = runStatus(folder, 'zpin status');
  if (isJson) io.stdout.write(`${JSON.stringify({ type: 'status', ...found, runDir: folder.path })}\n`);
  else say(io, `${statusLines(found, io).join('\n')}\n`);
  return EXIT.done;
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
