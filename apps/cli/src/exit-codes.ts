import type { StopRequest } from './io.ts';

/** Exit codes: what was asked for is done, it failed, or it could not be asked like that. */
export const EXIT = { done: 0, failed: 1, badInput: 2 } as const;

/** Exit codes of what was stopped: 128 and the number of the signal, as shells have it. */
const STOPPED: Readonly<Record<StopRequest, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGPIPE: 141,
  SIGTERM: 143,
  output: EXIT.failed,
};

export function exitCodeOf(request: StopRequest): number {
  return STOPPED[request];
}
