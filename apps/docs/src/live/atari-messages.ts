import type { LiveEngine } from './live-engines.ts';

export const atariGames = ['Catch', 'Bricks'] as const;
export const atariViews = ['memory', 'picture'] as const;

export interface AtariSettings {
  readonly game: (typeof atariGames)[number];
  /** What the agent sees: the console's 128 bytes, or the picture as papers show it. */
  readonly view: (typeof atariViews)[number];
  readonly engine: LiveEngine;
  readonly seed: number;
}

/** From the page to the worker. */
export type AtariCommand = { readonly type: 'start'; readonly settings: AtariSettings } | { readonly type: 'pause' | 'go on' };

/** From the worker to the page. */
export type AtariReport =
  | { readonly type: 'ready'; readonly engine: string; readonly totalSteps: number }
  | {
      readonly type: 'progress';
      readonly step: number;
      /** Spent on training, pauses left out. */
      readonly seconds: number;
      /** Environment step at the end and return, two numbers per episode. */
      readonly episodes: Float32Array;
      /** What the greedy policy sees in a game of its own, `[210, 160, 4]`; null when nothing was due. */
      readonly picture: Uint8ClampedArray<ArrayBuffer> | null;
    }
  /** All steps are done. */
  | { readonly type: 'done' }
  | { readonly type: 'error'; readonly text: string };
