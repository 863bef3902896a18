import { type Algorithm, createEngine, evaluate, policyActor } from '@zpin/core';
import { box, discrete, type EnvSpec, SpaceError } from '@zpin/core/spec';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { ActionTable } from './action-table.ts';
import { expectedSarsa, expectedValue } from './expected-sarsa.ts';
import { greedyValue, qLearning } from './q-learning.ts';
import { sampledValue, sarsa } from './sarsa.ts';
import { sarsaLambda } from './sarsa-lambda.ts';
import type { TabularAgent, TabularStep } from './tabular-agent.ts';

const engine = await createEngine('onnx');
const spec: EnvSpec = {
  id: 'Three-v0',
  observationSpace: discrete(3, 10),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const algorithms: readonly Algorithm[] = [qLearning, sarsa, expectedSarsa, sarsaLambda];

async function make(algorithm: Algorithm, config: object = {}): Promise<TabularAgent> {
  const settings = { learningRate: 0.5, gamma: 0.9, epsilonStart: 0, epsilonEnd: 0, ...config };
  return (await algorithm.create({ spec, seed: 1, engine, config: settings })) as TabularAgent;
}

/** One step of one environment; states count from the first of the space. */
function step(
  from: number,
  action: number,
  reward: number,
  to: number,
  nextAction: number,
  end = { terminated: 0, truncated: 0 },
): TabularStep {
  return {
    obs: Int32Array.of(10 + from),
    action: Int32Array.of(action),
    reward: Float32Array.of(reward),
    nextObs: Int32Array.of(10 + to),
    nextAction: Int32Array.of(nextAction),
    terminated: Uint8Array.of(end.terminated),
    truncated: Uint8Array.of(end.truncated),
  };
}

const numbers = (table: Float32Array) => Array.from(table, value => Math.round(value * 1e5) / 1e5);

describe('the value of what follows', () => {
  const table = new ActionTable(2, 3, 0);
  table.values.set([0, 0, 0, 1, 4, 7]);
  const next = { state: 1, action: 0, epsilon: 0.3, mask: undefined };
  const masked = { ...next, mask: Uint8Array.of(1, 1, 0) };

  it('is the largest, the sampled, or the expected one', () => {
    expect(greedyValue(table, next)).toBe(7);
    expect(sampledValue(table, next)).toBe(1);
    expect(expectedValue(table, next)).toBeCloseTo(0.7 * 7 + 0.3 * 4, 12);
  });

  it('leaves illegal actions out', () => {
    expect(greedyValue(table, masked)).toBe(4);
    expect(expectedValue(table, masked)).toBeCloseTo(0.7 * 4 + 0.3 * 2.5, 12);
  });
});

describe('one step', () => {
  it.each([
    // Q(1, ·) = [2, 6], A′ = 0: max 6, sampled 2, expected with ε = 0.5: 0.5 · 6 + 0.5 · 4.
    ['q-learning', qLearning, 1 + 0.9 * 6],
    ['sarsa', sarsa, 1 + 0.9 * 2],
    ['expected-sarsa', expectedSarsa, 1 + 0.9 * 5],
    ['sarsa-lambda', sarsaLambda, 1 + 0.9 * 2],
  ])('of %s moves Q by alpha of the TD error', async (_name, algorithm, target) => {
    const agent = await make(algorithm, { epsilonStart: 0.5, epsilonEnd: 0.5 });
    agent.table.set([4, 0, 2, 6, 0, 0]);
    agent.progress(0, 10);
    agent.learn(step(0, 0, 1, 1, 0));
    expect(numbers(agent.table)).toEqual([4 + 0.5 * (target - 4), 0, 2, 6, 0, 0].map(x => Math.round(x * 1e5) / 1e5));
  });

  it.each(algorithms.map(algorithm => [algorithm.id, algorithm] as const))(
    'of %s bootstraps after a time limit and not after an end',
    async (_name, algorithm) => {
      const [ended, cut] = [await make(algorithm), await make(algorithm)];
      for (const { table } of [ended, cut]) table.set([0, 0, 2, 6, 0, 0]);
      ended.learn(step(0, 0, 1, 1, 0, { terminated: 1, truncated: 0 }));
      // ε = 0, so every rule takes the greedy action of the last observation, whatever is played in the next episode.
      cut.learn(step(0, 0, 1, 1, 0, { terminated: 0, truncated: 1 }));
      expect(numbers(ended.table)).toEqual([0.5, 0, 2, 6, 0, 0]);
      expect(numbers(cut.table)).toEqual([3.2, 0, 2, 6, 0, 0]);
    },
  );
});

describe('eligibility traces', () => {
  // Twice (0, 0), then (1, 1) into the end; λ = 0.5, γ = 0.9: a trace fades by 0.45 per step. α = 0.5, Q = 0 at first.
  async function play(traces: string): Promise<number[]> {
    const agent = await make(sarsaLambda, { lambda: 0.5, traces });
    agent.learn(step(0, 0, 0, 0, 0));
    agent.learn(step(0, 0, 0, 1, 1));
    agent.learn(step(1, 1, 8, 2, 0, { terminated: 1, truncated: 0 }));
    return numbers(agent.table);
  }

  it('accumulate: e = (1 · 0.45 + 1) · 0.45', async () => {
    expect(await play('accumulating')).toEqual([4 * 1.45 * 0.45, 0, 0, 4, 0, 0].map(x => Math.round(x * 1e5) / 1e5));
  });

  it('replace: e = 1 · 0.45', async () => {
    expect(await play('replacing')).toEqual([4 * 0.45, 0, 0, 4, 0, 0]);
  });

  it('end with the episode', async () => {
    const agent = await make(sarsaLambda, { lambda: 0.5 });
    agent.learn(step(0, 0, 0, 1, 0, { terminated: 0, truncated: 1 }));
    agent.learn(step(1, 1, 8, 2, 0, { terminated: 1, truncated: 0 }));
    expect(numbers(agent.table)).toEqual([0, 0, 0, 4, 0, 0]);
  });

  it.each(['accumulating', 'replacing'] as const)('%s, equal a table of all traces over a random walk', async traces => {
    const agent = await make(sarsaLambda, { lambda: 0.8, traces, learningRate: 0.1 });
    const q = new Float64Array(6);
    const e = new Float64Array(6);
    let seed = 1;
    const random = (n: number) => {
      seed = (seed * 16807) % 2147483647;
      return seed % n;
    };
    let [state, action] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const [to, nextAction, reward, isEnd] = [random(3), random(2), random(5) - 2, random(6) === 0];
      agent.learn(step(state, action, reward, to, nextAction, { terminated: Number(isEnd), truncated: 0 }));
      const pair = 2 * state + action;
      const error = reward + (isEnd ? 0 : 0.9 * q[2 * to + nextAction]) - q[pair];
      e[pair] = traces === 'replacing' ? 1 : e[pair] + 1;
      for (let k = 0; k < 6; k++) {
        q[k] += 0.1 * error * e[k];
        e[k] = isEnd ? 0 : e[k] * 0.9 * 0.8;
      }
      [state, action] = [to, nextAction];
    }
    for (let k = 0; k < 6; k++) expect(agent.table[k]).toBeCloseTo(q[k], 3);
  });
});

describe('tabular agents', () => {
  it('explore with probability epsilon and obey masks', async () => {
    const agent = await make(qLearning, { epsilonStart: 0.5, epsilonEnd: 0.5 });
    agent.table.set([0, 1, 0, 1, 0, 1]);
    const obs = new Int32Array(4000).fill(11);
    const share = agent.act(obs, 'explore').filter(action => action === 0).length / 4000;
    expect(Math.abs(share - 0.25)).toBeLessThan(0.035);
    const mask = Uint8Array.from({ length: 8000 }, (_, i) => 1 - (i % 2));
    expect(agent.act(obs, 'explore', mask).every(action => action === 0)).toBe(true);
  });

  it.each(algorithms.map(algorithm => [algorithm.id, algorithm] as const))(
    'of %s refuse spaces without indices',
    async (_id, algorithm) => {
      const space = box({ low: -1, high: 1, shape: [2] });
      const create = async (other: object) => algorithm.create({ spec: { ...spec, ...other }, seed: 1, engine });
      await expect(create({ observationSpace: space })).rejects.toThrow(/observations of Three-v0 must be Discrete.*Use dqn/);
      await expect(create({ actionSpace: space })).rejects.toThrow(SpaceError);
      await expect(make(algorithm, { epsilon: 1 })).rejects.toThrow(/epsilon/);
    },
  );

  it('report the mean size of TD errors since the last report', async () => {
    const agent = await make(qLearning);
    agent.learn(step(0, 0, 4, 1, 0, { terminated: 1, truncated: 0 }));
    agent.learn(step(1, 0, -2, 1, 0, { terminated: 1, truncated: 0 }));
    expect(await agent.report().read()).toEqual({ tdError: 3, epsilon: 0, learningRate: 0.5 });
    expect(await agent.report().read()).toMatchObject({ tdError: 0 });
  });

  it('hand over a policy that acts as they do', async () => {
    const agent = await make(sarsa);
    agent.table.set([0, 1, 3, 2, -1, -2]);
    const policy = await agent.policy?.();
    if (!policy) throw new Error('a table is a policy');
    const actor = policyActor(policy, { algorithms: [sarsa], engine });
    const obs = Int32Array.of(10, 11, 12);
    expect(Array.from(await actor.act(obs, 'exploit'))).toEqual([1, 0, 0]);
    expect(Array.from(await actor.act(obs, 'exploit', Uint8Array.of(1, 0, 0, 1, 0, 1)))).toEqual([0, 1, 1]);
    actor.dispose();
  });

  it.each(algorithms.map(algorithm => [algorithm.id, algorithm] as const))(
    'of %s find the shortest way along the cliff',
    async (_id, algorithm) => {
      const preset = algorithm.presets['CliffWalking-v1'];
      const env = makeVectorEnv('CliffWalking-v1', 1);
      const agent = await algorithm.create({ spec: env.spec, config: preset.config as object, seed: 1, engine });
      for await (const _ of algorithm.train({ agent, env, totalSteps: preset.totalSteps, seed: 1 }));
      const { meanReturn } = await evaluate(agent, makeVectorEnv('CliffWalking-v1', 1, { maxEpisodeSteps: 50 }), 1, 1);
      expect(meanReturn).toBe(-13);
    },
  );
});
