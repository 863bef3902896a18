import { describeConfig } from '@zpin/core';
import { listEnvs, wrappers } from '@zpin/envs';
import { Command, type Option } from 'commander';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { DEVICES, ENGINES } from './engine-flags.ts';
import { addConfigFlags } from './flags.ts';

/** What may stand somewhere: words, and the paths of files or folders. */
export interface Completed {
  readonly words: readonly string[];
  readonly paths: 'files' | 'folders' | null;
}

export interface CompletedFlag {
  readonly flag: string;
  readonly meaning: string;
  /** Null where the flag takes no value. */
  readonly value: Completed | null;
  /** Of `zpin train`: those that have it; null where all have it. */
  readonly algorithms: readonly string[] | null;
}

export interface CompletedCommand {
  readonly name: string;
  readonly meaning: string;
  readonly flags: readonly CompletedFlag[];
  /** What stands behind the command. */
  readonly argument: Completed;
}

const NOTHING: Completed = { words: [], paths: null };

/** What can be completed, from the tables that help is made of. */
export async function completionTables(program: Command): Promise<readonly CompletedCommand[]> {
  const known = {
    algorithms: algorithmIds,
    envs: listEnvs().map(({ spec }) => spec.id),
    wrappers: wrappers.map(({ name, usage }) => (usage === '' ? name : `${name}:`)),
    commands: program.commands.map(command => command.name()),
  };
  const settings = await settingFlags();
  const found = program.commands.map(command => {
    const flags = command.options.filter(({ hidden }) => !hidden).map(option => flagOf(option, known));
    return {
      name: command.name(),
      meaning: command.description(),
      flags: [...flags, ...(command.name() === 'train' ? settings : []), HELP],
      argument: argumentOf(command, known),
    };
  });
  const help = { name: 'help', meaning: 'show the help of a command', flags: [HELP] };
  return [...found, { ...help, argument: { words: known.commands, paths: null } }];
}

const HELP: CompletedFlag = { flag: '--help', meaning: 'show help', value: null, algorithms: null };

interface Known {
  readonly algorithms: readonly string[];
  readonly envs: readonly string[];
  readonly wrappers: readonly string[];
  readonly commands: readonly string[];
}

function flagOf({ long, flags, description, required, optional, argChoices }: Option, known: Known): CompletedFlag {
  const flag = long ?? flags;
  const words =
    argChoices ??
    {
      '--env': known.envs,
      '--wrap': known.wrappers,
      '--engine': ENGINES,
      '--device': DEVICES,
      '--schedules': ['keep', 'stretch'],
    }[flag] ??
    [];
  const paths = /<file>/.test(flags) || flag === '--env' ? 'files' : /<dir>/.test(flags) ? 'folders' : null;
  return { flag, meaning: description, value: required || optional ? { words, paths } : null, algorithms: null };
}

function argumentOf(command: Command, known: Known): Completed {
  const [argument] = command.registeredArguments;
  switch (argument?.name()) {
    case undefined:
      return NOTHING;
    case 'algorithm':
      return { words: known.algorithms, paths: null };
    case 'env':
      return { words: known.envs, paths: 'files' };
    case 'runDir':
    case 'runDirs':
    case 'dir':
      return { words: [], paths: 'folders' };
    default:
      // The description lists what it takes: "one of bash, zsh, fish".
      return { words: /^one of ([^;]*)/.exec(argument.description)?.[1].split(', ') ?? [], paths: null };
  }
}

/** Flags of the settings of all algorithms; those of one name and meaning together. */
async function settingFlags(): Promise<CompletedFlag[]> {
  const found = new Map<string, { readonly flag: CompletedFlag; readonly algorithms: string[] }>();
  for (const id of algorithmIds) {
    const algorithm = await loadAlgorithm(id);
    const { options } = addConfigFlags(new Command(), id, describeConfig(algorithm.config));
    for (const option of options) {
      if (option.hidden) continue;
      const flag = flagOf(option, { algorithms: [], envs: [], wrappers: [], commands: [] });
      // Defaults differ between algorithms; what a setting means does not.
      const meaning = flag.meaning.replace(/;.*/, '');
      const words = flag.value?.words.join() ?? '';
      const key = `${flag.flag} ${meaning} ${words}`;
      const entry = found.get(key) ?? { flag: { ...flag, meaning }, algorithms: [] };
      entry.algorithms.push(id);
      found.set(key, entry);
    }
  }
  return [...found.values()].map(({ flag, algorithms }) => ({ ...flag, algorithms }));
}
