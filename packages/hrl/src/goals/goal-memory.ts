import { flatSize, type NumericArray, type Space } from '@zpin/contracts';
import type { Subgoals } from './subgoals.ts';

/** No goal was chosen yet. */
const NONE = -1;

/** The goals that N episodes in progress pursue. */
export class GoalMemory {
  readonly #subgoals: Subgoals;
  readonly #obsSize: number;
  #goals = new Int32Array(0);

  constructor(observations: Space, subgoals: Subgoals) {
    this.#obsSize = flatSize(observations);
    this.#subgoals = subgoals;
  }

  /** `[N]`: indices of sub-goals. */
  get goals(): Int32Array {
    return this.#goals;
  }

  /**
   * Takes leave of goals that are reached, or were of an episode that is over. Returns whether a goal is missing anywhere.
   * @param obs `[N, D]` @param start `[N]`: 1 where an episode begins; omitted: nowhere. Another N begins anew everywhere.
   */
  arrive(obs: NumericArray, start?: Uint8Array): boolean {
    const episodes = obs.length / this.#obsSize;
    if (this.#goals.length !== episodes) this.#goals = new Int32Array(episodes).fill(NONE);
    let isMissing = false;
    for (let i = 0; i < episodes; i++) {
      const goal = this.#goals[i];
      if (goal === NONE || start?.[i] || this.#subgoals.isReached(goal, obs, i * this.#obsSize)) {
        this.#goals[i] = NONE;
        isMissing = true;
      }
    }
    return isMissing;
  }

  /** Takes goals `[N]` where there are none. */
  choose(goals: NumericArray): void {
    for (let i = 0; i < this.#goals.length; i++) if (this.#goals[i] === NONE) this.#goals[i] = goals[i];
  }

  state(): Int32Array {
    return this.#goals.slice();
  }

  restore(goals: Int32Array): void {
    this.#goals = goals.slice();
  }
}
