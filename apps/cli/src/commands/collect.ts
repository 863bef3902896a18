import { InputError, message, printable } from '@zpin/contracts';
import { formatCount, formatNumber } from '@zpin/plot';
import { checkDevice } from '../check-device.ts';
import type { CommandContext } from '../command.ts';
import { addEngineFlags, type EngineFlags, readEngine } from '../engine-flags.ts';
import type { EnvFlags } from '../env-flags.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { flagNames } from '../flag-names.ts';
import { AGENT_PLACE, gather, readEnvFile, readInteger, readSeed } from '../flags.ts';
import { type Io, say, warn } from '../io.ts';
import { counted } from '../numbers.ts';
import { progressLine } from '../sinks/evaluation-line.ts';
import { Stopping } from '../stopping.ts';

interface CollectFlags extends EnvFlags, EngineFlags {
  readonly steps?: string;
  readonly epsilon?: string;
  readonly noise?: string;
  readonly out?: string;
  readonly seed?: string;
}

const DEFAULT_STEPS = 10_000;

/** Adds `zpin collect`. */
export function collectCommand({ program, io, finish }: CommandContext): void {
  const command = program
    .command('collect')
    .description('Play, and write all transitions to a file for offline algorithms: at random, or with the policy of a run.')
    .argument('[runDir]', `${AGENT_PLACE}; omitted, all actions are random`)
    .option(
      '--env <id>',
      'environment of the random policy, or a file of yours such as ./maze.ts; with a run folder, where its file is now',
    )
    .option('--env-option <name=value>', 'setting of the environment; may be repeated', gather)
    .option('--wrap <wrapper>', 'wrapper around it; may be repeated, the innermost first', gather)
    .option('--steps <n>', `environment steps, which are transitions (default: ${DEFAULT_STEPS})`)
    .option('--epsilon <x>', 'share of random actions, in [0, 1] (default: 0 with a run folder, else 1)')
    .option('--noise <x>', 'deviation of noise on the other actions, in half widths of the box of actions (default: 0)')
    .option('--out <file>', 'file to write (default: dataset.zpin in the run folder, or <env>-random.zpin)')
    .option('--seed <n>', 'seed of the environment and of random actions (default: 1)');
  addEngineFlags(command)
    .exitOverride()
    .action(async (path: string | undefined, flags: CollectFlags) => {
      await finish(collect(path, flags, io));
    });
}

async function collect(path: string | undefined, flags: CollectFlags, io: Io): Promise<number> {
  const where = 'zpin collect';
  const steps = readInteger(where, '--steps', flags.steps ?? String(DEFAULT_STEPS), 1);
  const epsilon = readNumber(where, '--epsilon', flags.epsilon ?? (path === undefined ? '1' : '0'), 1);
  const noiseScale = readNumber(where, '--noise', flags.noise ?? '0', Number.POSITIVE_INFINITY);
  const seed = readSeed(where, flags.seed ?? '1');
  const engine = readEngine(where, flags);
  if (path === undefined && flags.env === undefined) {
    const remedy = 'Write zpin collect runs/sac-Pendulum-v1-seed1, or zpin collect --env Pendulum-v1 for a random policy';
    throw new InputError(message(where, 'a run folder or --env must be given', 'nothing', remedy));
  }
  const given = (['envOption', 'wrap'] as const).find(name => flags[name] !== undefined);
  if (path !== undefined && given !== undefined) {
    const flag = given === 'envOption' ? '--env-option' : `--${given}`;
    throw new InputError(message(where, 'the run folder fixes the environment', flag, 'Leave it out'));
  }
  const file = path === undefined ? {} : readEnvFile(where, flags.env);
  if (path === undefined && (epsilon < 1 || noiseScale > 0)) {
    const found = epsilon < 1 ? `--epsilon ${epsilon}` : `--noise ${noiseScale}`;
    throw new InputError(message(where, 'a random policy has no actions of its own', found, 'Name a run folder'));
  }
  if (path === undefined && engine !== undefined) {
    const flag = flags.engine === undefined ? '--device' : '--engine';
    throw new InputError(
      message(where, `${flag} goes with a run folder`, engine, 'Leave it out: a random policy computes nothing'),
    );
  }
  await checkDevice(where, engine);
  const [
    { dirname, join, resolve },
    { existsSync },
    { checkWritable },
    { behaviour, collectDataset, datasetBytes },
    { saveDataset },
  ] = await Promise.all([
    import('node:path'),
    import('node:fs'),
    import('@zpin/core/node'),
    import('@zpin/offline'),
    import('@zpin/offline/node'),
  ]);
  const [{ knownEnv, load, openEnv }, { readEnvSettings }] = await Promise.all([import('zpin'), import('../env-flags.ts')]);
  const names = flagNames(where);
  const trained = path === undefined ? undefined : await load(path, { engine: engine ?? 'auto', names, ...file });
  if (trained) warn(io, trained.notes);
  const id = trained?.description.env ?? (await knownEnv(flags.env as string, names));
  const settings = trained
    ? (trained.description.envOptions ?? {})
    : await readEnvSettings(where, id, flags.envOption, flags.wrap);
  const env = trained?.env ?? (await openEnv({ id, copies: 1, settings }, names));
  const standard = trained ? join(trained.folder, 'dataset.zpin') : `${id.replaceAll(/[/:]/g, '-')}-random.zpin`;
  const out = resolve(flags.out ?? standard);
  if (!existsSync(dirname(out))) {
    throw new InputError(message(where, 'the folder of --out must exist', dirname(out), 'Make it first'));
  }
  checkWritable(where, '--out', out, datasetBytes(env, steps));
  const actor = behaviour({ spec: env.spec, seed, epsilon, noiseScale, ...(trained && { actor: trained.agent }) });
  if (existsSync(out)) {
    throw new InputError(message(where, '--out must be a file that is not there yet', out, 'Name another one, or delete it'));
  }
  const stopping = new Stopping(io);
  const line = progressLine(io);
  const dataset = await collectDataset({
    ...{ env, actor, steps, seed, signal: stopping.signal },
    onProgress: done => line.show(() => `collected ${formatCount(done)}/${formatCount(steps)} transitions`),
    about: {
      behaviour: trained ? trained.description.algorithm : 'random',
      ...(trained && { trainedSteps: trained.step, trainedSeed: trained.description.seed }),
      ...{ epsilon, noiseScale, seed, envOptions: settings },
    },
  });
  line.clear();
  if (trained) trained.dispose();
  else env.close();
  if (dataset.size > 0) saveDataset(out, dataset);
  stopping.forget();
  if (stopping.received !== null && dataset.size < steps) {
    const done = `Stopped after ${formatCount(dataset.size)} of ${formatCount(steps)} transitions.`;
    io.stderr.write(`${done} ${dataset.size > 0 ? `They are kept: ${printable(out)}` : 'Nothing was written.'}\n`);
    return exitCodeOf(stopping.received);
  }
  const { transitions, episodes, meanReturn, stdReturn } = dataset.statistics();
  const player = trained ? `${trained.description.algorithm} after ${counted(trained.step, 'step')}` : 'a random policy';
  const size = `${formatCount(transitions)} transitions, ${formatCount(episodes)} episodes`;
  const spread = `${formatNumber(meanReturn)} ± ${formatNumber(stdReturn)}`;
  say(io, `${player} on ${id}: ${size}, mean return ${spread}\n${printable(out)}\n`);
  return 0;
}

/** @throws InputError unless the text is a number in [0, max] */
function readNumber(where: string, flag: string, text: string, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= max && Number.isFinite(value)) return value;
  const range = max === Number.POSITIVE_INFINITY ? '>= 0' : `in [0, ${max}]`;
  throw new InputError(message(where, `${flag} must be a number ${range}`, text, 'Give such a number'));
}
