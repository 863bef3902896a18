import { appendFileSync } from 'node:fs';
import { cpus, freemem, hostname, totalmem } from 'node:os';
import type { RunEvent } from '../run-event.ts';
import type { RunEnd } from '../run-store.ts';
import { endsWithLine } from './ends-with-line.ts';
import type { RunFolder } from './run-folder.ts';

/** Milliseconds between two looks at the load at first; a hundredth of the time so far later on, up to the most. */
const LOAD_INTERVAL = 2000;
const MOST_LOAD_INTERVAL = 60_000;

/** A line of `log.jsonl`: what happened to a run, and what it took of its machine. */
export type RunLogLine = {
  /** Seconds since the process began to train; of another process the next `begin` tells. */
  readonly seconds: number;
  readonly step: number;
} & (
  | {
      readonly type: 'begin';
      /** ISO 8601, UTC, by the clock of the machine. */
      readonly time: string;
      readonly host: string;
      readonly pid: number;
      /** Of Node.js. */
      readonly version: string;
      /** What computes, and why. */
      readonly engine: string;
      readonly cores: number;
      /** Bytes of the machine. */
      readonly memory: number;
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'checkpoint' }
  | {
      readonly type: 'load';
      /** Cores that the process kept busy since the line before. */
      readonly cores: number;
      /** Share of all cores of the machine that was busy, by any process, 0 to 1. */
      readonly machine: number;
      /** Bytes of the process in memory. */
      readonly memory: number;
      /** Bytes that are free in the machine. */
      readonly free: number;
    }
  /** `message`: why it failed. */
  | { readonly type: 'end'; readonly how: RunEnd; readonly message?: string }
);

/** The file that takes what happens to a run. */
export interface RunLog {
  event(event: RunEvent): void;
  end(step: number, how: RunEnd, message?: string): void;
}

/**
 * Goes on with `log.jsonl`: when processes began and ended, warnings, checkpoints, and now and then the load. It tells by the clock,
 * so that two runs of one seed have different ones; nothing reads it but people and pages that follow a run.
 * @param now milliseconds of a clock that only goes forward
 */
export function runLog(folder: RunFolder, step: number, engine: string, now = () => performance.now()): RunLog {
  const path = folder.file('log');
  const begun = now();
  const write = (line: object) => appendFileSync(path, `${JSON.stringify(line)}\n`);
  const head = (at: number) => ({ seconds: Math.round(now() - begun) / 1000, step: at });
  // A process that was killed may have left half a line.
  if (folder.has('log') && !endsWithLine(path)) appendFileSync(path, '\n');
  write({
    ...{ type: 'begin', ...head(step), time: new Date().toISOString(), host: hostname(), pid: process.pid },
    ...{ version: process.version, engine, cores: cpus().length, memory: totalmem() },
  });
  let before = usage(begun);
  return {
    event(event) {
      const { type } = event;
      if (type === 'warning') write({ type, ...head(event.step), message: event.message });
      if (type === 'checkpoint') write({ type, ...head(event.step) });
      const time = now();
      const interval = Math.min(MOST_LOAD_INTERVAL, Math.max(LOAD_INTERVAL, (time - begun) / 100));
      if (time - before.time < interval) return;
      const after = usage(time);
      const share = (after.busy - before.busy) / (after.total - before.total);
      write({
        ...{ type: 'load', ...head(event.step) },
        cores: rounded((after.own - before.own) / (after.time - before.time)),
        machine: Number.isFinite(share) ? rounded(share) : 0,
        ...{ memory: process.memoryUsage.rss(), free: freemem() },
      });
      before = after;
    },
    end: (at, how, message) => write({ type: 'end', ...head(at), how, ...(message !== undefined && { message }) }),
  };
}

/** Milliseconds that this process, and all cores together, have worked. */
function usage(time: number): { readonly time: number; readonly own: number; readonly busy: number; readonly total: number } {
  const { user, system } = process.cpuUsage();
  let [busy, total] = [0, 0];
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    total += all;
    busy += all - times.idle;
  }
  return { time, own: (user + system) / 1000, busy, total };
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}

/** What a line of `log.jsonl` says; undefined where it says nothing that is known. */
export function runLogLine(text: string): RunLogLine | undefined {
  let found: Readonly<Record<string, unknown>> | null;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  const { type, seconds, step } = found;
  const fields = FIELDS[type as RunLogLine['type']];
  if (!fields || typeof seconds !== 'number' || typeof step !== 'number') return undefined;
  const isWhole = Object.entries(fields).every(([name, kind]) => typeof found[name] === kind);
  return isWhole ? (found as RunLogLine) : undefined;
}

const FIELDS: Readonly<Record<RunLogLine['type'], Readonly<Record<string, 'string' | 'number'>>>> = {
  begin: {
    time: 'string',
    host: 'string',
    pid: 'number',
    version: 'string',
    engine: 'string',
    cores: 'number',
    memory: 'number',
  },
  warning: { message: 'string' },
  checkpoint: {},
  load: { cores: 'number', machine: 'number', memory: 'number', free: 'number' },
  end: { how: 'string' },
};
