import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateValue } from '@zpin/contracts';
import { writeFileAtomic } from '@zpin/core/node';
import type { RunDescription } from '../run-description.ts';
import type { RunEvent } from '../run-event.ts';
import {
  type EventHead,
  type HyperparameterValue,
  hyperparametersEvents,
  type Picture,
  pictureEvent,
  ScalarsEncoder,
  SESSION_END,
  sessionEndEvent,
  stepOf,
  textEvent,
  versionEvent,
} from '../tensorboard/event-messages.ts';
import { RecordBlock, readRecords } from '../tensorboard/records.ts';
import { metricEvents } from './metric-files.ts';
import { RecentEpisodes, RowGate } from './recent-episodes.ts';
import type { RunFolder } from './run-folder.ts';

/** What TensorBoard takes for an event file has `tfevents` in its name; it reads those of a folder in the order of their names. */
const FILE_NAME = /^events\.out\.tfevents\.(\d{10})\.zpin$/;
/** Bytes held back before they are written. */
const BUFFER = 1 << 16;
/** Milliseconds after which they are written anyway: TensorBoard may be looking. */
const FLUSH_INTERVAL = 5000;
/** Points of each curve that a whole run leaves: TensorBoard shows no more of them, unless it is told to. */
const POINTS = 1000;

/** Event files for TensorBoard, in the folder of a run. */
export interface EventFiles {
  event(event: RunEvent): void;
  /** A picture of the environment. */
  picture(step: number, tag: string, picture: Picture): void;
  /** Writes what is still held back. */
  flush(): void;
  /** The run has ended, and how. */
  end(step: number, how: 'finished' | 'stopped' | 'failed'): void;
}

export interface EventFilesOptions {
  readonly description: RunDescription;
  /** Step from which the run goes on; 0 of a new one. */
  readonly step: number;
  /** Milliseconds since 1970. */
  now?(): number;
}

/**
 * Writes event files: means over the last 100 episodes, metrics of updates, evaluations, settings as hyperparameters and as a text,
 * pictures. A run that goes on writes into a new file: a TensorBoard that is looking has the one before open.
 */
export function eventFiles(folder: RunFolder, { description, step, now = Date.now }: EventFilesOptions): EventFiles {
  const file = join(folder.path, nameOf(lastNumber(folder) + 1));
  const recent = new RecentEpisodes();
  const gates = { episode: new RowGate(description.steps, POINTS), update: new RowGate(description.steps, POINTS) };
  // Where those stand that the run goes on from.
  for (const event of metricEvents(folder)) {
    if (event.type === 'episode') recent.add(event);
    if (event.type === 'episode' || event.type === 'update') gates[event.type].opens(event.step);
  }
  const begun = { time: now(), step };
  const held = new RecordBlock();
  const encoder = new ScalarsEncoder();
  let flushed = begun.time;
  const flush = () => {
    flushed = now();
    if (held.length > 0) appendFileSync(file, held.take());
  };
  const write = (event: Uint8Array) => {
    held.append(event);
    if (held.length > BUFFER || now() - flushed > FLUSH_INTERVAL) flush();
  };
  const head = (at: number): EventHead => ({ wallTime: now() / 1000, step: at });
  const scalars = (at: number) => {
    const event = encoder.finish(head(at));
    if (event) write(event);
  };
  write(versionEvent(head(step)));
  if (step === 0) {
    const { algorithm, env, seed } = description;
    const values = hyperparametersOf(description);
    const metrics = ['eval/return', 'train/return'];
    const group = `${algorithm} on ${env}, seed ${seed}`;
    for (const event of hyperparametersEvents(head(0), { values, metrics, group })) write(event);
    write(textEvent(head(0), 'settings', tableOf(values)));
  }
  // The settings are there from the start.
  flush();
  return {
    event(event) {
      const { step: at } = event;
      if (event.type === 'eval') {
        encoder.add(evaluationScalars(event));
        scalars(at);
      }
      if (event.type === 'episode') {
        recent.add(event);
        if (!gates.episode.opens(at)) return;
        encoder.add(recent.means, 'train/').add(recent.infoMeans);
        scalars(at);
      }
      if (event.type === 'update' && gates.update.opens(at)) {
        const stepsPerSecond = (1000 * (at - begun.step)) / (now() - begun.time);
        encoder.add(event.metrics, 'update/').add({ stepsPerSecond }, 'time/');
        scalars(at);
      }
    },
    picture: (at, tag, picture) => write(pictureEvent(head(at), tag, picture)),
    flush,
    end(at, how) {
      if (how !== 'stopped') write(sessionEndEvent(head(at), how === 'failed'));
      flush();
    },
  };
}

/** Cuts off what an interrupted run wrote after the checkpoint from which it goes on, and that it has ended. */
export function rewindEventFiles(folder: RunFolder, step: number): void {
  for (const name of eventFileNames(folder)) {
    const path = join(folder.path, name);
    const bytes = readFileSync(path);
    const kept: Uint8Array[] = [];
    let keptBytes = 0;
    for (const { data, start, end } of readRecords(bytes)) {
      if (stepOf(data) > step || Buffer.from(data.buffer, data.byteOffset, data.length).includes(SESSION_END)) continue;
      kept.push(bytes.subarray(start, end));
      keptBytes += end - start;
    }
    if (keptBytes < bytes.length) writeFileAtomic(path, Buffer.concat(kept));
  }
}

/** Names of the event files of a run, in order. */
export function eventFileNames({ path }: RunFolder): string[] {
  return existsSync(path)
    ? readdirSync(path)
        .filter(name => FILE_NAME.test(name))
        .sort()
    : [];
}

function lastNumber(folder: RunFolder): number {
  return Number(FILE_NAME.exec(eventFileNames(folder).at(-1) ?? '')?.[1] ?? 0);
}

function nameOf(number: number): string {
  return `events.out.tfevents.${String(number).padStart(10, '0')}.zpin`;
}

function evaluationScalars(event: Extract<RunEvent, { readonly type: 'eval' }>): Record<string, number> {
  const { returns, lengths, successRate } = event;
  const average = mean(returns);
  return {
    'eval/return': average,
    'eval/returnStd': Math.sqrt(mean(returns.map(value => (value - average) ** 2))),
    'eval/length': mean(lengths),
    ...(successRate !== undefined && { 'eval/success': successRate }),
    ...(event.isBest && { 'eval/bestReturn': average }),
  };
}

/** All that a run was told, flat. */
function hyperparametersOf({ algorithm, env, envOptions, her, dataset, seed, steps, config }: RunDescription) {
  const values: Record<string, HyperparameterValue> = { algorithm, env, seed, steps };
  if (her !== undefined) values.her = her;
  if (dataset !== undefined) values.dataset = dataset;
  const add = (name: string, value: StateValue) => {
    const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
    values[name] = isPlain ? value : JSON.stringify(value);
  };
  for (const [name, value] of Object.entries(envOptions ?? {})) add(`env.${name}`, value);
  for (const [name, value] of Object.entries(config)) add(name, value);
  return values;
}

/** As a table of Markdown. */
function tableOf(values: Readonly<Record<string, HyperparameterValue>>): string {
  const rows = Object.entries(values).map(([name, value]) => `| ${name} | ${String(value).replaceAll('|', '\\|')} |`);
  return ['| setting | value |', '| --- | --- |', ...rows].join('\n');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
