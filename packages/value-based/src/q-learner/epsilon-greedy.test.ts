import { InputError, Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { epsilonGreedy } from './epsilon-greedy.ts';

const rows = 20_000;
const numActions = 4;
const greedyAction = 2;
const greedy = () => new Int32Array(rows).fill(greedyAction);

async function frequencies(epsilon: number, mask?: Uint8Array): Promise<number[]> {
  const options = { epsilon, numActions, rows, rng: new Rng(1), greedy, ...(mask && { mask }) };
  const actions = await epsilonGreedy(options);
  expect(actions.length).toBe(rows);
  return Array.from({ length: numActions }, (_, action) => actions.filter(chosen => chosen === action).length / rows);
}

/** Five deviations of a share of 20,000 that is at most 1/2. */
const TOLERANCE = 5 * Math.sqrt(0.25 / rows);

function expectShares(actual: readonly number[], expected: readonly number[]): void {
  for (const [action, share] of expected.entries()) {
    if (share === 0 || share === 1) expect(actual[action], `action ${action}`).toBe(share);
    else expect(Math.abs(actual[action] - share), `action ${action}`).toBeLessThan(TOLERANCE);
  }
}

describe('epsilonGreedy', () => {
  it.each([
    // The random action may be the greedy one as well: ε/4 for each, and 1 − ε on top.
    [0.4, [0.1, 0.1, 0.7, 0.1]],
    [0, [0, 0, 1, 0]],
    [1, [0.25, 0.25, 0.25, 0.25]],
  ])('takes random actions in a share of %d', async (epsilon, expected) => {
    expectShares(await frequencies(epsilon), expected);
  });

  it('takes a probability of each row', async () => {
    // Even rows are greedy, odd ones random: a random action is the greedy one in a quarter of the cases.
    const epsilon = Float32Array.from({ length: rows }, (_, row) => row % 2);
    const actions = await epsilonGreedy({ epsilon, numActions, rows, rng: new Rng(1), greedy });
    const shareOf = (parity: number) =>
      actions.filter((action, row) => row % 2 === parity && action === greedyAction).length / (rows / 2);
    expect(shareOf(0)).toBe(1);
    expect(Math.abs(shareOf(1) - 0.25)).toBeLessThan(2 * TOLERANCE);
  });

  it('takes only legal actions, all of them equally often', async () => {
    const mask = Uint8Array.from({ length: rows * numActions }, (_, i) => [1, 0, 1, 1][i % numActions]);
    expectShares(await frequencies(0.6, mask), [0.2, 0, 0.6, 0.2]);
  });

  it('reads the mask of each row', async () => {
    // Row i allows only action i mod 4.
    const mask = Uint8Array.from({ length: rows * numActions }, (_, i) =>
      Number(i % numActions === Math.floor(i / numActions) % numActions),
    );
    const actions = await epsilonGreedy({ epsilon: 1, numActions, rows, rng: new Rng(2), greedy, mask });
    expect(actions.every((action, row) => action === row % numActions)).toBe(true);
  });

  it('refuses a row without a legal action, greedy or not', async () => {
    const mask = Uint8Array.of(0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0);
    for (const epsilon of [0, 1]) {
      const act = epsilonGreedy({ epsilon, numActions, rows: 3, rng: new Rng(5), greedy, mask });
      await expect(act).rejects.toThrow(InputError);
      await expect(act).rejects.toThrow(/^epsilonGreedy: row 2 of the mask must leave at least one of 4 actions legal, got 0\./);
    }
  });

  it('gives each row its own greedy action', async () => {
    const best = Int32Array.of(3, 0, 2, 1);
    const options = { epsilon: 0, numActions, rows: 4, rng: new Rng(3), greedy: async () => best };
    expect(await epsilonGreedy(options)).toEqual(best);
  });

  it('asks for greedy actions only where one is needed', async () => {
    let asked = 0;
    const counted = () => {
      asked++;
      return Int32Array.of(0, 0);
    };
    await epsilonGreedy({ epsilon: 1, numActions, rows: 2, rng: new Rng(4), greedy: counted });
    expect(asked).toBe(0);
    await epsilonGreedy({ epsilon: 0, numActions, rows: 2, rng: new Rng(4), greedy: counted });
    expect(asked).toBe(1);
  });
});
