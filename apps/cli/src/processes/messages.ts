import type { StopRequest } from '../exit-codes.ts';

/** What a process that runs a command is told. */
export type ToProcess =
  | {
      readonly type: 'run';
      readonly argv: readonly string[];
      /** What it tells of its output: every line, or where the run is whose events the lines are. */
      readonly tells: 'lines' | 'progress';
      /** How the user starts this program. */
      readonly command: string;
    }
  | { readonly type: 'stop'; readonly request: StopRequest };

/** What it tells. */
export type FromProcess =
  | { readonly type: 'line'; readonly line: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'error'; readonly text: string }
  | { readonly type: 'done'; readonly exitCode: number };

/** Where a run is. */
export interface Progress {
  readonly step: number;
  /** Null before it is known. */
  readonly totalSteps: number | null;
  /** Mean of the last hundred episodes of training; null before the first. */
  readonly meanReturn: number | null;
  /** Mean of the last greedy evaluation while it trained; null before the first. */
  readonly evaluation: number | null;
}
