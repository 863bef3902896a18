import { mean } from '../numbers.ts';
import type { Progress } from './messages.ts';

/** Milliseconds between two reports. */
const INTERVAL = 250;
const RECENT = 100;

/** What an event says that a run prints as JSON. */
interface PrintedEvent {
  readonly type: string;
  readonly step?: number;
  readonly totalSteps?: number;
  readonly episodeReturn?: number;
  readonly returns?: readonly number[];
}

/** Sums up what a run prints as lines of JSON: where it is, a few times a second. */
export class RunProgress {
  readonly #now: () => number;
  readonly #recent: number[] = [];
  #told = Number.NEGATIVE_INFINITY;
  #step = 0;
  #totalSteps: number | null = null;
  #evaluation: number | null = null;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes a line. @returns where the run is, if it is time to tell */
  hear(line: string): Progress | null {
    const event = JSON.parse(line) as PrintedEvent;
    if (event.type !== 'summary') this.#step = event.step ?? this.#step;
    this.#totalSteps = event.totalSteps ?? this.#totalSteps;
    if (event.type === 'episode' && event.episodeReturn !== undefined) {
      this.#recent.push(event.episodeReturn);
      if (this.#recent.length > RECENT) this.#recent.shift();
    }
    if (event.type === 'eval' && event.returns) this.#evaluation = mean(event.returns);
    const now = this.#now();
    if (now - this.#told < INTERVAL) return null;
    this.#told = now;
    return {
      ...{ step: this.#step, totalSteps: this.#totalSteps, evaluation: this.#evaluation },
      meanReturn: this.#recent.length > 0 ? mean(this.#recent) : null,
    };
  }
}
