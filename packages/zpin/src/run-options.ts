import type { VectorEnv } from '@zpin/contracts';
import type { AnyAlgorithm, TransitionData } from '@zpin/core';
import type { Curriculum } from './curriculum.ts';
import type { EnvSettings } from './environment.ts';
import type { ToldOptions } from './kept-options.ts';
import type { MessageNames } from './message-names.ts';
import type { RunEvent } from './run-event.ts';
import type { ScheduleChoice } from './scheduled-steps.ts';

/** What may be told to a run whether it begins or goes on. */
export interface ContinueOptions extends ToldOptions {
  /**
   * Steps of the whole run: environment steps over all copies, gradient steps on a data set. Omitted: the preset's, else 100,000.
   */
  readonly steps?: number;
  /** Stops after the step in progress; a `checkpoint` event still comes. */
  readonly signal?: AbortSignal;
  /** Called at every event of training. */
  readonly onEvent?: (event: RunEvent) => void;
}

export interface RunOptions<Config = object> extends ContinueOptions {
  /** Of everything random; 1 when omitted. */
  readonly seed?: number;
  /** Settings of the algorithm, before those of the preset. */
  readonly config?: Partial<Config>;
  /** Whether to start from the settings tuned for the environment, where there are some; true when omitted. */
  readonly preset?: boolean;
  /** Options of the environment, before those of the preset. */
  readonly envOptions?: EnvSettings;
  /** Wrappers around the environment by name, the innermost first: `['discretize-action:11']`. */
  readonly wrappers?: readonly string[];
  /**
   * Levels of the environment through which training comes to it, the easiest first: the settings of each, and the rule by which it is left.
   * Kept with the run.
   */
  readonly curriculum?: Curriculum;
  /** Goals in hindsight, for environments with goals: `future:4`, `final:1`, `episode:4` or `none`. Omitted: the preset's. */
  readonly her?: string;
  /** What an offline algorithm learns from: the data, or a file. */
  readonly dataset?: TransitionData | string;
  /**
   * File that takes all that training plays, as a data set for offline algorithms: written when training ends or is stopped. A run
   * that goes on from its folder goes on recording.
   */
  readonly recordDataset?: string;
  /**
   * Folder for everything that the run leaves, from which `resume` and the command line go on; nothing is written when omitted.
   */
  readonly saveTo?: string;
}

/** What may be told to a run that goes on. What it was told before, and is not told now, holds on. */
export interface ResumeOptions extends ContinueOptions, OwnParts {
  /**
   * What becomes of schedules (step sizes, exploration, …) when `steps` are others than planned: they `keep` the steps that they
   * began with, and stay where they end; or they `stretch` over all steps, which goes back on what they had reached. `keep` when
   * omitted. The run says in a warning which.
   */
  readonly schedules?: ScheduleChoice;
  /**
   * Step of a checkpoint that `keepCheckpoints` left, to go on from instead of the last one. What the run did after it is gone
   * then, from its metrics too.
   */
  readonly from?: number;
}

/** What a run folder names but cannot hold: parts of one's own, as they were given to `train`. */
export interface OwnParts {
  /** Makes copies of the environment; or the file that it is from, where that lies elsewhere than when the run began. */
  readonly env?: EnvChoice;
  readonly algorithm?: AnyAlgorithm;
}

/** What the command line adds: how errors call things, its clock, and what it does at the end. */
export interface RunInternals {
  readonly names?: MessageNames;
  /**
   * Whether the caller concludes its runs by a summary in the folder, and disposes of them then: one that lacks it is opened even
   * when no steps are left.
   */
  readonly concludes?: boolean;
  /** Whether the agent of the best evaluation in training is kept, beside the last one; true when omitted. */
  readonly keepsBest?: boolean;
  now?(): number;
}

/**
 * An environment by its name; a file that exports it, such as `./maze.ts` (in Node); or a function that makes copies of one's own, new ones
 * each time.
 */
export type EnvChoice = string | ((copies: number) => VectorEnv);
