import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { RunFolder, runHolder } from 'zpin/node';
import type { ComparedRun } from '../run-curves.ts';
import type { RunState } from './messages.ts';
import { MetricsReader } from './metrics-reader.ts';

/** Milliseconds without news after which nothing is said of a process on another machine. */
const QUIET_AFTER = 60_000;
/** Milliseconds between two looks whether a run that no process has came to its end. */
const ENDED_INTERVAL = 3000;

/** A run folder that is followed by its files alone. */
export class WatchedRun implements ComparedRun {
  /** By which a page asks for it: never a path. */
  readonly id: string;
  readonly folder: RunFolder;
  /** Path below the folder that is watched. */
  readonly name: string;
  readonly metrics: MetricsReader;
  /** Runs are grouped by their descriptions; what they told is kept in thin series. */
  readonly events = [];
  #description: ComparedRun['description'];
  #described = '';
  #state: RunState = 'stopped';
  #changedAt: number;
  #ended = { at: Number.NEGATIVE_INFINITY, is: false };

  /** @param description as the folder has it @param now milliseconds of a clock of this process */
  constructor(path: string, name: string, description: ComparedRun['description'], now: number) {
    this.id = createHash('sha256').update(path).digest('hex').slice(0, 12);
    this.folder = new RunFolder(path);
    this.name = name;
    this.metrics = new MetricsReader(this.folder.file('metrics'));
    this.#description = description;
    this.#changedAt = now;
  }

  get description(): ComparedRun['description'] {
    return this.#description;
  }

  /** Changes with the description. */
  get described(): string {
    return this.#described;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Looks what changed. @returns whether the run is still there */
  async look(now: number): Promise<boolean> {
    const isThere = await this.#describe();
    if (!isThere) return false;
    if (await this.metrics.look()) this.#changedAt = now;
    this.#state = this.#stateAt(now);
    return true;
  }

  async #describe(): Promise<boolean> {
    const found = await stat(this.folder.file('description'), { bigint: true }).catch(() => null);
    if (found === null) return false;
    const seen = `${found.size} ${found.mtimeNs} ${found.ino}`;
    if (seen === this.#described) return true;
    try {
      this.#description = this.folder.describe('zpin watch');
      this.#described = seen;
      return true;
    } catch {
      return false;
    }
  }

  #stateAt(now: number): RunState {
    const holder = runHolder(this.folder.path);
    // Whether a process of another machine lives cannot be seen from here, only whether something comes from it.
    if (holder) return holder.host === hostname() || now - this.#changedAt < QUIET_AFTER ? 'training' : 'quiet';
    if (now - this.#ended.at > ENDED_INTERVAL) this.#ended = { at: now, is: this.folder.isEnded() };
    return this.#ended.is ? 'finished' : 'stopped';
  }
}
