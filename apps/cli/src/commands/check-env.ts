import { describeSpace, InputError, message } from '@zpin/contracts';
import type { Violation } from '@zpin/envs';
import { formatCount } from '@zpin/plot';
import type { CommandContext } from '../command.ts';
import type { EnvFlags } from '../env-flags.ts';
import { EXIT } from '../exit-codes.ts';
import { flagNames } from '../flag-names.ts';
import { gather, readInteger, readSeed } from '../flags.ts';
import { columnsOf, type Io, say } from '../io.ts';
import { shellWord } from '../shell-word.ts';
import { type Style, styleOf } from '../style.ts';
import { wrapped } from '../wrapped-text.ts';

interface CheckFlags extends Pick<EnvFlags, 'envOption' | 'wrap'> {
  readonly steps?: string;
  readonly seed?: string;
  readonly json?: boolean;
}

const DEFAULT_STEPS = 300;
const DEFAULT_SEED = 7;

/** Adds `zpin check-env`. */
export function checkEnvCommand({ program, io, finish }: CommandContext): void {
  program
    .command('check-env')
    .description('Play an environment of yours at random, and say what breaks the contract and how to mend it.')
    .argument('[env]', 'a file that exports it, such as ./maze.ts, or a name of `zpin list envs`')
    .option('--env-option <name=value>', 'setting of the environment; may be repeated', gather)
    .option('--wrap <wrapper>', 'wrapper around it; may be repeated, the innermost first', gather)
    .option('--steps <n>', `steps that each check plays (default: ${DEFAULT_STEPS})`)
    .option('--seed <n>', `seed of the episodes and of the actions (default: ${DEFAULT_SEED})`)
    .option('--json', 'print the result as one line of JSON')
    .exitOverride()
    .action(async (choice: string | undefined, flags: CheckFlags) => {
      if (choice === undefined) {
        const remedy = 'Write zpin check-env ./maze.ts, for example';
        throw new InputError(message('zpin check-env', 'an environment must be named', 'nothing', remedy));
      }
      await finish(check(choice, flags, io));
    });
}

async function check(choice: string, flags: CheckFlags, io: Io): Promise<number> {
  const where = 'zpin check-env';
  const steps = readInteger(where, '--steps', flags.steps ?? String(DEFAULT_STEPS), 1, 1_000_000);
  const seed = readSeed(where, flags.seed ?? String(DEFAULT_SEED));
  const [{ isEnvFile, knownEnv }, { envFilePlace }, { readEnvSettings }, { checkEnv, loadEnv, makeEnv }] = await Promise.all([
    import('zpin'),
    import('zpin/node'),
    import('../env-flags.ts'),
    import('@zpin/envs'),
  ]);
  const names = { ...flagNames(where), option: () => 'the environment' };
  const id = await knownEnv(choice, names);
  const settings = await readEnvSettings(where, id, flags.envOption, flags.wrap);
  await loadEnv(id);
  const env = makeEnv(id, settings);
  const { spec } = env;
  const found = checkEnv(env, { steps, seed });
  env.close?.();
  const breaches = found.filter(({ severity }) => severity === 'breach');
  const exitCode = breaches.length > 0 ? EXIT.failed : EXIT.done;
  if (flags.json) {
    io.stdout.write(
      `${JSON.stringify({ type: 'check', env: id, steps, seed, violations: found.map(({ cause: _, ...told }) => told) })}\n`,
    );
    return exitCode;
  }
  const width = columnsOf(io.stdout);
  const style = styleOf(io.stdout, io.env);
  const limit = spec.maxEpisodeSteps === null ? 'no limit' : `at most ${formatCount(spec.maxEpisodeSteps)} steps`;
  const lines = [
    style.bold(id),
    `  observation  ${describeSpace(spec.observationSpace)}`,
    `  action       ${describeSpace(spec.actionSpace)}`,
    `  episode      ${limit}`,
    '',
    ...found.flatMap(violation => [...tell(violation, width, envFilePlace(violation.cause), style), '']),
    ...wrapped(verdict(found.length - breaches.length, breaches.length, steps), width),
  ];
  if (breaches.length === 0) {
    const command = `${io.command} train ppo --env ${isEnvFile(choice) ? shellWord(choice) : id}`;
    lines.push(`train in it with: ${command}`);
  }
  say(io, `${lines.join('\n')}\n`);
  return exitCode;
}

function tell({ rule, severity, problem, remedy }: Violation, width: number, place: string | undefined, style: Style): string[] {
  const heading = severity === 'advice' ? style.yellow(`${rule} (advice)`) : style.red(rule);
  const what = `${problem.replace(/\.$/, '')}${place === undefined ? '' : `, at ${place}`}.`;
  return [heading, ...wrapped(what, width, '  '), ...wrapped(`→ ${remedy}.`, width, '  ', '    ')];
}

function verdict(advice: number, breaches: number, steps: number): string {
  const played = `in some ${formatCount(steps)} steps of each check`;
  const more = advice === 0 ? '' : `, ${advice} ${advice === 1 ? 'piece' : 'pieces'} of advice`;
  if (breaches === 0) return `Nothing breaks the contract ${played}${more}.`;
  return `${breaches} ${breaches === 1 ? 'breach' : 'breaches'} of the contract ${played}${more}.`;
}
