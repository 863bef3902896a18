import { ConfigError, message, type Rng } from '@zpin/contracts';

/** Values of a table. */
const MOST_VALUES = 2 ** 28;

/**
 * Q-values of all states and actions, `[S, A]`, with what rules of learning ask of a row. Masks are `[A]`, 1 = legal; all 1 when
 * omitted.
 */
export class ActionTable {
  readonly numStates: number;
  readonly numActions: number;
  /** `[S, A]`, row-major. */
  readonly values: Float32Array;

  /** @throws ConfigError when no machine has memory for so many values */
  constructor(numStates: number, numActions: number, initialValue: number) {
    if (numStates * numActions > MOST_VALUES) {
      const found = `${numStates} states times ${numActions} actions`;
      throw new ConfigError(message('table', `it must have at most ${MOST_VALUES} values`, found, 'Give fewer bins'));
    }
    this.numStates = numStates;
    this.numActions = numActions;
    this.values = new Float32Array(numStates * numActions).fill(initialValue);
  }

  value(state: number, action: number): number {
    return this.values[state * this.numActions + action];
  }

  /**
   * The legal action of the largest value.
   * @param ties draws among several of them, each with the same probability; the first one when omitted
   */
  best(state: number, mask?: Uint8Array, ties?: Rng): number {
    const { values, numActions } = this;
    const row = state * numActions;
    let best = -1;
    let equal = 0;
    for (let action = 0; action < numActions; action++) {
      if (mask && mask[action] === 0) continue;
      if (best < 0 || values[row + action] > values[row + best]) {
        best = action;
        equal = 1;
      } else if (ties && values[row + action] === values[row + best]) {
        // The k-th of equals takes the place of those before with probability 1/k, which gives each the same chance.
        equal++;
        if (ties.integers(0, equal) === 0) best = action;
      }
    }
    return Math.max(0, best);
  }

  /** Mean value of the legal actions. */
  mean(state: number, mask?: Uint8Array): number {
    const { values, numActions } = this;
    let sum = 0;
    let legal = 0;
    for (let action = 0; action < numActions; action++) {
      if (mask && mask[action] === 0) continue;
      sum += values[state * numActions + action];
      legal++;
    }
    return legal === 0 ? 0 : sum / legal;
  }
}
