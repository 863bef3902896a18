import { appendFileSync, renameSync, rmSync } from 'node:fs';
import { readLines } from '@zpin/core/node';
import type { RunEvent } from '../run-event.ts';
import { endsWithLine } from './ends-with-line.ts';
import { RecentEpisodes, RowGate } from './recent-episodes.ts';
import type { RunFolder } from './run-folder.ts';

/** Files that take the events of a run. */
export interface MetricFiles {
  /** Episodes that they told of when they were opened. */
  readonly episodes: number;
  event(event: RunEvent): void;
  /** Writes what is still held back, before a checkpoint counts on it. */
  flush(): void;
}

/** Characters held back before they are written. */
const BUFFER = 1 << 16;
/** Milliseconds after which they are written anyway: somebody may be looking. */
const FLUSH_INTERVAL = 1000;

/**
 * Writes `metrics.jsonl` (episodes, evaluations, and updates at even distances) and `progress.csv` (one row per written update:
 * step, mean return of the last 100 episodes, metrics, and means of what infos of episodes told before the first row). What is
 * written depends on the steps alone, never on the clock, so that the files of a resumed run equal those of an uninterrupted one.
 * When it is written does, as somebody may follow the run.
 * @param now milliseconds of a clock that only goes forward
 */
export function metricFiles(folder: RunFolder, totalSteps: number, now = () => performance.now()): MetricFiles {
  const { recent, gate, episodes } = whereItStands(folder, totalSteps);
  let columns = header(folder);
  let lines = '';
  let rows = '';
  let flushed = now();
  const flush = () => {
    flushed = now();
    if (lines) appendFileSync(folder.file('metrics'), lines);
    if (rows) appendFileSync(folder.file('progress'), rows);
    lines = '';
    rows = '';
  };
  return {
    episodes,
    event(event: RunEvent) {
      if (event.type === 'episode') recent.add(event);
      if (event.type === 'update') {
        if (!gate.opens(event.step)) return;
        if (!columns) {
          columns = ['step', 'updates', 'trainReturnMean', ...Object.keys(event.metrics), ...Object.keys(recent.infoMeans)];
          rows += `${columns.join(',')}\n`;
        }
        const mean = recent.isEmpty ? '' : recent.returnMean;
        const told: Readonly<Record<string, number>> = { ...event.metrics, ...recent.infoMeans };
        rows += `${[event.step, event.updates, mean, ...columns.slice(3).map(name => told[name] ?? '')].join(',')}\n`;
      }
      if (event.type === 'episode' || event.type === 'update' || event.type === 'eval' || event.type === 'level')
        lines += `${JSON.stringify(event)}\n`;
      if (lines.length > BUFFER || now() - flushed > FLUSH_INTERVAL) flush();
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
  keep('metrics', line => metricEvent(line)?.step ?? Number.NEGATIVE_INFINITY);
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
        const event = metricEvent(line);
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

/** What a line of `metrics.jsonl` says; undefined where it is no event. */
export function metricEvent(line: string): RunEvent | undefined {
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
        : type === 'level'
          ? isStep(found.level) && isStep(found.levels)
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

/** Where the files of a run stand that goes on. */
function whereItStands(folder: RunFolder, totalSteps: number) {
  let episodes = 0;
  const recent = new RecentEpisodes();
  const gate = new RowGate(totalSteps);
  for (const event of metricEvents(folder)) {
    if (event.type === 'update') gate.passed(event.step);
    if (event.type !== 'episode') continue;
    recent.add(event);
    episodes++;
  }
  return { recent, gate, episodes };
}

function header(folder: RunFolder): string[] | null {
  if (!folder.has('progress')) return null;
  for (const first of readLines(folder.file('progress'))) return first ? first.split(',') : null;
  return null;
}
