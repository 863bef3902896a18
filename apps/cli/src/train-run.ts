import { InputError, message, printable } from '@zpin/contracts';
import { type AnyAlgorithm, presetOf } from '@zpin/core';
import { formatCount } from '@zpin/plot';
import { knownEnv, openRun, openSavedRun, parseCurriculum, type RunInternals, type TrainingRun } from 'zpin';
import { freeRunPath, RunFolder } from 'zpin/node';
import { checkDevice } from './check-device.ts';
import { conclude } from './conclude-run.ts';
import { readEnvSettings } from './env-flags.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { flagNames, settingNames } from './flag-names.ts';
import { readEnvFile, readInteger, readSchedules, readSeed, type TrainFlags } from './flags.ts';
import { type Io, say, warn } from './io.ts';
import { checkQueued } from './rollouts/check-queued.ts';
import type { LearnerQueue, LearnerQueueOptions } from './rollouts/learner-queue.ts';
import { toldRun } from './run-again.ts';
import { readSettings } from './settings-file.ts';
import { shellWord } from './shell-word.ts';
import { jsonLines } from './sinks/json-lines.ts';
import type { Sink } from './sinks/sink.ts';
import { terminal } from './sinks/terminal.ts';
import { Stopping, stoppable } from './stopping.ts';
import { continueOptions, type OutputPlan, outputPlan } from './train-plan.ts';

/** Starts a run. Nothing is created before every setting, the environment and the algorithm fit together. */
export async function newRun(
  algorithm: AnyAlgorithm,
  flagged: Readonly<Record<string, unknown>>,
  flags: TrainFlags,
  io: Io,
): Promise<number> {
  const where = `zpin train ${algorithm.id}`;
  const again = { algorithm: algorithm.id, env: flags.env, where };
  const told = flags.from === undefined ? null : await toldRun(flags.from, again);
  const { env = told?.env } = flags;
  if (env === undefined) throw new InputError(message(where, '--env must be given', 'nothing', 'Choose one of zpin list envs'));
  if (flags.schedules !== undefined) {
    const remedy = 'Leave it out: a new run has its schedules over all its steps';
    throw new InputError(message(where, '--schedules goes with --resume', flags.schedules, remedy));
  }
  if (flags.fromStep !== undefined) {
    const remedy = 'Leave it out, or write zpin train --resume <folder>';
    throw new InputError(message(where, '--from-step goes with --resume', flags.fromStep, remedy));
  }
  if (flags.queue !== undefined) checkQueued(algorithm.id, where);
  const envOptions = { ...told?.envOptions, ...(await readEnvSettings(where, env, flags.envOption, flags.wrap)) };
  const seed = flags.seed === undefined ? (told?.seed ?? 1) : readSeed(where, flags.seed);
  const steps = flags.steps === undefined ? {} : { steps: readInteger(where, '--steps', flags.steps, 1) };
  const plan = outputPlan(flags);
  const file = flags.config === undefined ? {} : readSettings(flags.config);
  const stop = new AbortController();
  const label = settingNames({ flagged, file, path: flags.config });
  const id = await knownEnv(env, flagNames(where));
  const folder = flags.runDir ?? freeRunPath(`${algorithm.id}-${id.replaceAll(/[/:]/g, '-')}-seed${seed}`);
  const continued = continueOptions(where, flags);
  const options = {
    ...told?.options,
    ...continued,
    evaluation: { ...told?.options.evaluation, ...continued.evaluation },
    ...(continued.films && { films: { ...told?.options.films, ...continued.films } }),
    ...{ ...steps, seed, envOptions, preset: flags.preset && !told, saveTo: folder, signal: stop.signal },
    // Settings of any algorithm: `openRun` checks them against its schema.
    config: { ...told?.config, ...file, ...flagged },
    ...(flags.curriculum !== undefined && {
      curriculum: parseCurriculum(readSettings(flags.curriculum, 'zpin train --curriculum'), flagNames(where)),
    }),
    ...(flags.her !== undefined && { her: flags.her }),
    ...(flags.dataset !== undefined && { dataset: flags.dataset }),
    ...(flags.recordDataset !== undefined && { recordDataset: flags.recordDataset }),
  };
  await checkDevice(where, options.engine);
  const internals: RunInternals = { names: flagNames(where, label), concludes: true, now: () => io.now() };
  const queue = await queueOf(flags, { folder, where, isQuiet: plan.json, signal: stop.signal, io });
  const run = await openedWith(queue, () => openRun(queue?.algorithm ?? algorithm, env, options, internals));
  const { description } = run;
  if (told?.sha256 !== undefined && told.sha256 !== description.envFile?.sha256) {
    warn(io, [`${description.envFile?.path} has changed since ${flags.from} was trained: the environment may be another one.`]);
  }
  if (!plan.json) {
    const unit =
      algorithm.learnsFrom === 'dataset' ? `gradient steps on ${formatCount(run.datasetSize ?? 0)} transitions` : 'steps';
    const preset = told ? `, as ${flags.from}` : flags.preset && presetOf(algorithm, id) ? ', tuned preset' : '';
    say(io, `${algorithm.title} on ${id}, seed ${seed}, ${formatCount(description.steps)} ${unit}${preset}\n${run.engine}\n`);
  }
  return drive(run, plan, new Stopping(io, stop), io, queue);
}

/** Goes on with the run in a folder, bit for bit. */
export async function resumeRun(path: string, flags: TrainFlags, io: Io): Promise<number> {
  const where = 'zpin train --resume';
  const steps = flags.steps === undefined ? {} : { steps: readInteger(where, '--steps', flags.steps, 1) };
  const plan = outputPlan(flags);
  const stop = new AbortController();
  const schedules = flags.schedules === undefined ? {} : { schedules: readSchedules(where, flags.schedules) };
  const file = readEnvFile(where, flags.env);
  const from = flags.fromStep === undefined ? {} : { from: readInteger(where, '--from-step', flags.fromStep, 0) };
  const options = { ...continueOptions(where, flags), ...file, ...steps, ...schedules, ...from, signal: stop.signal };
  await checkDevice(where, options.engine);
  if (flags.queue !== undefined) checkQueued(new RunFolder(path).describe(where).algorithm, where);
  const queue = await queueOf(flags, { folder: path, where, isQuiet: plan.json, signal: stop.signal, io });
  const own = queue ? { algorithm: queue.algorithm } : {};
  const run = await openedWith(queue, () =>
    openSavedRun(path, { ...options, ...own }, { names: flagNames(where), concludes: true, now: () => io.now() }),
  );
  const { env, seed } = run.description;
  if (!plan.json) {
    say(io, `${run.algorithm.title} on ${env}, seed ${seed}, from step ${formatCount(run.step)}\n${run.engine}\n`);
  }
  return drive(run, plan, new Stopping(io, stop), io, queue);
}

/** The queue that the workers of a run come from; null where they are threads. */
async function queueOf({ queue }: TrainFlags, options: Omit<LearnerQueueOptions, 'url'>): Promise<LearnerQueue | null> {
  if (queue === undefined) return null;
  const { learnerQueue } = await import('./rollouts/learner-queue.ts');
  return learnerQueue({ url: queue, ...options });
}

async function openedWith(queue: LearnerQueue | null, open: () => Promise<TrainingRun>): Promise<TrainingRun> {
  try {
    return await open();
  } catch (error) {
    await queue?.close();
    throw error;
  }
}

/** Trains, shows how, and concludes. */
async function drive(
  run: TrainingRun,
  plan: OutputPlan,
  stopping: Stopping,
  io: Io,
  queue: LearnerQueue | null,
): Promise<number> {
  const { steps } = run.description;
  const folder = new RunFolder(run.folder as string);
  const sinks: Sink[] = [];
  if (plan.json) sinks.push(jsonLines(io.stdout));
  else if (!plan.quiet) sinks.push(terminal(io, steps, run.step));
  try {
    try {
      for await (const event of run.events()) {
        if (event.type === 'warning' && !plan.json) warn(io, [event.message]);
        for (const sink of sinks) sink.event(event);
      }
    } finally {
      for (const sink of sinks) sink.close();
    }
    const { recorded } = run;
    if (recorded && recorded.size > 0 && !plan.json) {
      say(io, `recorded ${formatCount(recorded.size)} transitions: ${printable(recorded.path)}\n`);
    }
    const isConcluded =
      run.summary?.reason === 'finished' &&
      (await stoppable(stopping, () => conclude(run, folder, plan, io, stopping.signal))) !== null;
    // Whoever asks in the folder of the run asks as politely as by SIGTERM.
    const request = stopping.received ?? (run.isStopping ? 'SIGTERM' : null);
    if (isConcluded || request === null) return EXIT.done;
    const where = run.step < steps ? '' : ', in the evaluation at the end';
    const done = `Stopped at step ${formatCount(run.step)} of ${formatCount(steps)}${where}.`;
    io.stderr.write(`${done} Go on with: ${io.command} train --resume ${shellWord(folder.shown)}\n`);
    return exitCodeOf(request);
  } finally {
    stopping.forget();
    run.dispose();
    await queue?.close();
  }
}
