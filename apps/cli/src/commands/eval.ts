import { formatNumber } from '@zpin/plot';
import { DEFAULT_EVALUATION_EPISODES } from 'zpin/catalog';
import { checkDevice } from '../check-device.ts';
import type { CommandContext } from '../command.ts';
import { addEngineFlags, type EngineFlags, readEngine } from '../engine-flags.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { flagNames } from '../flag-names.ts';
import { AGENT_PLACE, readEnvFile, readInteger, readMoment, readSeed } from '../flags.ts';
import { type Io, say, warn } from '../io.ts';
import { counted, cutText, successText, verdictText } from '../numbers.ts';
import { givenRun } from '../policy-flags.ts';
import { watchedEvaluation } from '../sinks/evaluation-line.ts';
import { Stopping, stoppable } from '../stopping.ts';
import { styleOf } from '../style.ts';

interface EvalFlags extends EngineFlags {
  readonly episodes?: string;
  readonly maxSteps?: string;
  readonly seed?: string;
  readonly env?: string;
  readonly best?: boolean;
  readonly fromStep?: string;
  readonly json?: boolean;
}

/** Adds `zpin eval`. */
export function evalCommand({ program, io, finish }: CommandContext): void {
  const command = program
    .command('eval')
    .description('Play greedy episodes with the policy of a run.')
    .argument('[runDir]', AGENT_PLACE)
    .option('--episodes <n>', `whole episodes to play (default: ${DEFAULT_EVALUATION_EPISODES})`)
    .option('--max-steps <n>', 'steps after which an episode is cut off (default: of the environment, else 10,000)')
    .option('--seed <n>', 'seed of the episodes, in which no run trains (default: that of the run)')
    .option('--env <file>', 'file of the environment, if it lies elsewhere than when the run began')
    .option('--best', 'the policy of the best evaluation while the run trained, not the last one')
    .option('--from-step <n>', 'the policy of the kept checkpoint of this step')
    .option('--json', 'print the result as one line of JSON');
  addEngineFlags(command)
    .exitOverride()
    .action(async (path: string | undefined, flags: EvalFlags) => finish(evaluateRun(givenRun('zpin eval', path), flags, io)));
}

async function evaluateRun(path: string, flags: EvalFlags, io: Io): Promise<number> {
  const where = 'zpin eval';
  const episodes = readInteger(where, '--episodes', flags.episodes ?? String(DEFAULT_EVALUATION_EPISODES), 1);
  const maxEpisodeSteps =
    flags.maxSteps === undefined ? {} : { maxEpisodeSteps: readInteger(where, '--max-steps', flags.maxSteps, 1) };
  const engine = readEngine(where, flags) ?? 'auto';
  const given = flags.seed === undefined ? null : readSeed(where, flags.seed);
  const from = readMoment(where, flags);
  await checkDevice(where, engine);
  const { load } = await import('zpin');
  const options = { engine, from, names: flagNames(where), ...readEnvFile(where, flags.env) };
  const { description, env, step, folder, evaluate, notes, dispose } = await load(path, options);
  warn(io, notes);
  const seed = given ?? description.seed;
  const stopping = new Stopping(io);
  const evaluation = await stoppable(stopping, () =>
    watchedEvaluation(evaluate, {
      episodes,
      seed,
      ...maxEpisodeSteps,
      signal: stopping.signal,
      io,
      isQuiet: flags.json ?? false,
    }),
  );
  stopping.forget();
  dispose();
  if (!evaluation) {
    io.stderr.write('Stopped before all episodes were played.\n');
    return exitCodeOf(stopping.received ?? 'SIGINT');
  }
  const { returns, meanReturn, stdReturn, lengths, successRate, cutOff } = evaluation;
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const { rewardThreshold } = env.spec;
  if (flags.json) {
    const { algorithm: algo, env: id } = description;
    const result = {
      type: 'evaluation',
      algo,
      env: id,
      seed,
      steps: step,
      evalReturnMean: meanReturn,
      evalReturnStd: stdReturn,
      ...(successRate !== undefined && { evalSuccessRate: successRate }),
      evalEpisodes: episodes,
      ...(cutOff !== undefined && { evalCutOff: cutOff }),
      meanLength,
      runDir: folder,
    };
    io.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  }
  const verdict = verdictText(returns, rewardThreshold, styleOf(io.stdout, io.env));
  const trained = `${description.algorithm} on ${description.env} after ${counted(step, 'step')}`;
  const spread = `${formatNumber(meanReturn)} ± ${formatNumber(stdReturn)}`;
  const played = `${counted(episodes, 'greedy episode')}, mean return ${spread}, mean length ${formatNumber(meanLength)}`;
  say(io, `${trained}: ${played}${successText(successRate)}${verdict}${cutText(evaluation)}\n`);
  return 0;
}
