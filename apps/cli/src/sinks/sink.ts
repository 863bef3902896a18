import type { TrainEvent } from '@zpin/core';

/** An event as sinks see it: metrics are read, and a checkpoint is on the disk. */
export type RunEvent =
  | Exclude<TrainEvent, { type: 'update' | 'checkpoint' }>
  | {
      readonly type: 'update';
      readonly step: number;
      readonly updates: number;
      readonly metrics: Readonly<Record<string, number>>;
    }
  | { readonly type: 'checkpoint'; readonly step: number; readonly path: string };

/** A consumer of the events of a run. */
export interface Sink {
  event(event: RunEvent): void;
  /** Writes what is still held back, before a checkpoint counts on it. */
  flush?(): void;
  /** The run is over: writes what is still held back. */
  close(): void;
}
