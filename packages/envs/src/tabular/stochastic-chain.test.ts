import { expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { StochasticChain } from './stochastic-chain.ts';

const chain = () => new StochasticChain();

it('keeps the contract of environments', () => {
  expect(checkEnv(chain())).toEqual([]);
});

it('begins in the second state, and ends in the first one with 0.01 when the last was not visited', () => {
  const env = chain();
  expect(env.reset({ seed: 0 }).obs).toBe(1);
  expect(env.step(0)).toMatchObject({ obs: 0, reward: 0.01, terminated: true });
});

it('moves left always, and right in one of two cases', () => {
  const { model } = chain();
  const after = (state: number, action: number) =>
    model.outcomes(state, action).map(({ next, probability }) => [next, probability]);
  expect(after(3, 0)).toEqual([[2, 1]]);
  expect(after(3, 1)).toEqual([
    [4, 0.5],
    [2, 0.5],
  ]);
  // Arriving in the last state makes the visit: states from 6 on have it behind them. There, right stays or fails.
  expect(after(4, 1)).toEqual([
    [11, 0.5],
    [3, 0.5],
  ]);
  expect(after(11, 1)).toEqual([
    [11, 0.5],
    [10, 0.5],
  ]);
  expect(model.outcomes(7, 0)).toEqual([{ probability: 1, next: 6, reward: 1, terminated: true }]);
});

it('shows the same observation before and after the visit', () => {
  const env = chain();
  const seen = new Map<number, Set<number>>();
  for (let seed = 0; seed < 60; seed++) {
    env.reset({ seed });
    for (let isOver = false, visited = 0; !isOver; ) {
      const { obs, reward, terminated } = env.step(visited ? 0 : 1);
      visited ||= Number(obs === 5);
      isOver = terminated;
      if (terminated) seen.set(visited, (seen.get(visited) ?? new Set()).add(reward));
    }
  }
  expect(seen.get(0)).toEqual(new Set([0.01]));
  expect(seen.get(1)).toEqual(new Set([1]));
});

it('is worth 0.208 at best: right until the visit, then left', () => {
  const { model } = chain();
  const values = new Float64Array(12);
  for (let sweep = 0; sweep < 500; sweep++) {
    for (let state = 0; state < 12; state++) {
      if (state % 6 === 0) continue;
      const worth = [0, 1].map(action =>
        model
          .outcomes(state, action)
          .reduce(
            (sum, { probability, reward, next, terminated }) => sum + probability * (reward + (terminated ? 0 : values[next])),
            0,
          ),
      );
      values[state] = Math.max(...worth);
    }
  }
  expect(values[1]).toBeCloseTo(0.2 * 1 + 0.8 * 0.01, 6);
});
