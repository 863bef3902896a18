import type { StateValue } from '@zpin/contracts';

/** What fixes a run: with these, its state and its environment it can go on. Plain data. */
export interface RunDescription {
  readonly algorithm: string;
  readonly env: string;
  /** Options of the environment and wrappers around it; none when omitted. */
  readonly envOptions?: { readonly [key: string]: StateValue };
  /** Hindsight replay, for example `future:4`; none when omitted. */
  readonly her?: string;
  /** File that an offline algorithm learns from; none when omitted, or when the data came from no file. */
  readonly dataset?: string;
  readonly seed: number;
  /** Environment steps planned; gradient steps on a data set. */
  readonly steps: number;
  /** Full configuration of the agent. */
  readonly config: { readonly [key: string]: StateValue };
}
