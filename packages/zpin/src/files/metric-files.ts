import { appendFileSync, closeSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { readLines } from '@zpin/core/node';
import type { RunEvent } from '../run-event.ts';
import type { RunFolder } from './run-folder.ts';

/** Files that take the events of a run. */
export interface MetricFiles {
  event(event: RunEvent): void;
  /** Writes what is still held back, before a checkpoint counts on it. */
  flush(): void;
}

/** Rows of updates that a whole run leaves, so that files of long runs stay small. */
const UPDATE_ROWS = 2000;
/** Characters held back before they are written. */
const BUFFER = 1 << 16;

/**
 * Writes `metrics.jsonl` (episodes, evaluations, and updates at even distances) and `progress.csv` (one row per written update:
 * step, mean return of the last 100 episodes, metrics). What is written depends on the steps alone, never on the clock, so that the files of a
 * resumed run equal those of an uninterrupted one.
 */
export function metricFiles(folder: RunFolder, totalSteps: number): MetricFiles {
  const distance = Math.max(1, Math.floor(totalSteps / UPDATE_ROWS));
  const { recent, lastUpdate } = whereItStands(folder);
  let columns = header(folder);
  let written = lastUpdate;
  let lines = '';
  let rows = '';
  const flush = () => {
    if (lines) appendFileSync(folder.file('metrics'), lines);
    if (rows) appendFileSync(folder.file('progress'), rows);
    lines = '';
    rows = '';
  };
  return {
    event(event: RunEvent) {
      if (event.type === 'episode') {
        recent.push(event.episodeReturn);
        if (recent.length > 100) recent.shift();
      }
      if (event.type === 'update') {
        if (Math.floor(event.step / distance) <= Math.floor(written / distance)) return;
        written = event.step;
        if (!columns) {
          columns = ['step', 'updates', 'trainReturnMean', ...Object.keys(event.metrics)];
          rows += `${columns.join(',')}\n`;
        }
        const mean = recent.length === 0 ? '' : recent.reduce((sum, value) => sum + value, 0) / recent.length;
        rows += `${[event.step, event.updates, mean, ...columns.slice(3).map(name => event.metrics[name] ?? '')].join(',')}\n`;
      }
      if (event.type === 'episode' || event.type === 'update' || event.type === 'eval') lines += `${JSON.stringify(event)}\n`;
      if (lines.length > BUFFER) flush();
    },
    flush,
  };
}

/**
 * Cuts off what an interrupted run wrote after the checkpoint it is resumed from. Lines that are no events stay: whoever put them
 * there may want them.
 */
export function rewindMetricFiles(folder: RunFolder, step: number): void {
  const keep = (name: 'metrics' | 'progress', stepOf: (line: string) => number) => {
    if (!folder.has(name)) return;
    const path = folder.file(name);
    const isKept = (line: string) => !(stepOf(line) > step);
    if (everyLine(path, isKept) && endsWithLine(path)) return;
    // Beside the file and in pieces: it may be larger than any text in memory.
    const fresh = `${path}.tmp`;
    rmSync(fresh, { force: true });
    let lines = '';
    for (const line of readLines(path)) {
      if (isKept(line)) lines += `${line}\n`;
      if (lines.length <= BUFFER) continue;
      appendFileSync(fresh, lines);
      lines = '';
    }
    appendFileSync(fresh, lines);
    renameSync(fresh, path);
  };
  keep('metrics', line => eventOf(line)?.step ?? Number.NEGATIVE_INFINITY);
  keep('progress', line => Number(line.split(',')[0]));
}

/**
 * The events of a run one by one, however many there are. Each pass over them reads the file again. Lines that are none are skipped:
 * torn ones, that a full disk leaves, or those of another program.
 * @param onSkipped told at the end of a pass how many there were, if any
 */
export function metricEvents(folder: RunFolder, onSkipped?: (lines: number) => void): Iterable<RunEvent> {
  return {
    *[Symbol.iterator]() {
      if (!folder.has('metrics')) return;
      let skipped = 0;
      for (const line of readLines(folder.file('metrics'))) {
        const event = eventOf(line);
        if (event) yield event;
        else skipped++;
      }
      if (skipped > 0) onSkipped?.(skipped);
    },
  };
}

/** All events of a run, as they were written. */
export function readMetrics(folder: RunFolder, onSkipped?: (lines: number) => void): RunEvent[] {
  return [...metricEvents(folder, onSkipped)];
}

/** What a line says; undefined where it is no event. */
function eventOf(line: string): RunEvent | undefined {
  let found: Readonly<Record<string, unknown>> | null;
  try {
    found = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null || !isStep(found.step)) return undefined;
  const { type, episodeReturn, metrics, returns, lengths } = found;
  const isEvent =
    type === 'episode'
      ? typeof episodeReturn === 'number'
      : type === 'update'
        ? typeof metrics === 'object' && metrics !== null && Object.values(metrics).every(value => typeof value === 'number')
        : type === 'eval' && isNumbers(returns) && returns.length > 0 && isNumbers(lengths);
  return isEvent ? (found as RunEvent) : undefined;
}

function isStep(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(item => typeof item === 'number');
}

function everyLine(path: string, holds: (line: string) => boolean): boolean {
  for (const line of readLines(path)) if (!holds(line)) return false;
  return true;
}

/** Whether nothing stands behind the last line break. */
function endsWithLine(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const last = new Uint8Array(1);
    return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 10);
  } finally {
    closeSync(file);
  }
}

/** Where the files of a run stand that goes on. */
function whereItStands(folder: RunFolder): { readonly recent: number[]; readonly lastUpdate: number } {
  const recent: number[] = [];
  let lastUpdate = 0;
  for (const event of metricEvents(folder)) {
    if (event.type === 'update') lastUpdate = event.step;
    if (event.type !== 'episode') continue;
    recent.push(event.episodeReturn);
    if (recent.length > 100) recent.shift();
  }
  return { recent, lastUpdate };
}

function header(folder: RunFolder): string[] | null {
  if (!folder.has('progress')) return null;
  for (const first of readLines(folder.file('progress'))) return first ? first.split(',') : null;
  return null;
}
