import type { EnvSpec, Frame, MaybePromise, Policy } from '@zpin/contracts';
import type { DecodedCheckpoint, EarlyEnd, ProgramChoices, TrainState, TransitionData } from '@zpin/core';
import type { OfflineDataset } from '@zpin/offline';
import type { RegisteredEnv } from './env-file.ts';
import type { FilmPlan } from './kept-options.ts';
import type { MessageNames } from './message-names.ts';
import type { RunDescription } from './run-description.ts';
import type { RunEvent } from './run-event.ts';

/** What a checkpoint is written from. */
export interface CheckpointParts {
  readonly description: RunDescription;
  readonly state: TrainState;
  readonly step: number;
  /** Of the environment of training. */
  readonly spec: EnvSpec;
  /** Seconds of training behind it. */
  readonly wallSeconds: number;
  /** The greedy policy of this moment, where the agent has one. */
  readonly policy: Policy | undefined;
  /** What an engine that chooses has chosen for each program. */
  readonly programs: ProgramChoices | undefined;
}

/** What the best agent so far is kept from. */
export interface BestParts extends CheckpointParts {
  readonly evaluation: Extract<RunEvent, { readonly type: 'eval' }>;
  /** The policy as an ONNX model, where the run exports one. */
  readonly onnx: Uint8Array | undefined;
}

/**
 * Which state of a run: its last one, that of the best evaluation, or that of a step of which the checkpoint was kept.
 */
export type SavedMoment = 'last' | 'best' | number;

/** What a run that goes on needs of its store. */
export interface Continuing {
  /** Steps planned now. */
  readonly steps: number;
  /** Step of the state that it goes on from. */
  readonly step: number;
  /** Whether that is an earlier one than the last. */
  readonly goesBack: boolean;
  /** The rule by which its evaluations have ended it; null where none has. */
  readonly endedBy: EarlyEnd | null;
  /** Whether a run of which only the summary is missing may be opened. */
  readonly concludes: boolean;
}

/** Takes the frames of a film. */
export interface FilmTarget {
  add(frame: Frame): void;
  /** Puts it in its place. */
  finish(): Promise<unknown>;
  /** Leaves nothing behind. */
  discard(): void;
}

/** How training came to its end. */
export type RunEnd = 'finished' | 'stopped' | 'failed';

/** Where a run leaves everything: a folder. */
export interface RunStore {
  readonly path: string;
  /** The file of the last checkpoint, if there is one. */
  readonly checkpointPath: string | null;
  /**
   * Writes the description, and cuts off metrics from after `step`. Called once, when everything else is in order.
   * @param engine what computes, and why
   * @returns how many episodes its metrics tell of: fewer than there were, where a file was cut or lost
   */
  begin(description: RunDescription, step: number, engine: string): number;
  /** Takes an event into the files of metrics and the log. */
  event(event: RunEvent): void;
  /** Writes checkpoint and policy, and before them all metrics that they count on. Returns the path of the checkpoint. */
  saveCheckpoint(parts: CheckpointParts): MaybePromise<string>;
  /** Keeps the agent of the best evaluation so far, in place of the one before. */
  saveBest(parts: BestParts): MaybePromise<void>;
  /** Begins a film of the agent of a step. @throws InputError when there is no ffmpeg for a video */
  film(step: number, plan: FilmPlan): FilmTarget;
  /** Step of the last film; 0 where there is none. */
  lastFilm(): number;
  /** Writes the policy as an ONNX model. */
  saveOnnx(model: Uint8Array): void;
  /** Whether somebody asks the run to stop, in its folder. */
  isStopRequested(): boolean;
  /** Training is over, or was left: writes what is still held back. @param reason of a failure */
  close(how: RunEnd, reason?: string): void;
}

/** A saved run. */
export interface SavedRun {
  readonly path: string;
  /** The file that holds the description. */
  readonly descriptionPath: string;
  readonly description: RunDescription;
  /**
   * A state of it.
   * @param moment which one @param only names of what is wanted of it, such as `agent`; all of it when omitted
   * @throws CheckpointError when it is damaged, or not that of this description; InputError when it is not there
   */
  checkpoint(moment: SavedMoment, only?: readonly string[]): DecodedCheckpoint;
  /**
   * The store of the run that goes on. Nothing is written yet.
   * @throws InputError when nothing is left to do
   */
  continued(continuing: Continuing): RunStore;
}

/** Where a data set goes. */
export interface DatasetTarget {
  readonly path: string;
  /** Writes it in one step. */
  write(dataset: OfflineDataset): void;
}

/** What a run does with files: everything in Node, nothing in a browser tab. */
export interface RunFiles {
  /** Bytes of memory that this machine has, or lets this process have. */
  memory(): number;
  /**
   * @param path folder to make
   * @throws InputError when something is there already, or nothing can be made there
   */
  createStore(path: string, names: MessageNames): RunStore;
  /**
   * Keeps other processes out of a run folder.
   * @returns gives it free @throws InputError saying who has it
   */
  lock(path: string, names: MessageNames): () => void;
  /** @throws InputError when films of this kind cannot be made */
  checkFilms(plan: FilmPlan, names: MessageNames): void;
  /** @throws InputError when the folder is none of a run; CheckpointError when its description is damaged */
  readSaved(path: string, names: MessageNames): SavedRun;
  /**
   * Loads a file that exports an environment and makes that known by name.
   * @param choice path, with `#` and a name for one of several exports
   * @throws InputError when the file is not there, does not load, or exports no environment
   */
  registerEnvFile(choice: string, names: MessageNames): Promise<RegisteredEnv>;
  /** The data set in a file. @throws InputError when the file is wrong, or its data are of another environment */
  readDataset(
    path: string,
    spec: EnvSpec,
    names: MessageNames,
  ): Promise<{ readonly path: string; readonly data: TransitionData }>;
  /**
   * A file to write a data set to.
   * @param bytes that it will take at most @throws InputError when nothing can be written there, or too little
   */
  datasetTarget(file: string, bytes: number, names: MessageNames, isNew: boolean): Promise<DatasetTarget>;
}
