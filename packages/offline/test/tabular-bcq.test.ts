import { discrete, type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { describeExactness } from '../../../tools/testing/exactness-suite.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { OfflineDataset } from '../src/dataset/offline-dataset.ts';
import { tabularBcq } from '../src/tabular-bcq.ts';
import { tabularCase } from './algorithms.ts';

describeExactness(tabularCase);
describeProbes(tabularCase);

const engine = await createEngine('tensorflow', { backend: 'cpu' });

/** S states, A actions, each of which leads to one state: what the data have is all that is known. */
const [S, A, gamma] = [8, 3, 0.9];
const spec: EnvSpec = {
  id: 'Jumps-v0',
  observationSpace: discrete(S, -2),
  actionSpace: discrete(A, 5),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** A third of all pairs, in rows that do not follow each other. */
function jumps(seed: number) {
  const rng = new Rng(seed);
  const pairs = Array.from({ length: S * A }, (_, pair) => ({
    state: Math.floor(pair / A),
    action: pair % A,
    next: rng.integers(0, S),
    reward: rng.uniform(-1, 1),
    isEnd: rng.random() < 0.2,
  })).filter(() => rng.random() < 0.4);
  const column = <T>(of: (pair: (typeof pairs)[number]) => T) => pairs.map(of);
  const transitions = {
    obs: Int32Array.from(column(({ state }) => state - 2)),
    action: Int32Array.from(column(({ action }) => action + 5)),
    reward: Float32Array.from(column(({ reward }) => reward)),
    nextObs: Int32Array.from(column(({ next }) => next - 2)),
    terminated: Uint8Array.from(column(({ isEnd }) => Number(isEnd))),
    truncated: Uint8Array.from(column(({ isEnd }) => Number(!isEnd))),
  };
  return { pairs, dataset: new OfflineDataset({ spec, transitions }) };
}

/** Q of the pairs of the data by value iteration over nothing else; NaN for all others. */
function oracle(pairs: ReturnType<typeof jumps>['pairs'], unknown: number): number[] {
  let q = new Array<number>(S * A).fill(Number.NaN);
  for (let sweep = 0; sweep < 500; sweep++) {
    const next = new Array<number>(S * A).fill(Number.NaN);
    for (const { state, action, next: to, reward, isEnd } of pairs) {
      const known = q.slice(to * A, (to + 1) * A).filter(value => !Number.isNaN(value));
      const isInData = pairs.some(pair => pair.state === to);
      const value = isInData ? Math.max(...(known.length > 0 ? known : [0])) : unknown;
      next[state * A + action] = reward + (isEnd ? 0 : gamma * value);
    }
    q = next;
  }
  return q;
}

describe('what is learned', () => {
  it.each([1, 2, 3])('is the best of what the data have, whatever other actions might be worth (data %s)', async seed => {
    const { pairs, dataset } = jumps(seed);
    const unknown = 20;
    const config = { gamma, initialValue: unknown, learningRate: 0.5, batchSize: 16 } as const;
    const agent = await tabularBcq.create({ spec, config, seed: 1, engine });
    const env = { ...makeVectorEnv('CliffWalking-v1', 1), spec };
    for await (const _ of tabularBcq.train({ agent, env, dataset, totalSteps: 800, seed: 1 }));
    const { vectors } = (await agent.state()) as { readonly vectors: { readonly table: Float32Array } };
    const expected = oracle(pairs, unknown);
    for (const [pair, q] of expected.entries()) {
      if (!Number.isNaN(q)) expect(vectors.table[pair], `pair ${pair}`).toBeCloseTo(q, 3);
      else expect(vectors.table[pair]).toBe(unknown);
    }
    const actions = await agent.act(
      Int32Array.from({ length: S }, (_, state) => state - 2),
      'exploit',
    );
    for (let state = 0; state < S; state++) {
      const values = expected.slice(state * A, (state + 1) * A).map(q => (Number.isNaN(q) ? Number.NEGATIVE_INFINITY : q));
      if (Math.max(...values) > Number.NEGATIVE_INFINITY) expect(actions[state] - 5).toBe(values.indexOf(Math.max(...values)));
    }
    const weights = (await agent.policy?.())?.weights ?? [];
    for (const [pair, q] of expected.entries()) expect(Number(weights[pair]) < -1e5).toBe(Number.isNaN(q));
  });
});
