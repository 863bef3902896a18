import type { RunEvent } from 'zpin';

/** A consumer of the events of a run. */
export interface Sink {
  event(event: RunEvent): void;
  /** The run is over: writes what is still held back. */
  close(): void;
}
