import type { MaybePromise, NumericArray, Rng } from '@zpin/core/spec';

export interface EpsilonGreedyOptions {
  /** Probability of a random action, in [0, 1]. */
  readonly epsilon: number;
  readonly numActions: number;
  /** Actions to choose (N). */
  readonly rows: number;
  readonly rng: Rng;
  /** Greedy actions `[N]`; asked for only when one is needed. */
  greedy(): MaybePromise<NumericArray>;
  /** `[N, A]`, 1 = legal. */
  readonly mask?: Uint8Array;
}

/** Takes the greedy action of each row with probability 1 − ε, else a legal one at random. Returns `[N]` indices. */
export async function epsilonGreedy({ epsilon, numActions, rows, rng, greedy, mask }: EpsilonGreedyOptions): Promise<Int32Array> {
  const actions = new Int32Array(rows).fill(-1);
  let open = 0;
  for (let i = 0; i < rows; i++) {
    if (rng.random() < epsilon) actions[i] = randomAction(numActions, rng, mask?.subarray(i * numActions, (i + 1) * numActions));
    else open++;
  }
  if (open === 0) return actions;
  const best = await greedy();
  for (let i = 0; i < rows; i++) if (actions[i] < 0) actions[i] = best[i];
  return actions;
}

/** A legal action, each with the same probability. */
export function randomAction(numActions: number, rng: Rng, mask?: Uint8Array): number {
  if (!mask) return rng.integers(0, numActions);
  const legal = mask.reduce((count, bit) => count + (bit ? 1 : 0), 0);
  let skip = rng.integers(0, legal);
  for (let action = 0; action < numActions; action++) if (mask[action] && skip-- === 0) return action;
  return 0;
}
