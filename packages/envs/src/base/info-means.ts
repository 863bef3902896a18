import type { EnvInfo, EnvState } from '@zpin/contracts';

/**
 * Numbers that the infos of an episode tell, one for each name: the mean over its steps, such as of a term of the reward; of a truth
 * value, and of what is called a success, what it is in the last step. What is not finite is left out.
 */
export class InfoMeans {
  #sums: Record<string, number> = {};
  #counts: Record<string, number> = {};
  #isEmpty = true;

  /** Takes the info of a step in. A name that was there before takes no memory. */
  add(info: EnvInfo): void {
    for (const name in info) {
      const value = info[name];
      if (typeof value === 'boolean' || (typeof value === 'number' && SUCCESS.test(name))) {
        this.#sums[name] = Number(value);
        this.#counts[name] = 1;
      } else if (typeof value === 'number' && Number.isFinite(value)) {
        this.#sums[name] = (this.#sums[name] ?? 0) + value;
        this.#counts[name] = (this.#counts[name] ?? 0) + 1;
      } else continue;
      this.#isEmpty = false;
    }
  }

  /** What the episode tells, which ends with this; null where it tells nothing. */
  take(): Readonly<Record<string, number>> | null {
    if (this.#isEmpty) return null;
    const means: Record<string, number> = {};
    for (const name of Object.keys(this.#sums)) means[name] = this.#sums[name] / this.#counts[name];
    this.clear();
    return means;
  }

  /** Another episode begins. */
  clear(): void {
    if (this.#isEmpty) return;
    this.#sums = {};
    this.#counts = {};
    this.#isEmpty = true;
  }

  /** Of the episode in progress; null where nothing was told. */
  state(): EnvState | null {
    return this.#isEmpty ? null : { sums: { ...this.#sums }, counts: { ...this.#counts } };
  }

  restore(state: EnvState | null): void {
    this.clear();
    if (state === null) return;
    this.#sums = { ...(state.sums as Record<string, number>) };
    this.#counts = { ...(state.counts as Record<string, number>) };
    this.#isEmpty = false;
  }
}

/** Numbers of 0 and 1 that say whether something was reached. */
const SUCCESS = /success/i;
