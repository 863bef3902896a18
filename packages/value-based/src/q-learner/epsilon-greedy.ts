import { checkActionMask, type MaybePromise, type NumericArray, type Rng } from '@zpin/contracts';

export interface EpsilonGreedyOptions {
  /** Probability of a random action, in [0, 1]: one, or `[N]` of each row. */
  readonly epsilon: number | ArrayLike<number>;
  readonly numActions: number;
  /** The action of the lowest number, `start` of the space; 0 when omitted. */
  readonly firstAction?: number;
  /** Actions to choose (N). */
  readonly rows: number;
  readonly rng: Rng;
  /** Greedy actions `[N]`; asked for only when one is needed. */
  greedy(): MaybePromise<NumericArray>;
  /** `[N, A]`, 1 = legal; at least one in each row. */
  readonly mask?: Uint8Array;
}

/**
 * Takes the greedy action of each row with probability 1 − ε, else a legal one at random. Returns `[N]` actions of a `Discrete`
 * space.
 * @throws InputError when a mask leaves a row without a legal action
 */
export async function epsilonGreedy(options: EpsilonGreedyOptions): Promise<Int32Array> {
  const { epsilon, numActions, firstAction = 0, rows, rng, greedy, mask } = options;
  if (mask) checkActionMask('epsilonGreedy', mask, numActions, rows);
  const none = firstAction - 1;
  const actions = new Int32Array(rows).fill(none);
  let open = 0;
  for (let i = 0; i < rows; i++) {
    const chance = typeof epsilon === 'number' ? epsilon : epsilon[i];
    if (rng.random() < chance) {
      const legal = mask?.subarray(i * numActions, (i + 1) * numActions);
      actions[i] = firstAction + randomAction(numActions, rng, legal);
    } else open++;
  }
  if (open === 0) return actions;
  const best = await greedy();
  for (let i = 0; i < rows; i++) if (actions[i] === none) actions[i] = best[i];
  return actions;
}

/** The index of a legal action, each with the same probability; there must be one. */
export function randomAction(numActions: number, rng: Rng, mask?: Uint8Array): number {
  if (!mask) return rng.integers(0, numActions);
  let legal = 0;
  for (const bit of mask) if (bit !== 0) legal++;
  let action = 0;
  for (let skip = rng.integers(0, legal); mask[action] === 0 || skip-- > 0; ) action++;
  return action;
}
