import { InputError, message } from '@zpin/contracts';
import type { Command } from 'commander';
import type { LoadOptions } from 'zpin';
import { addEngineFlags, type EngineFlags, readEngine } from './engine-flags.ts';
import { flagNames } from './flag-names.ts';
import { AGENT_PLACE, readEnvFile, readInteger, readMoment, readSeed } from './flags.ts';

/** Steps after which an episode without end is cut off. */
const DEFAULT_MAX_STEPS = 1000;

/** Flags of the commands that show the policy of a run. */
export interface PolicyFlags extends EngineFlags {
  readonly maxSteps?: string;
  readonly seed?: string;
  readonly env?: string;
  readonly best?: boolean;
  readonly fromStep?: string;
}

/** What these flags say. */
export interface PolicyChoice {
  readonly maxSteps: number;
  /** Of the episodes; that of the run when null. */
  readonly seed: number | null;
  /** As `load` takes it, without the environment. */
  readonly loading: Omit<LoadOptions, 'openEnv' | 'names'> & { readonly names: NonNullable<LoadOptions['names']> };
}

/** Adds a run folder and the flags that choose its policy and its episodes. @param own adds the flags of the command */
export function addPolicyFlags(command: Command, own: (command: Command) => Command): Command {
  own(command.argument('[runDir]', AGENT_PLACE))
    .option('--max-steps <n>', `steps after which an episode is cut off (default: ${DEFAULT_MAX_STEPS})`)
    .option('--seed <n>', 'seed of the episodes, in which no run trains (default: that of the run)')
    .option('--env <file>', 'file of the environment, if it lies elsewhere than when the run began')
    .option('--best', 'the policy of the best evaluation while the run trained, not the last one')
    .option('--from-step <n>', 'the policy of the kept checkpoint of this step');
  return addEngineFlags(command).exitOverride();
}

/** @throws InputError when a flag does not say what it can */
export function readPolicyFlags(where: string, flags: PolicyFlags): PolicyChoice {
  const maxSteps = readInteger(where, '--max-steps', flags.maxSteps ?? String(DEFAULT_MAX_STEPS), 1);
  const engine = readEngine(where, flags) ?? 'auto';
  const from = readMoment(where, flags);
  const seed = flags.seed === undefined ? null : readSeed(where, flags.seed);
  return { maxSteps, seed, loading: { engine, from, names: flagNames(where), ...readEnvFile(where, flags.env) } };
}

/** @throws InputError when no run folder is given */
export function givenRun(where: string, path: string | undefined): string {
  if (path !== undefined) return path;
  throw new InputError(
    message(where, 'a run folder must be given', 'nothing', `Write ${where} runs/ppo-CartPole-v1-seed1, for example`),
  );
}
