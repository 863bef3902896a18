import { InputError, message } from '@zpin/contracts';
import { formatCount, formatNumber } from '@zpin/plot';
import { checkDevice } from '../check-device.ts';
import type { CommandContext } from '../command.ts';
import { addEngineFlags, type EngineFlags, readEngine } from '../engine-flags.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { flagName, flagNames } from '../flag-names.ts';
import { AGENT_PLACE, readInteger, readSeed } from '../flags.ts';
import { type Io, say, warn } from '../io.ts';
import { counted } from '../numbers.ts';
import { progressLine } from '../sinks/evaluation-line.ts';
import { Stopping, stoppable } from '../stopping.ts';

interface FqeFlags extends EngineFlags {
  readonly dataset?: string;
  readonly steps?: string;
  readonly gamma?: string;
  readonly seed?: string;
  readonly json?: boolean;
}

const DEFAULT_STEPS = 20_000;
const DEFAULT_GAMMA = 0.99;

/** Adds `zpin fqe`. */
export function fqeCommand({ program, io, finish }: CommandContext): void {
  const command = program
    .command('fqe')
    .description('Estimate from a data set what the policy of a run would earn, without playing: fitted Q evaluation.')
    .argument('[runDir]', AGENT_PLACE)
    .option('--dataset <file>', 'transitions that any policy left: a file of `zpin collect` or --record-dataset, or .jsonl')
    .option('--steps <n>', `gradient steps in which values are fitted (default: ${DEFAULT_STEPS})`)
    .option('--gamma <x>', `discount per step of the return, in [0, 1] (default: ${DEFAULT_GAMMA})`)
    .option('--seed <n>', 'seed of the values and of the bootstrap (default: 1)')
    .option('--json', 'print the result as one line of JSON');
  addEngineFlags(command)
    .exitOverride()
    .action(async (path: string | undefined, flags: FqeFlags) => {
      await finish(evaluateOffline(path, flags, io));
    });
}

async function evaluateOffline(path: string | undefined, flags: FqeFlags, io: Io): Promise<number> {
  const where = 'zpin fqe';
  if (path === undefined || flags.dataset === undefined) {
    const remedy = 'Write zpin fqe runs/cql-Pendulum-v1-seed1 --dataset data.zpin, for example';
    const missing = path === undefined ? 'a run folder' : '--dataset';
    throw new InputError(message(where, `${missing} must be given`, 'nothing', remedy));
  }
  const totalSteps = readInteger(where, '--steps', flags.steps ?? String(DEFAULT_STEPS), 1);
  const seed = readSeed(where, flags.seed ?? '1');
  const gamma = flags.gamma?.trim() === '' ? Number.NaN : Number(flags.gamma ?? DEFAULT_GAMMA);
  if (!(gamma >= 0 && gamma <= 1)) {
    throw new InputError(message(where, '--gamma must be a number in [0, 1]', flags.gamma, 'Typical is 0.99'));
  }
  const names = flagNames(where);
  const [{ createEngine }, { checkSameSpec, fittedQEvaluation }, { loadDataset }, { load }] = await Promise.all([
    import('@zpin/core'),
    import('@zpin/offline'),
    import('@zpin/offline/node'),
    import('zpin'),
  ]);
  const choice = readEngine(where, flags) ?? 'auto';
  await checkDevice(where, choice);
  const engine = await createEngine(choice);
  const { agent, spec, description, step, folder, notes, dispose } = await load(path, { engine, names });
  warn(io, notes);
  if (!agent.policy) {
    const found = `${description.algorithm}, which remembers`;
    const remedy = 'Play it by zpin eval';
    throw new InputError(message(where, 'the policy must be a function of the present observation', found, remedy));
  }
  const dataset = loadDataset(flags.dataset, spec);
  checkSameSpec(`${where}: ${flagName('dataset')} ${flags.dataset}`, spec, dataset.spec);
  const stopping = new Stopping(io);
  const line = progressLine(io);
  const result = await stoppable(stopping, () =>
    fittedQEvaluation({
      ...{ policy: agent, dataset, config: { totalSteps, gamma }, seed, engine, signal: stopping.signal },
      onProgress: done => {
        if (!flags.json) line.show(() => `fitted ${formatCount(done)}/${formatCount(totalSteps)} steps`);
      },
    }),
  );
  line.clear();
  stopping.forget();
  dispose();
  if (!result) {
    io.stderr.write('Stopped before the values were fitted.\n');
    return exitCodeOf(stopping.received ?? 'SIGINT');
  }
  const { estimate, standardError, behaviour, episodes, transitions } = result;
  if (flags.json) {
    const { algorithm: algo, env } = description;
    const found = { type: 'fqe', algo, env, seed, steps: step, gamma, estimate, standardError };
    const data = { behaviourEstimate: behaviour.estimate, behaviourStandardError: behaviour.standardError };
    io.stdout.write(`${JSON.stringify({ ...found, ...data, episodes, transitions, runDir: folder })}\n`);
    return 0;
  }
  const ofPolicy = `${description.algorithm} on ${description.env} after ${counted(step, 'step')}`;
  const figures = (one: { estimate: number; standardError: number }) =>
    `${formatNumber(one.estimate)} ± ${formatNumber(one.standardError)}`;
  say(
    io,
    [
      `${ofPolicy}: discounted return ${figures(result)} (estimate ± standard error, γ = ${gamma}), by fitted Q evaluation`,
      `on ${formatCount(transitions)} transitions of ${formatCount(episodes)} episodes, which themselves came to ${figures(behaviour)}`,
      '',
    ].join('\n'),
  );
  return 0;
}
