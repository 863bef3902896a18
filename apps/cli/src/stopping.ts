import { exitCodeOf, type StopRequest } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Milliseconds after which whoever asked for a stop is told that it was heard. */
const PATIENCE = 1000;

/**
 * Listens for requests to stop. The first gives `signal`; Ctrl-C or SIGTERM after it ends the process at once.
 *
 * Without a listener a signal ends the process by itself, so one is there only while there is something to save.
 */
export class Stopping {
  readonly #controller: AbortController;
  readonly #forget: () => void;
  #received: StopRequest | null = null;
  /** Whether it came by a signal: only the second one of these ends the process at once. */
  #isHeard = false;
  #notice: ReturnType<typeof setTimeout> | undefined;

  /** @param controller that is aborted; one of its own when omitted */
  constructor(io: Io, controller = new AbortController()) {
    this.#controller = controller;
    this.#forget = io.onStop(request => {
      if (this.#received !== null && this.#isHeard) {
        if (request === 'SIGINT' || request === 'SIGTERM') io.exit(exitCodeOf(request));
        return;
      }
      this.#isHeard = true;
      this.request(request);
      this.#notice = setTimeout(() => {
        io.stderr.write('Stopping after the step in progress. Ctrl-C once more ends at once, without what is not saved yet.\n');
      }, PATIENCE);
    });
  }

  /** Asks for a stop in another way than by a signal of the system. */
  request(request: StopRequest): void {
    if (this.#received !== null) return;
    this.#received = request;
    this.#controller.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The first request; null while there is none. */
  get received(): StopRequest | null {
    return this.#received;
  }

  /** Listens no more. */
  forget(): void {
    clearTimeout(this.#notice);
    this.#forget();
  }
}

/** Runs what can be stopped, and listens for as long. Null where a stop came in its way. */
export async function stoppable<T>(stopping: Stopping, run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (error === stopping.signal.reason) return null;
    throw error;
  }
}
