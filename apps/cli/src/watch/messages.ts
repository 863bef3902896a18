import type { ThinSeries } from './bucket-series.ts';

/**
 * How a run stands: its process works; nothing is known of a process on another machine but that nothing came lately; it was
 * evaluated at its end; no process has it.
 */
export type RunState = 'training' | 'quiet' | 'finished' | 'stopped';

/** A run, as the list has it. */
export interface RunEntry {
  /** By which it is asked for. */
  readonly id: string;
  /** Path below the folder that is watched. */
  readonly name: string;
  readonly algorithm: string;
  readonly env: string;
  readonly seed: number;
  /** Done so far, and planned. */
  readonly step: number;
  readonly steps: number;
  readonly state: RunState;
  /** Whether its steps are gradient steps on a data set. */
  readonly isOffline: boolean;
  /** Grows with everything that is read of its metrics. */
  readonly version: number;
  /** Of the last 100 episodes, or the last evaluation where there are none; null before. */
  readonly lastReturn: number | null;
  /** Index of its group. */
  readonly group: number;
}

/** Answer of `/api/runs`. */
export interface RunsMessage {
  /** Where runs are looked for. */
  readonly folders: readonly string[];
  readonly runs: readonly RunEntry[];
  /** Names of groups: runs that differ in nothing but the seed. */
  readonly groups: readonly string[];
  /** Everything that any run tells. */
  readonly measures: readonly string[];
  /** Changes when settings do. */
  readonly settingsVersion: string;
  /** Runs that are not shown, because there are too many. */
  readonly left: number;
  /** Share of all files that is read, 0 to 1. */
  readonly read: number;
}

/** One measure of one run. */
export interface RunSeries extends ThinSeries {
  readonly id: string;
  readonly version: number;
}

/** Answer of `/api/series?measure=…&have=id.version,…`: runs that have the measure, without those that the page has already. */
export interface SeriesMessage {
  readonly measure: string;
  readonly runs: readonly RunSeries[];
}

/** Answer of `/api/settings`: one row for each setting, one text in it for each run. */
export interface SettingsMessage {
  /** Ids of runs, in the order of columns. */
  readonly runs: readonly string[];
  readonly settings: readonly {
    readonly name: string;
    readonly values: readonly (string | null)[];
    /** Whether runs have different ones. */
    readonly differs: boolean;
  }[];
}

/** Something that happened to a run. */
export interface LogEntry {
  /** Seconds of the run, over all of its processes. */
  readonly at: number;
  readonly step: number;
  readonly type: 'begin' | 'warning' | 'checkpoint' | 'end';
  readonly text: string;
}

/** What a run took of its machine. */
export interface LoadSample {
  /** Seconds of the run, over all of its processes. */
  readonly at: number;
  readonly step: number;
  /** Cores that its process kept busy since the sample before. */
  readonly cores: number;
  /** Share of all cores of the machine that were busy, 0 to 1. */
  readonly machine: number;
  /** Bytes of the process, and bytes that are free in the machine. */
  readonly memory: number;
  readonly free: number;
  /** Null where nothing is known of before. */
  readonly stepsPerSecond: number | null;
}

/** Answer of `/api/log?run=…&have=…`. */
export interface LogMessage {
  /** Changes with the file. */
  readonly stamp: string;
  /** Whether the page has it already; then nothing else is told. */
  readonly isSame: boolean;
  readonly entries: readonly LogEntry[];
  readonly load: readonly LoadSample[];
  /** Where the last process runs or ran. */
  readonly machine: { readonly host: string; readonly cores: number; readonly memory: number } | null;
}

/** Which policy of a run is played. */
export type PlayedMoment = 'last' | 'best';

/** An event of `/api/play?run=…&from=…`: a picture, and where the policy is. */
export interface PlayedFrame {
  /** PNG in base64. */
  readonly png: string;
  readonly episode: number;
  /** Steps of the episode, and its return so far. */
  readonly t: number;
  readonly episodeReturn: number;
  /** Steps of training behind the policy. */
  readonly trainedSteps: number;
}
