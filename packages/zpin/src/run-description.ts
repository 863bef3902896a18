import type { StateValue } from '@zpin/contracts';
import type { Curriculum } from './curriculum.ts';
import type { EnvFile } from './env-file.ts';
import type { KeptOptions } from './kept-options.ts';

/** What fixes a run: with these, its state and its environment it can go on. Plain data. */
export interface RunDescription extends KeptOptions {
  readonly algorithm: string;
  readonly env: string;
  /** The file that the environment is from, where it is none of those that are known by name. */
  readonly envFile?: EnvFile;
  /** Options of the environment and wrappers around it; none when omitted. */
  readonly envOptions?: { readonly [key: string]: StateValue };
  /** Levels through which training comes to the environment; none when omitted. */
  readonly curriculum?: Curriculum;
  /** Hindsight replay, for example `future:4`; none when omitted. */
  readonly her?: string;
  /** File that an offline algorithm learns from; none when omitted, or when the data came from no file. */
  readonly dataset?: string;
  /** File that takes all that training plays; none when omitted. */
  readonly recordDataset?: string;
  readonly seed: number;
  /** Environment steps planned; gradient steps on a data set. */
  readonly steps: number;
  /** Steps over which schedules stretch, where those are others than `steps`. */
  readonly scheduledSteps?: number;
  /** Full configuration of the agent. */
  readonly config: { readonly [key: string]: StateValue };
}
