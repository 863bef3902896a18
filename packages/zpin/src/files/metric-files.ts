import { appendFileSync, existsSync, readFileSync } from 'node:fs';
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
  const recent: number[] = previousReturns(folder);
  let columns = header(folder);
  let written = lastStep(folder);
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

/** Cuts off what an interrupted run wrote after the checkpoint it is resumed from. */
export function rewindMetricFiles(folder: RunFolder, step: number): void {
  const keep = (name: 'metrics' | 'progress', stepOf: (line: string) => number) => {
    if (!existsSync(folder.file(name))) return;
    const kept = wholeLines(folder.file(name)).filter(line => !(stepOf(line) > step));
    folder.write(name, kept.map(line => `${line}\n`).join(''));
  };
  keep('metrics', line => (JSON.parse(line) as RunEvent).step);
  keep('progress', line => Number(line.split(',')[0]));
}

/** Lines of a file. What stands behind the last line break was cut short by the death of the process, and counts for nothing. */
function wholeLines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

/** An event as it was written. */
export function readMetrics(folder: RunFolder): RunEvent[] {
  if (!existsSync(folder.file('metrics'))) return [];
  return wholeLines(folder.file('metrics')).map(line => JSON.parse(line) as RunEvent);
}

function previousReturns(folder: RunFolder): number[] {
  return readMetrics(folder)
    .flatMap(event => (event.type === 'episode' ? [event.episodeReturn] : []))
    .slice(-100);
}

function lastStep(folder: RunFolder): number {
  return readMetrics(folder).findLast(event => event.type === 'update')?.step ?? 0;
}

function header(folder: RunFolder): string[] | null {
  if (!existsSync(folder.file('progress'))) return null;
  const [first] = readFileSync(folder.file('progress'), 'utf8').split('\n');
  return first ? first.split(',') : null;
}
