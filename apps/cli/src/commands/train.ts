import { camelCase, InputError, kebabCase, message, parseFlag } from '@zpin/contracts';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import type { CommandContext } from '../command.ts';
import { flagName } from '../flag-names.ts';
import { addConfigFlags, addTrainFlags, RESUME_FLAGS, type TrainFlags } from '../flags.ts';

/**
 * Adds `zpin train`. The settings of an algorithm become flags only when it is named, so that `--help` and other commands need
 * not load it.
 */
export async function trainCommand({ program, io, argv, finish }: CommandContext): Promise<void> {
  const command = addTrainFlags(program.command('train').argument('[algorithm]', `one of ${algorithmIds.join(', ')}`))
    .description(
      'Train an agent, evaluate it, and draw its learning curve. `zpin train <algorithm> --help` shows its settings, with --env those of its preset too.',
    )
    .exitOverride();
  const id = argv[0] === 'train' ? await algorithmOf(argv) : undefined;
  if (id === undefined) {
    command.action(async (extra: string | undefined, flags: TrainFlags) => {
      if (extra !== undefined)
        throw new InputError(
          message('zpin train', 'the algorithm must come first', extra, 'Write zpin train <algorithm> --env <id>'),
        );
      if (flags.resume === undefined) {
        throw new InputError(
          message('zpin train', 'an algorithm must be named', 'none', 'Write zpin train ppo --env CartPole-v1, for example'),
        );
      }
      for (const name of Object.keys(flags)) {
        if (!RESUME_FLAGS.includes(name) && command.getOptionValueSource(name) === 'cli') {
          throw new InputError(
            message(
              'zpin train --resume',
              'only steps, engine, evaluation and output may change',
              `--${name}`,
              'The run folder fixes the rest',
            ),
          );
        }
      }
      const { SeedsFolder } = await import('../seeds/seeds-folder.ts');
      if (SeedsFolder.isOne(flags.resume)) {
        const { resumeSeeds } = await import('../seeds/train-seeds.ts');
        await finish(resumeSeeds(flags.resume, argv, flags, io));
        return;
      }
      refuseProcesses('zpin train --resume', flags);
      const { resumeRun } = await import('../train-run.ts');
      await finish(resumeRun(flags.resume, flags, io));
    });
    return;
  }
  const algorithm = await loadAlgorithm(id, 'zpin train');
  const { describeConfig, parseConfig, presetOf, renamedSettings } = await import('@zpin/core');
  const fields = describeConfig(algorithm.config);
  const renamed = [...renamedSettings(algorithm.config).keys()];
  const env = flagOf(argv, '--env');
  // A run that begins as another one has its settings, not those of a preset.
  const preset = flagOf(argv, '--from') === '' ? presetOf(algorithm, env) : undefined;
  addConfigFlags(command, algorithm.id, fields, renamed, preset && { env, ...preset });
  command.action(async (first: string | undefined, flags: TrainFlags & Readonly<Record<string, unknown>>) => {
    if (flags.resume !== undefined) {
      throw new InputError(
        message('zpin train --resume', 'the run folder names the algorithm', id, 'Write zpin train --resume <folder>'),
      );
    }
    if (first !== undefined && first !== id) {
      const remedy = 'Write zpin train <algorithm> --from <folder>, or leave it out';
      throw new InputError(message('zpin train', 'the algorithm must come first', first, remedy));
    }
    for (const name of renamed) {
      // Refused, in words that say what to write instead.
      const given = { [name]: flags[name] };
      if (flags[name] !== undefined) parseConfig(algorithm.config, given, `zpin train ${id}`, flagName);
    }
    const settings: Record<string, unknown> = {};
    for (const field of fields) {
      const name = camelCase(kebabCase(field.name));
      const text = flags[name];
      if (text === undefined || command.getOptionValueSource(name) !== 'cli') continue;
      settings[field.name] = typeof text === 'string' ? parseFlag(field, text) : text;
    }
    if (flags.seeds !== undefined) {
      const { trainSeeds } = await import('../seeds/train-seeds.ts');
      await finish(trainSeeds(algorithm.id, argv, flags, io));
      return;
    }
    refuseProcesses(`zpin train ${algorithm.id}`, flags);
    const { newRun } = await import('../train-run.ts');
    await finish(newRun(algorithm, settings, flags, io));
  });
}

/** The algorithm that a line is about: the one it names, or that of the run from which it begins; undefined where it says neither. */
async function algorithmOf(argv: readonly string[]): Promise<string | undefined> {
  const [, first] = argv;
  if (first !== undefined && !first.startsWith('-')) return first;
  const from = flagOf(argv, '--from');
  if (from === '') return undefined;
  const { algorithmOfRun } = await import('../run-again.ts');
  return algorithmOfRun(from);
}

/** What a line gives a flag, before its flags are read; empty where it gives nothing. */
function flagOf(argv: readonly string[], flag: string): string {
  const joined = argv.find(word => word.startsWith(`${flag}=`));
  return joined?.slice(flag.length + 1) ?? (argv.includes(flag) ? (argv[argv.indexOf(flag) + 1] ?? '') : '');
}

function refuseProcesses(where: string, { processes }: TrainFlags): void {
  if (processes === undefined) return;
  throw new InputError(message(where, '--processes goes with several seeds', processes, 'Give them by --seeds 1-5, for example'));
}
