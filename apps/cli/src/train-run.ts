import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Agent, InputError, message, NumericsError, type StateValue, type VectorEnv, WorkerError } from '@zpin/contracts';
import {
  type Algorithm,
  createEngine,
  evaluate,
  exportOnnx,
  kebabCase,
  type MakeReplay,
  parseConfig,
  type TrainOptions,
  type TrainState,
} from '@zpin/core';
import { savePolicy, writeCheckpoint } from '@zpin/core/node';
import { formatCount, formatNumber, learningCurveSvg, terminalCurve } from '@zpin/plot';
import { loadAlgorithm } from './commands/train.ts';
import { type LoadedDataset, readDataset } from './dataset-flag.ts';
import { type EnvSettings, openEnv, readEnvSettings } from './environment.ts';
import { DEFAULT_EVAL_EPISODES, readEngine, readInteger, readSeed, type TrainFlags } from './flags.ts';
import { readHindsight } from './hindsight-flag.ts';
import { columnsOf, type Io, type StopSignal } from './io.ts';
import { formatDuration, mean, standardDeviation, successText } from './numbers.ts';
import { createRunFolder, freeRunPath, type RunDescription, RunFolder } from './run-folder.ts';
import { readSettings } from './settings-file.ts';
import { jsonLines } from './sinks/json-lines.ts';
import { metricFiles, readMetrics, rewindMetricFiles } from './sinks/metric-files.ts';
import type { RunEvent, Sink } from './sinks/sink.ts';
import { terminal } from './sinks/terminal.ts';

/** Steps of a run without preset and without `--steps`. */
const DEFAULT_STEPS = 100_000;
/** Far from the seeds of training, so that evaluation episodes were never seen. */
const EVALUATION_SEED_OFFSET = 1_000_000;
/** Copies of the environment that evaluation plays at once. */
const EVALUATION_COPIES = 10;
/** Milliseconds after which the loop lets signals in: programs answer at once, so it never waits by itself. */
const BREATH = 50;

/** What the command line says about evaluation, checkpoints and output. */
interface Plan {
  readonly engine: 'auto' | 'onnx' | 'tensorflow';
  readonly evalEvery: number | null;
  readonly evalEpisodes: number;
  readonly checkpointEvery: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Everything a run consists of while it goes on. */
interface Session {
  readonly description: RunDescription;
  readonly algorithm: Algorithm;
  readonly agent: Agent;
  readonly env: VectorEnv;
  readonly makeReplay: MakeReplay | undefined;
  readonly dataset: LoadedDataset | undefined;
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly io: Io;
  readonly resume: { readonly state: TrainState; readonly step: number; readonly wallSeconds: number } | null;
}

/** Starts a run. Nothing is created before every setting, the environment and the algorithm fit together. */
export async function newRun(
  algorithm: Algorithm,
  flagged: Readonly<Record<string, unknown>>,
  flags: TrainFlags,
  io: Io,
): Promise<number> {
  const where = `zpin train ${algorithm.id}`;
  if (flags.env === undefined)
    throw new InputError(message(where, '--env must be given', 'nothing', 'Choose one of zpin list envs'));
  const flaggedEnv = readEnvSettings(where, flags.env, flags.envOption, flags.wrap);
  const seed = readSeed(where, flags.seed ?? '1');
  const preset = flags.preset && Object.hasOwn(algorithm.presets, flags.env) ? algorithm.presets[flags.env] : undefined;
  const steps = flags.steps === undefined ? (preset?.totalSteps ?? DEFAULT_STEPS) : readInteger(where, '--steps', flags.steps, 1);
  const plan = readPlan(where, flags, steps);
  const file = flags.config === undefined ? {} : readSettings(flags.config);
  const raw = { ...(preset?.config as object | undefined), ...file, ...flagged };
  const label = (name: string) =>
    Object.hasOwn(flagged, name) ? `--${kebabCase(name)}` : Object.hasOwn(file, name) ? `${name} in ${flags.config}` : name;
  const config = parseConfig(algorithm.config, raw, where, label) as RunDescription['config'];
  const envOptions: EnvSettings = { ...preset?.envOptions, ...flaggedEnv };
  const env = await openEnv(where, flags.env, copiesOf(config), envOptions);
  const her = flags.her ?? preset?.her;
  const makeReplay = readHindsight(where, her, env, config);
  const engine = await createEngine(plan.engine);
  // First the agent, which says what to use where its kind of actions does not fit; then the data.
  const agent = await algorithm.create({ spec: env.spec, config, seed, engine });
  const dataset = await readDataset(where, flags.dataset, algorithm, env.spec);
  const path =
    flags.runDir === undefined
      ? freeRunPath(`${algorithm.id}-${flags.env.replaceAll('/', '-')}-seed${seed}`)
      : resolve(flags.runDir);
  const folder = createRunFolder(path, where);
  const description: RunDescription = {
    algorithm: algorithm.id,
    env: flags.env,
    ...(Object.keys(envOptions).length > 0 && { envOptions }),
    ...(her !== undefined && { her }),
    ...(dataset && { dataset: dataset.path }),
    seed,
    steps,
    config,
  };
  folder.writeJson('description', description);
  if (!plan.json) {
    io.stdout.write(
      `${algorithm.title} on ${flags.env}, seed ${seed}, ${formatCount(steps)} ${dataset ? `gradient steps on ${formatCount(dataset.data.size)} transitions` : 'steps'}${preset ? ', tuned preset' : ''}\n${engine.description}\n`,
    );
  }
  return run({ description, algorithm, agent, env, makeReplay, dataset, folder, plan, io, resume: null });
}

/** Goes on with the run in a folder, bit for bit. */
export async function resumeRun(path: string, flags: TrainFlags, io: Io): Promise<number> {
  const where = 'zpin train --resume';
  const folder = new RunFolder(resolve(path));
  const found = folder.describe(where);
  const algorithm = await loadAlgorithm(where, found.algorithm);
  const { header, state } = folder.readCheckpoint(where, found);
  const steps = flags.steps === undefined ? found.steps : readInteger(where, '--steps', flags.steps, 1);
  // A run that was stopped while it was evaluated at its end has that left to do.
  if (header.step >= steps && (flags.steps !== undefined || existsSync(folder.file('summary')))) {
    throw new InputError(message(where, 'there must be steps left', `${header.step} of ${steps} done`, 'Give more by --steps'));
  }
  const plan = readPlan(where, flags, steps);
  const config = parseConfig(algorithm.config, found.config, folder.file('description')) as RunDescription['config'];
  const env = await openEnv(where, found.env, copiesOf(config), found.envOptions);
  const makeReplay = readHindsight(where, found.her, env, config);
  const dataset = await readDataset(where, found.dataset, algorithm, env.spec);
  const engine = await createEngine(plan.engine);
  const agent = await algorithm.create({ spec: env.spec, config, seed: found.seed, engine });
  const description = { ...found, steps };
  folder.writeJson('description', description);
  rewindMetricFiles(folder, header.step);
  if (!plan.json)
    io.stdout.write(
      `${algorithm.title} on ${found.env}, seed ${found.seed}, from step ${formatCount(header.step)}\n${engine.description}\n`,
    );
  const wallSeconds = Number(header.extra?.wallSeconds ?? 0);
  return run({
    description,
    algorithm,
    agent,
    env,
    makeReplay,
    dataset,
    folder,
    plan,
    io,
    resume: { state, step: header.step, wallSeconds },
  });
}

function copiesOf(config: RunDescription['config']): number {
  return typeof config.numEnvs === 'number' ? config.numEnvs : 1;
}

function readPlan(where: string, flags: TrainFlags, steps: number): Plan {
  return {
    engine: readEngine(where, flags.engine ?? 'auto'),
    evalEvery: flags.evalEvery === undefined ? null : readInteger(where, '--eval-every', flags.evalEvery, 1),
    evalEpisodes: readInteger(where, '--eval-episodes', flags.evalEpisodes ?? String(DEFAULT_EVAL_EPISODES), 1),
    checkpointEvery:
      flags.checkpointEvery === undefined
        ? Math.ceil(steps / 10)
        : readInteger(where, '--checkpoint-every', flags.checkpointEvery, 1),
    json: flags.json ?? false,
    quiet: flags.quiet ?? false,
  };
}

async function run(session: Session): Promise<number> {
  const { description, algorithm, agent, env, makeReplay, dataset, folder, plan, io, resume } = session;
  const { seed, steps } = description;
  const stop = new AbortController();
  let signal: StopSignal | null = null;
  const forget = io.onStop(received => {
    if (signal !== null) io.exit(exitCodeOf(received));
    signal = received;
    stop.abort();
  });
  const sinks: Sink[] = [metricFiles(folder, steps)];
  if (plan.json) sinks.push(jsonLines(io.stdout));
  else if (!plan.quiet) sinks.push(terminal(io, steps, resume?.step ?? 0));
  const options: TrainOptions = {
    agent,
    env,
    totalSteps: steps,
    seed,
    checkpointEverySteps: plan.checkpointEvery,
    signal: stop.signal,
    ...(makeReplay && { makeReplay }),
    ...(dataset && { dataset: dataset.data }),
    ...(resume && { resume: resume.state }),
    ...(plan.evalEvery !== null && {
      evaluation: {
        env: await evaluationEnv(session),
        everySteps: plan.evalEvery,
        episodes: plan.evalEpisodes,
        seed: seed + EVALUATION_SEED_OFFSET,
      },
    }),
  };
  let trained = (resume?.wallSeconds ?? 0) * 1000;
  let step = resume?.step ?? 0;
  const training = algorithm.train(options);
  let breath = io.now();
  try {
    for (;;) {
      const before = io.now();
      const { done, value: event } = await training.next();
      // Evaluation is no training; the clock of the run leaves it out.
      if (done || event.type !== 'eval') trained += io.now() - before;
      if (done) break;
      step = event.step;
      if (event.type === 'checkpoint') for (const sink of sinks) sink.flush?.();
      const shown: RunEvent =
        event.type === 'checkpoint'
          ? { type: 'checkpoint', step, path: await saveCheckpoint(session, event.state, step, trained / 1000) }
          : event.type === 'update'
            ? { ...event, metrics: await event.metrics.read() }
            : event;
      for (const sink of sinks) sink.event(shown);
      if (io.now() - breath > BREATH) {
        await new Promise(wake => setImmediate(wake));
        breath = io.now();
      }
    }
  } catch (error) {
    if (!(error instanceof NumericsError || error instanceof WorkerError)) throw error;
    const kept = existsSync(folder.file('checkpoint'))
      ? `The last good checkpoint is kept: ${folder.file('checkpoint')}`
      : 'No checkpoint was written yet';
    const Kind = error instanceof WorkerError ? WorkerError : NumericsError;
    throw new Kind(`${error.message.replace(/\.$/, '')}. ${kept}.`);
  } finally {
    for (const sink of sinks) sink.close();
    forget();
  }
  if (signal !== null && step < steps) {
    io.stderr.write(
      `Stopped at step ${formatCount(step)} of ${formatCount(steps)}. Go on with: zpin train --resume ${folder.shown}\n`,
    );
    agent.dispose();
    return exitCodeOf(signal);
  }
  await conclude(session, step, trained / 1000);
  agent.dispose();
  return 0;
}

function exitCodeOf(signal: StopSignal): number {
  return signal === 'SIGINT' ? 130 : 143;
}

function evaluationEnv({ description: { env, envOptions }, plan }: Session): Promise<VectorEnv> {
  return openEnv('zpin train', env, Math.min(EVALUATION_COPIES, plan.evalEpisodes), envOptions);
}

/** Writes the checkpoint and the policy of this moment. Returns the path of the checkpoint. */
async function saveCheckpoint(
  { description, agent, folder }: Session,
  state: TrainState,
  step: number,
  wallSeconds: number,
): Promise<string> {
  const { algorithm, env, seed, config } = description;
  const path = folder.file('checkpoint');
  const policy = await agent.policy?.();
  const broken = policy?.weights.find(weight => !Number.isFinite(weight));
  if (broken !== undefined) {
    const remedy = 'Lower the learning rate, clip gradients, or look at the rewards';
    throw new NumericsError(message(`train at step ${step}`, 'weights must be finite', broken, remedy));
  }
  writeCheckpoint(path, {
    header: { algorithm, env, seed, step, config: config as Record<string, StateValue>, extra: { wallSeconds } },
    state,
  });
  if (policy) savePolicy(folder.file('policy'), policy);
  return path;
}

/** Evaluates the trained policy, draws the curve, writes the summary, and says where everything is. */
async function conclude(session: Session, step: number, wallSeconds: number): Promise<void> {
  const { description, algorithm, agent, env, folder, plan, io } = session;
  const { returns, successRate } = await evaluate(
    agent,
    await evaluationEnv(session),
    plan.evalEpisodes,
    description.seed + EVALUATION_SEED_OFFSET,
  );
  const policy = await agent.policy?.();
  if (policy) folder.write('onnx', await exportOnnx(policy, { algorithms: [algorithm] }));
  const events = readMetrics(folder);
  const episodes = events.flatMap(event => (event.type === 'episode' ? [{ step: event.step, value: event.episodeReturn }] : []));
  const evaluations = events.flatMap(event => (event.type === 'eval' ? [{ step: event.step, value: mean(event.returns) }] : []));
  const recent = episodes.slice(-100).map(({ value }) => value);
  const successes = events.flatMap(event =>
    event.type === 'episode' && event.success !== undefined ? [Number(event.success)] : [],
  );
  const { rewardThreshold } = env.spec;
  const curve = {
    title: `${algorithm.id} on ${description.env}, seed ${description.seed}`,
    episodes,
    evaluations: [...evaluations, { step, value: mean(returns) }],
    threshold: rewardThreshold,
    totalSteps: step,
  };
  folder.write('curve', learningCurveSvg(curve));
  const summary = {
    type: 'summary',
    algo: algorithm.id,
    env: description.env,
    seed: description.seed,
    steps: step,
    wallSeconds: rounded(wallSeconds),
    stepsPerSecond: Math.round(step / wallSeconds),
    trainReturnMean: recent.length === 0 ? null : mean(recent),
    evalReturnMean: mean(returns),
    evalReturnStd: standardDeviation(returns),
    ...(successRate !== undefined && { trainSuccessRate: mean(successes.slice(-100)), evalSuccessRate: successRate }),
    evalEpisodes: returns.length,
    runDir: folder.path,
  };
  folder.writeJson('summary', summary);
  if (plan.json) {
    io.stdout.write(`${JSON.stringify(summary)}\n`);
    return;
  }
  const verdict =
    rewardThreshold === null
      ? ''
      : mean(returns) >= rewardThreshold
        ? `; solved (threshold ${rewardThreshold})`
        : `; not solved (threshold ${rewardThreshold})`;
  if (!plan.quiet) io.stdout.write(`\n${terminalCurve(curve, columnsOf(io.stdout))}\n`);
  io.stdout.write(
    [
      '',
      `trained ${formatCount(step)} steps in ${formatDuration(wallSeconds)} (${formatCount(step / wallSeconds)} steps/s)`,
      `evaluation: ${returns.length} greedy episodes, mean return ${formatNumber(mean(returns))} ± ${formatNumber(standardDeviation(returns))}${successText(successRate)}${verdict}`,
      '',
      `run folder  ${folder.shown}`,
      ...(
        ['curve', 'metrics', 'progress', 'summary', 'checkpoint', ...(policy ? (['policy', 'onnx'] as const) : [])] as const
      ).map(name => `  ${FILE_TEXT[name].padEnd(10)}${folder.file(name).slice(folder.path.length + 1)}`),
      '',
      `evaluate it again with: zpin eval ${folder.shown}`,
      '',
    ].join('\n'),
  );
}

const FILE_TEXT = {
  curve: 'curve',
  metrics: 'metrics',
  progress: 'table',
  summary: 'summary',
  checkpoint: 'state',
  policy: 'policy',
  onnx: 'ONNX',
} as const;

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
