import { InputError, message, nearestName, printable } from '@zpin/contracts';
import { Command, CommanderError } from 'commander';
import { algorithmIds, isAlgorithmId } from 'zpin/catalog';
import { asTyped } from './command-text.ts';
import { checkEnvCommand } from './commands/check-env.ts';
import { collectCommand } from './commands/collect.ts';
import { completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { fqeCommand } from './commands/fqe.ts';
import { initCommand } from './commands/init.ts';
import { listCommand } from './commands/list.ts';
import { playCommand } from './commands/play.ts';
import { plotCommand } from './commands/plot.ts';
import { recordCommand } from './commands/record.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { sweepCommand } from './commands/sweep.ts';
import { trainCommand } from './commands/train.ts';
import { watchCommand } from './commands/watch.ts';
import { workerCommand } from './commands/worker.ts';
import { EXIT } from './exit-codes.ts';
import { configureHelp } from './help.ts';
import type { Io } from './io.ts';
import { ownVersion } from './own-package.ts';
import { styleOf } from './style.ts';

/**
 * Runs one command of `zpin` and returns its exit code: 0 done, 1 failed, 2 bad input, 130 or 143 stopped by a signal.
 * @param argv arguments without the name of the program
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done;
  const finish = async (run: Promise<number>) => {
    exitCode = await run;
  };
  const program = configureHelp(new Command('zpin'), io)
    .description('Deep reinforcement learning: train, watch, evaluate, film, plot, list.')
    .version(ownVersion(), '-V, --version', 'show the version')
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command');
  const context = { program, io, argv, finish };
  try {
    await trainCommand(context);
    evalCommand(context);
    recordCommand(context);
    playCommand(context);
    watchCommand(context);
    statusCommand(context);
    stopCommand(context);
    collectCommand(context);
    fqeCommand(context);
    checkEnvCommand(context);
    plotCommand(context);
    sweepCommand(context);
    workerCommand(context);
    listCommand(context);
    initCommand(context);
    doctorCommand(context);
    completionCommand(context);
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.done;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const known = error instanceof CommanderError ? explain(error, program, argv) : error;
    const isInput = known instanceof InputError;
    const told = isInput || isExpected(known) ? expectedText(known as Error, argv) : ((known as Error).stack ?? String(known));
    const { red } = styleOf(io.stderr, io.env);
    const place = isInput ? undefined : (await import('zpin/node')).envFilePlace(known);
    const text = place === undefined ? told : `${told}\n  at ${place}`;
    const lines = asTyped(text, io.command).split('\n').map(printable);
    // What was called, before the colon, is what the eye looks for.
    io.stderr.write(`${lines.map(line => line.replace(/^zpin[^:]*:/, red)).join('\n')}\n`);
    return isInput ? EXIT.badInput : EXIT.failed;
  }
}

/** What was meant by a word that is no command: one of another program, an algorithm to train, or a slip. */
function commandRemedy(word: string, program: Command): string {
  if (isAlgorithmId(word)) return trainingOf(word);
  const elsewhere = ELSEWHERE.get(word.toLowerCase());
  if (elsewhere !== undefined) return `Write zpin ${elsewhere}`;
  const near = nearestName(
    word,
    program.commands.map(known => known.name()),
  );
  if (near !== undefined) return `Did you mean ${near}? Otherwise: zpin --help shows all`;
  const algorithm = nearestName(word, algorithmIds);
  return algorithm === undefined ? 'zpin --help shows all' : trainingOf(algorithm);
}

const trainingOf = (algorithm: string) => `Write zpin train ${algorithm} --env CartPole-v1, for example`;

const RUN = 'runs/ppo-CartPole-v1-seed1';
/** How other programs call what this one does, and its own words in the wrong place. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ...['resume', 'continue'].map(word => [word, `train --resume ${RUN}`] as const),
  ...['evaluate', 'test'].map(word => [word, `eval ${RUN}`] as const),
  ...['enjoy', 'render', 'show'].map(word => [word, `play ${RUN}`] as const),
  ...['film', 'video'].map(word => [word, `record ${RUN}`] as const),
  ...['optimize', 'search', 'tune'].map(word => [word, 'sweep ppo --env CartPole-v1'] as const),
  ...['dashboard', 'monitor', 'tensorboard'].map(word => [word, 'watch'] as const),
  ...['algorithms', 'envs', 'policies', 'presets'].map(word => [word, `list ${word}`] as const),
  ...['create', 'new'].map(word => [word, 'init maze'] as const),
]);

/** What was meant by a flag that a command has not: one of another program, or a slip. */
function flagRemedy(flag: string, flags: readonly string[], otherwise: string): string {
  const name = flag.replace(/^--?/, '');
  const elsewhere = `--${FLAGS_ELSEWHERE[name.replaceAll('_', '-')]}`;
  // Dashes are no letters that one can mistake.
  const near = nearestName(
    name,
    flags.map(known => known.slice(2)),
  );
  const meant = flags.includes(elsewhere) ? elsewhere : near && `--${near}`;
  return meant === undefined ? otherwise : `Did you mean ${meant}? Otherwise: ${otherwise}`;
}

/** How other programs call what flags say here. */
const FLAGS_ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ lr: 'learning-rate', 'total-timesteps': 'steps', 'n-timesteps': 'steps', timesteps: 'steps', 'env-id': 'env' },
  ...{ 'n-envs': 'num-envs', 'n-steps': 'rollout-length', 'num-steps': 'rollout-length', 'n-epochs': 'epochs' },
  ...{ 'update-epochs': 'epochs', 'gae-lambda': 'lambda', 'ent-coef': 'entropy-coefficient', 'clip-coef': 'clip-range' },
  ...{ 'vf-coef': 'value-coefficient', 'max-grad-norm': 'max-gradient-norm', 'eval-freq': 'eval-every' },
  ...{ 'save-freq': 'checkpoint-every', 'n-eval-episodes': 'eval-episodes', 'tensorboard-log': 'tensorboard' },
};

/** Failures that are told by their message alone: a stack would not help the user. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof Error &&
    (['NumericsError', 'ProgramError', 'WorkerError', 'EnvError'].includes(error.name) || 'code' in error)
  );
}

/** The message of such a failure; that of the system about a file in the form of all errors. */
function expectedText(error: Error & { readonly code?: unknown; readonly path?: unknown }, argv: readonly string[]): string {
  const { code, path } = error;
  if (typeof path !== 'string' || !/^E[A-Z]+: /.test(error.message)) return error.message;
  const [reason] = error.message.split(',');
  const remedy = FILE_REMEDIES[String(code)] ?? 'Look at what is there';
  return message(`zpin ${argv[0]}`, `${path} must be there to be read and written`, reason, remedy);
}

const FILE_REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Change its permissions, or take another folder',
  EPERM: 'Change its permissions, or take another folder',
  EROFS: 'Take a folder on a disk that can be written to',
  ENOSPC: 'Make room on the disk; a run goes on from its last checkpoint by --resume',
  ENOENT: 'It was moved or deleted: put it back, or begin again',
  EMFILE: 'Allow more open files, by ulimit -n',
};

/** Commander's complaints in the form of all errors, with the nearest known name. */
function explain(error: CommanderError, program: Command, argv: readonly string[]): InputError {
  const command = program.commands.find(candidate => candidate.name() === argv[0]);
  const algorithm = command?.name() === 'train' && argv[1] !== undefined && !argv[1].startsWith('-') ? ` ${argv[1]}` : '';
  const where = command ? `zpin ${command.name()}${algorithm}` : 'zpin';
  const [, quoted = argv[0] ?? ''] = /'([^']*)'/.exec(error.message) ?? [];
  switch (error.code) {
    case 'commander.unknownOption': {
      // `--no-…` counts, though no help shows it; names that settings once had do not.
      const options = (command ?? program).options.filter(({ hidden, negate }) => negate || !hidden);
      const flags = options.map(option => option.long ?? '').filter(Boolean);
      return new InputError(
        message(where, 'flags must be known', quoted, flagRemedy(quoted, flags, `${where} --help shows all`)),
      );
    }
    case 'commander.unknownCommand':
      return new InputError(message('zpin', 'the command must be known', quoted, commandRemedy(quoted, program)));
    // Commander shows help where it is asked for that of an unknown command.
    case 'commander.help':
      return new InputError(message('zpin help', 'the command must be known', argv[1], commandRemedy(argv[1] ?? '', program)));
    case 'commander.excessArguments':
      return new InputError(message(where, 'there must be fewer arguments', argv.slice(1).join(' '), `See ${where} --help`));
    case 'commander.optionMissingArgument':
      return new InputError(message(where, 'the flag must have a value', quoted.split(' ')[0], `${where} --help shows which`));
    default:
      return new InputError(`${where}: ${error.message.replace(/^error: /, '')}. See ${where} --help.`);
  }
}
