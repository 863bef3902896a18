import type { Evaluation } from '@zpin/core';
import { formatCount } from '@zpin/plot';
import type { EvaluateOptions } from 'zpin';
import { columnsOf, type Io } from '../io.ts';

/** Milliseconds between two looks of a terminal, and between two plain lines elsewhere. */
const LIVE_INTERVAL = 250;
const PLAIN_INTERVAL = 5000;

/** Work that is shown while it goes on: a live line in a terminal, a plain one now and then elsewhere. */
export interface ProgressLine {
  show(text: () => string): void;
  /** Takes the live line away. */
  clear(): void;
}

export function progressLine(io: Io, isQuiet = false): ProgressLine {
  const { stdout } = io;
  const isLive = stdout.isTTY === true;
  let shown = io.now();
  let isThere = false;
  return {
    show(text) {
      if (isQuiet || io.now() - shown < (isLive ? LIVE_INTERVAL : PLAIN_INTERVAL)) return;
      shown = io.now();
      isThere = true;
      // A line that is wider than the terminal could not be taken away again.
      stdout.write(isLive ? `\r\u001b[K${text().slice(0, columnsOf(stdout) - 1)}` : `${text()}\n`);
    },
    clear() {
      if (isLive && isThere) stdout.write('\r\u001b[K');
      isThere = false;
    },
  };
}

export interface WatchedOptions extends Pick<EvaluateOptions, 'seed' | 'signal' | 'maxEpisodeSteps'> {
  readonly episodes: number;
  readonly io: Io;
  /** Whether nothing is shown. */
  readonly isQuiet: boolean;
}

/** An evaluation that is shown while it goes on. @param evaluate plays the episodes */
export async function watchedEvaluation(
  evaluate: (options: EvaluateOptions) => Promise<Evaluation>,
  { io, isQuiet, ...options }: WatchedOptions,
): Promise<Evaluation> {
  const line = progressLine(io, isQuiet);
  const onProgress = ({ episodes, steps }: { readonly episodes: number; readonly steps: number }) =>
    line.show(
      () => `evaluation: ${formatCount(episodes)}/${formatCount(options.episodes)} episodes, ${formatCount(steps)} steps`,
    );
  try {
    return await evaluate({ ...options, onProgress });
  } finally {
    line.clear();
  }
}
