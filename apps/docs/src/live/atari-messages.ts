import type { LiveEngine } from './live-engines.ts';
import type { LiveReport } from './live-messages.ts';

export const atariGames = ['Catch', 'Bricks'] as const;
export const atariViews = ['memory', 'picture'] as const;

export interface AtariSettings {
  readonly game: (typeof atariGames)[number];
  /** What the agent sees: the console's 128 bytes, or the picture as papers show it. */
  readonly view: (typeof atariViews)[number];
  readonly engine: LiveEngine;
  readonly seed: number;
}

/** From the worker to the page. */
export type AtariReport = LiveReport<{
  /** What the greedy policy sees in a game of its own, `[210, 160, 4]`; null when nothing was due. */
  readonly picture: Uint8ClampedArray<ArrayBuffer> | null;
}>;
