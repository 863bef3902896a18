import type { AgentState } from '@zpin/contracts';

/** Attempts that a rate looks back on, about. */
const WINDOW = 100;

/** How often each of G goals is reached, of its last attempts. */
export class SuccessRates {
  readonly #rates: Float64Array;
  readonly #attempts: Float64Array;

  constructor(goals: number) {
    this.#rates = new Float64Array(goals);
    this.#attempts = new Float64Array(goals);
  }

  /** In [0, 1]; 0 before the first attempt. */
  of(goal: number): number {
    return this.#rates[goal];
  }

  /** Counts an attempt that is over: in the mean at first, then as one part in 100. */
  count(goal: number, isReached: boolean): void {
    this.#attempts[goal] = Math.min(WINDOW, this.#attempts[goal] + 1);
    this.#rates[goal] += (Number(isReached) - this.#rates[goal]) / this.#attempts[goal];
  }

  state(): AgentState {
    return { rates: this.#rates.slice(), attempts: this.#attempts.slice() };
  }

  restore({ rates, attempts }: AgentState): void {
    this.#rates.set(rates as Float64Array);
    this.#attempts.set(attempts as Float64Array);
  }
}
