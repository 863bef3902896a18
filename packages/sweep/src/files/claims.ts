import type { StoredTrial } from '../journal/journal-state.ts';
import { isObject, type JsonObject } from '../journal/operations.ts';

/** System attribute of a trial that says who works on it. */
const CLAIM = 'zpin:worker';

/** Who works on a trial. A `type`, so that it passes for plain JSON. */
export type Claim = {
  /** Of one worker, and no other. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Raised regularly, as long as the worker lives. */
  readonly beat: number;
  /** Milliseconds between two raises; 0 where they do not come by themselves. */
  readonly everyMs: number;
};

/** Who works on a trial; null where its worker gave it back, undefined where a program has it that claims nothing, as Optuna does. */
export function claimOf({ systemAttributes }: StoredTrial): Claim | null | undefined {
  const { [CLAIM]: found } = systemAttributes;
  if (found === undefined || found === null) return found;
  const { id = '', host = '', pid = -1, beat = 0, everyMs = 0 } = isObject(found) ? found : {};
  return { id: String(id), host: String(host), pid: Number(pid), beat: Number(beat), everyMs: Number(everyMs) };
}

/** Whether the worker of a trial that is not over gave it back, for whoever takes it up. */
export function isGivenBack(trial: StoredTrial): boolean {
  return trial.state === 'running' && claimOf(trial) === null;
}

/** What a trial says of its worker. */
export function claimAttributes(claim: Claim | null): JsonObject {
  return { [CLAIM]: claim };
}

export interface ClaimWatchOptions {
  /** Name of this machine. */
  readonly host: string;
  /** Milliseconds for which a counter must stand still: never less than three of the times after which its worker raises it. */
  readonly graceMs: number;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Whether a process of this machine is there. */
  isRunning(pid: number): boolean;
}

/**
 * Tells whose workers are gone. Clocks of machines disagree, so no time is ever compared with that of another one: what counts is for how long a counter
 * has stood still by the clock of this process, since it first saw it so.
 */
export class ClaimWatch {
  readonly #options: ClaimWatchOptions;
  readonly #seen = new Map<number, { readonly id: string; readonly beat: number; readonly since: number }>();

  constructor(options: ClaimWatchOptions) {
    this.#options = options;
  }

  /** Looks at a claim. @param trial id of what is claimed @returns whether its worker is gone */
  isGone(trial: number, { id, host, pid, beat, everyMs }: Claim): boolean {
    const { graceMs, now, isRunning } = this.#options;
    if (host === this.#options.host && !isRunning(pid)) return true;
    const seen = this.#seen.get(trial);
    if (seen?.id === id && seen.beat === beat) return now() - seen.since >= Math.max(graceMs, 3 * everyMs);
    this.#seen.set(trial, { id, beat, since: now() });
    return false;
  }
}
