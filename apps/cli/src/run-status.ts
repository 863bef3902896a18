import { readFileSync } from 'node:fs';
import type { EnvParameters } from '@zpin/contracts';
import { readCheckpoint } from '@zpin/core/node';
import { bestScore, metricEvents, type RunFolder, runHolder, runLogLine } from 'zpin/node';
import { mean } from './numbers.ts';

/** Where a run is, as its folder tells. */
export interface RunStatus {
  /**
   * `running`: a process has it; `finished`: trained and evaluated; `failed`: an error ended it; `stopped`: it can go on, as it was stopped,
   * was killed, or lacks the evaluation at its end.
   */
  readonly state: 'running' | 'finished' | 'stopped' | 'failed';
  /** The error that ended it; null where none did. */
  readonly reason: string | null;
  readonly algorithm: string;
  readonly env: string;
  readonly seed: number;
  /** Steps that the last line of its metrics, or its last checkpoint, tells of. */
  readonly step: number;
  readonly steps: number;
  /** Of the last checkpoint; null where there is none. */
  readonly checkpointStep: number | null;
  readonly process: { readonly pid: number; readonly host: string; readonly since: string } | null;
  readonly episodes: number;
  /** Of the last 100 episodes; null before the first. */
  readonly meanReturn: number | null;
  /** Of the last evaluation while it trained; null before the first. */
  readonly evaluation: { readonly step: number; readonly meanReturn: number } | null;
  readonly best: { readonly step: number; readonly meanReturn: number } | null;
  /** Where it is in its curriculum; null where it has none. */
  readonly level: { readonly level: number; readonly levels: number; readonly parameters: EnvParameters } | null;
}

const RECENT = 100;

/** Reads where a run is. Nothing is written, and nobody is disturbed. @throws InputError when the folder is none of a run */
export function runStatus(folder: RunFolder, where: string): RunStatus {
  const { algorithm, env, seed, steps, curriculum } = folder.describe(where);
  const holder = runHolder(folder.path);
  const recent: number[] = [];
  let episodes = 0;
  let step = 0;
  let evaluation: RunStatus['evaluation'] = null;
  let level = curriculum && { level: 0, levels: curriculum.levels.length, parameters: curriculum.levels[0] ?? {} };
  for (const event of metricEvents(folder)) {
    step = event.step;
    if (event.type === 'eval') evaluation = { step, meanReturn: mean(event.returns) };
    if (event.type === 'level') level = { level: event.level, levels: event.levels, parameters: event.parameters };
    if (event.type !== 'episode') continue;
    episodes++;
    recent.push(event.episodeReturn);
    if (recent.length > RECENT) recent.shift();
  }
  const checkpointStep = folder.has('checkpoint')
    ? readCheckpoint(folder.file('checkpoint'), { algorithm, env, only: [] }).header.step
    : null;
  const reached = Math.max(step, checkpointStep ?? 0);
  const score = bestScore(folder);
  const reason = holder ? null : failureOf(folder);
  return {
    state: holder ? 'running' : reason !== null ? 'failed' : folder.isConcluded(reached) ? 'finished' : 'stopped',
    reason,
    ...{ algorithm, env, seed, step: reached, steps, checkpointStep },
    process: holder && { pid: holder.pid, host: holder.host, since: holder.since },
    ...{ episodes, meanReturn: recent.length > 0 ? mean(recent) : null, evaluation },
    best: score && { step: score.step, meanReturn: score.meanReturn },
    level: level ?? null,
  };
}

/** What ended the last process of a run, where that was an error and told. */
function failureOf(folder: RunFolder): string | null {
  if (!folder.has('log')) return null;
  const lines = readFileSync(folder.file('log'), 'utf8').trimEnd().split('\n');
  const last = runLogLine(lines.at(-1) ?? '');
  return last?.type === 'end' && last.how === 'failed' ? (last.message ?? 'an error') : null;
}
