import { InputError, message, nearestName, printable } from '@zpin/contracts';
import type { CommandContext } from '../command.ts';
import { readInteger } from '../flags.ts';
import { type Io, say, skippedText } from '../io.ts';

interface PlotFlags {
  readonly measure?: string;
  readonly out?: string;
  readonly points?: string;
  readonly title?: string;
}

const DEFAULT_POINTS = 50;
const DEFAULT_OUT = 'plot.svg';

/** Adds `zpin plot`. */
export function plotCommand({ program, io, finish }: CommandContext): void {
  program
    .command('plot')
    .description('Draw runs in one picture: one line for runs that differ in nothing but the seed.')
    .argument('[runDirs...]', 'folders that zpin train made, or that hold some')
    .option('--measure <name>', 'return, length, success, evaluation, or a metric such as criticLoss (default: return)')
    .option('--out <file>', `file to write (default: ${DEFAULT_OUT})`)
    .option('--points <n>', `intervals over which values are averaged, 2 to 1000 (default: ${DEFAULT_POINTS})`)
    .option('--title <text>', 'heading (default: the environment)')
    .exitOverride()
    .action(async (paths: readonly string[], flags: PlotFlags) => {
      if (paths.length === 0) {
        const remedy = 'Write zpin plot runs/ppo-CartPole-v1-seed1 runs/ppo-CartPole-v1-seed2, for example';
        throw new InputError(message('zpin plot', 'run folders must be given', 'nothing', remedy));
      }
      await finish(plotRuns(paths, flags, io));
    });
}

async function plotRuns(paths: readonly string[], flags: PlotFlags, io: Io): Promise<number> {
  const where = 'zpin plot';
  const points = readInteger(where, '--points', flags.points ?? String(DEFAULT_POINTS), 2, 1000);
  const { measure = 'return', out = DEFAULT_OUT } = flags;
  if (!out.toLowerCase().endsWith('.svg')) {
    throw new InputError(message(where, '--out must end in .svg', out, 'Browsers and drawing programs make other formats of it'));
  }
  const [
    { dirname, resolve },
    { existsSync },
    { checkWritable, writeFileAtomic },
    { linePlot },
    { metricEvents, RunFolder },
    curves,
  ] = await Promise.all([
    import('node:path'),
    import('node:fs'),
    import('@zpin/core/node'),
    import('@zpin/plot'),
    import('zpin/node'),
    import('../run-curves.ts'),
  ]);
  const { groupLines, groupRuns, MEASURES, measuresOf, reachOf } = curves;
  const file = resolve(out);
  if (!existsSync(dirname(file))) {
    throw new InputError(message(where, 'the folder of --out must exist', dirname(file), 'Make it first'));
  }
  checkWritable(where, '--out', file);
  const folders = paths.flatMap(path => {
    const folder = new RunFolder(resolve(path));
    // One of several seeds, say.
    const inside = folder.has('description') ? [] : folder.runs.map(run => run.path);
    return inside.length === 0 ? [folder.path] : inside;
  });
  const given = [...new Set(folders)].map(path => {
    const folder = new RunFolder(path);
    let isTold = false;
    const events = metricEvents(folder, lines => {
      if (!isTold) io.stderr.write(skippedText(folder.file('metrics'), lines));
      isTold = true;
    });
    return { path, description: folder.describe(where), events };
  });
  let steps = 0;
  const runs: typeof given = [];
  const without: typeof given = [];
  for (const run of given) {
    const { isMeasured, lastStep } = reachOf(run, measure);
    (isMeasured ? runs : without).push(run);
    if (isMeasured) steps = Math.max(steps, lastStep);
  }
  // Some have just begun, or ended before: they are no reason to draw nothing.
  for (const run of runs.length === 0 ? [] : without) {
    io.stderr.write(`${printable(run.path)} has no ${measure} yet: left out\n`);
  }
  if (runs.length === 0) {
    const [run] = given;
    const known = measuresOf(run);
    const near = nearestName(measure, known);
    const remedy = near ? `Did you mean ${near}? It has ${known.join(', ')}` : `It has ${known.join(', ') || 'nothing yet'}`;
    throw new InputError(message(where, `--measure must be something that ${run.path} has`, measure, remedy));
  }
  const groups = groupRuns(runs);
  const ends = Array.from({ length: points }, (_, k) => ((k + 1) * steps) / points);
  const yLabel = MEASURES[measure as keyof typeof MEASURES] ?? measure;
  const title = flags.title ?? [...new Set(runs.map(({ description }) => description.env))].join(', ');
  const caption = groups.some(group => group.length > 1) ? 'Means over runs; bands: one standard deviation.' : '';
  const xLabel = runs.every(({ description }) => description.dataset) ? 'gradient steps' : 'environment steps';
  const lines = groupLines(groups, measure, ends);
  writeFileAtomic(file, linePlot(title, caption, [{ xLabel, yLabel, x: ends, lines }]));
  const [ofRuns, inLines] = [runs.length === 1 ? 'run' : 'runs', groups.length === 1 ? 'line' : 'lines'];
  say(io, `${printable(file)}: ${yLabel} of ${runs.length} ${ofRuns} in ${groups.length} ${inLines}\n`);
  return 0;
}
