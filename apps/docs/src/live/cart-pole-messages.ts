import type { LiveEngine } from './live-engines.ts';
import type { LiveReport } from './live-messages.ts';

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

/** From the worker to the page. */
export type CartPoleReport = LiveReport<
  {
    /** What the greedy policy does in an episode of its own, at the pace of the real thing: four numbers per 20 ms. */
    readonly states: Float32Array;
  },
  {
    /** Of 100 greedy episodes. */
    readonly meanReturn: number;
    /** Fingerprint of all that was learned. */
    readonly weights: string;
  }
>;
