import type { RunEvent } from '../run-event.ts';

type EpisodeEvent = Extract<RunEvent, { readonly type: 'episode' }>;

const NOTHING: Readonly<Record<string, number>> = {};
/** Episodes that means are taken over. */
const KEPT = 100;

/** The last 100 episodes of training, of which the files of a run tell means. */
export class RecentEpisodes {
  readonly #episodes: EpisodeEvent[] = [];
  /** How many of them tell anything by their infos: most environments never do. */
  #telling = 0;

  get isEmpty(): boolean {
    return this.#episodes.length === 0;
  }

  add(episode: EpisodeEvent): void {
    this.#episodes.push(episode);
    if (episode.info) this.#telling++;
    if (this.#episodes.length > KEPT && this.#episodes.shift()?.info) this.#telling--;
  }

  get returnMean(): number {
    return this.#mean(({ episodeReturn }) => episodeReturn);
  }

  /** Means over them, in one pass; `success` is the share that reached the goal, NaN where there are no goals. */
  get means(): { readonly return: number; readonly length: number; readonly success: number } {
    let [returns, lengths, successes, withGoal] = [0, 0, 0, 0];
    for (const { episodeReturn, episodeLength, success } of this.#episodes) {
      returns += episodeReturn;
      lengths += episodeLength;
      if (success === undefined) continue;
      successes += Number(success);
      withGoal++;
    }
    const { length: count } = this.#episodes;
    return { return: returns / count, length: lengths / count, success: successes / withGoal };
  }

  /** Means of what the infos of episodes told, by `info/<name>`. */
  get infoMeans(): Readonly<Record<string, number>> {
    if (this.#telling === 0) return NOTHING;
    const names = new Set<string>();
    for (const { info } of this.#episodes) for (const name in info) names.add(name);
    return Object.fromEntries([...names].map(name => [`info/${name}`, this.#mean(({ info }) => info?.[name])]));
  }

  /** Mean over the episodes that say something; NaN where none does. */
  #mean(read: (episode: EpisodeEvent) => number | undefined): number {
    let sum = 0;
    let count = 0;
    for (const episode of this.#episodes) {
      const value = read(episode);
      if (typeof value !== 'number') continue;
      sum += value;
      count++;
    }
    return sum / count;
  }
}

/** Rows of one kind that a whole run leaves, so that files of long runs stay small. */
const ROWS = 2000;

/** Which events of a run are written: the first of each of so many equal parts. It depends on steps alone, never on the clock. */
export class RowGate {
  readonly #distance: number;
  #last = 0;

  constructor(totalSteps: number, rows = ROWS) {
    this.#distance = Math.max(1, Math.floor(totalSteps / rows));
  }

  /** Whether the event of a step is written. Asked once for each event. */
  opens(step: number): boolean {
    if (Math.floor(step / this.#distance) <= Math.floor(this.#last / this.#distance)) return false;
    this.#last = step;
    return true;
  }

  /** Goes on behind a row that was written before. */
  passed(step: number): void {
    this.#last = step;
  }
}
