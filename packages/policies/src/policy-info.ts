import type { StateValue } from '@zpin/contracts';

/** What is known about a trained policy. Plain data. */
export interface PolicyInfo {
  /** Its name, algorithm and environment: `ppo/CartPole-v1`. */
  readonly id: string;
  readonly algorithm: string;
  readonly env: string;
  /** Options of the environment, and under `wrappers` what stood around it in training, the innermost first. */
  readonly envOptions: { readonly [key: string]: StateValue };
  /** Of the training, and of the episodes by which it was judged, in which no run trains. */
  readonly seed: number;
  /** Environment steps of training. */
  readonly steps: number;
  /** Mean return of the greedy episodes, of the rewards that the environment itself pays. */
  readonly meanReturn: number;
  /** Standard deviation over the episodes. */
  readonly stdReturn: number;
  /** Share of the episodes that reached their goal; absent where the environment has none. */
  readonly successRate?: number;
  /** Greedy episodes by which it was judged, on the engine `wasm`: it comes to the same return on every machine. */
  readonly episodes: number;
  /** Bytes of the policy file. */
  readonly bytes: number;
  /** What computed in training. */
  readonly engine: string;
  /** Of zpin, in training. */
  readonly version: string;
  /** Day of training, as `2026-11-29`. */
  readonly date: string;
}
