import type { LiveEngine } from './live-engines.ts';

export const cartPoleAlgorithms = ['ppo', 'double-dqn'] as const;

export interface CartPoleSettings {
  readonly algorithm: (typeof cartPoleAlgorithms)[number];
  readonly engine: LiveEngine;
  readonly seed: number;
  /** Adam's first step size; it falls to 0 over the run. */
  readonly learningRate: number;
}

/** Preset step sizes of the two algorithms. */
export const startingRates: Readonly<Record<CartPoleSettings['algorithm'], number>> = { ppo: 1e-3, 'double-dqn': 5e-4 };

/** From the page to the worker. */
export type CartPoleCommand =
  | { readonly type: 'start'; readonly settings: CartPoleSettings }
  | { readonly type: 'pause' | 'go on' };

/** From the worker to the page. */
export type CartPoleReport =
  | { readonly type: 'ready'; readonly engine: string; readonly totalSteps: number }
  | {
      readonly type: 'progress';
      readonly step: number;
      /** Spent on training, pauses left out. */
      readonly seconds: number;
      /** Environment step at the end and return, two numbers per episode. */
      readonly episodes: Float32Array;
      /** What the greedy policy does in an episode of its own, at the pace of the real thing: four numbers per 20 ms. */
      readonly states: Float32Array;
    }
  /** All steps are done. Mean return of 100 greedy episodes, and the fingerprint of all that was learned. */
  | { readonly type: 'done'; readonly meanReturn: number; readonly weights: string }
  | { readonly type: 'error'; readonly text: string };
