import type { MessagePort } from 'node:worker_threads';

/** Of the frames between this package and its server; both sides refuse another one. */
export const PROTOCOL = 1;

/** Kinds of requests. */
export const HELLO = 0;
export const STEP = 1;
export const RESET = 2;
export const RENDER = 3;
export const STATE = 4;
export const RESTORE = 5;
export const PROBE = 6;
export const OUTCOMES = 7;
export const CLOSE = 8;

/** Kinds of answers, besides 0, which is what was asked for: JSON of what is wrong. */
export const ERROR = 1;
/** An empty frame that says that the answer will come. */
export const BEAT = 2;

/** Flags of a step: infos are wanted, and copies that end are reset. */
export const WITH_INFO = 1;
export const RESET_ENDED = 2;

/** Bytes before the content of a frame: its length and its kind, 32 bits each, little-endian. */
export const HEADER_BYTES = 8;

/**
 * Cells of the control array between the thread that waits for answers and the one that has the child's pipes. The second counts
 * `ANSWERS` up with every answer and whatever else the first should wake up for.
 */
export const ANSWERS = 0;
export const BEATS = 1;
export const ENDED = 2;
/** Bytes of the last answer. */
export const LENGTH = 3;
/** Its kind. */
export const KIND = 4;
/** 1 where its content comes by the port, because it is larger than the shared memory. */
export const BY_PORT = 5;
export const PROCESS_ID = 6;
export const CONTROL_CELLS = 7;

/** What the thread that has the child's pipes is started with. */
export interface ChildSetup {
  readonly command: string;
  readonly args: readonly string[];
  readonly control: Int32Array;
  readonly port: MessagePort;
}

/** What that thread is told: memory to share from now on, a frame to send, to end the child, or to send the frame in shared memory. */
export type ChildRequest =
  | { readonly type: 'share'; readonly request: Uint8Array<SharedArrayBuffer>; readonly answer: Uint8Array<SharedArrayBuffer> }
  | { readonly type: 'frame'; readonly frame: Uint8Array }
  | { readonly type: 'end'; readonly graceMilliseconds: number }
  /** Bytes of the frame in shared memory. */
  | number;

/** How a child ended, told by the port. */
export interface ChildEnd {
  readonly type: 'end';
  /** What the system says where it could not be started. */
  readonly error?: string;
  /** What it wrote where frames were due. */
  readonly written?: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines of its error output. */
  readonly lastLines: readonly string[];
}
