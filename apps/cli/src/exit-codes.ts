/**
 * Why a command shall stop: a signal; `SIGPIPE` when whoever read the output went away, `output` when it cannot be written for
 * another reason.
 */
export type StopRequest = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE' | 'output';

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
