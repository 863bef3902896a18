import {
  type AgentState,
  box,
  CheckpointError,
  discrete,
  type EnvSpec,
  InputError,
  NumericsError,
  Rng,
  SpaceError,
} from '@zpin/contracts';
import { type Algorithm, createEngine, evaluate, policyActor, type TrainState } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { ActionTable } from './action-table.ts';
import { expectedSarsa, expectedValue } from './expected-sarsa.ts';
import { greedyValue, type QLearningConfig, qLearning } from './q-learning.ts';
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
    agent.learn(step(0, 0, 1, 1, 0), { step: 0, totalSteps: 10 });
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

  it('replace: those of the other actions of a state are forgotten when it is visited', async () => {
    const learn = async (traces: string) => {
      const agent = await make(sarsaLambda, { lambda: 0.5, traces });
      agent.learn(step(0, 0, 0, 1, 0));
      agent.learn(step(1, 0, 0, 0, 1));
      agent.learn(step(0, 1, 8, 2, 0, { terminated: 1, truncated: 0 }));
      return numbers(agent.table);
    };
    // α δ = 4 for (0, 1); by 0.45 less per step back for (1, 0), and for (0, 0) where its trace is still there.
    expect(await learn('replacing')).toEqual([0, 4, 1.8, 0, 0, 0]);
    expect(await learn('accumulating')).toEqual([0.81, 4, 1.8, 0, 0, 0]);
  });

  it('are forgotten when nothing is left of them, and not before', async () => {
    const states = 400;
    const agent = (await sarsaLambda.create({
      spec: { ...spec, observationSpace: discrete(states, 10) },
      seed: 1,
      engine,
      config: { gamma: 0.9, lambda: 0.9, learningRate: 1 },
    })) as TabularAgent;
    const open = async () => {
      const { traces } = (await agent.state()) as unknown as { traces: { trace: Float32Array; visited: Int32Array }[] };
      const left = Array.from(traces[0].trace).flatMap((value, pair) => (value === 0 ? [] : [pair]));
      expect(Array.from(traces[0].visited)).toEqual(left);
      return left.length;
    };
    // 0.81ⁿ is below 1e-8 from n = 88 on: 87 steps fade by it, and after each the present pair has a trace as well.
    for (let from = 0; from < 50; from++) agent.learn(step(from, 0, 0, from + 1, 0));
    expect(await open()).toBe(50);
    for (let from = 50; from < states - 1; from++) agent.learn(step(from, 0, 0, from + 1, 0));
    expect(await open()).toBe(87);
  });

  it('end where the episodes in progress are cut', async () => {
    const agent = await make(sarsaLambda, { lambda: 0.5 });
    agent.learn(step(0, 0, 0, 1, 0));
    agent.cut();
    agent.learn(step(1, 1, 8, 2, 0, { terminated: 1, truncated: 0 }));
    expect(numbers(agent.table)).toEqual([0, 0, 0, 4, 0, 0]);
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
      if (traces === 'replacing') e[2 * state] = e[2 * state + 1] = 0;
      e[pair] += 1;
      for (let k = 0; k < 6; k++) {
        q[k] += 0.1 * error * e[k];
        e[k] = isEnd ? 0 : e[k] * 0.9 * 0.8;
      }
      [state, action] = [to, nextAction];
    }
    for (let k = 0; k < 6; k++) expect(agent.table[k]).toBeCloseTo(q[k], 3);
  });
});

describe('a state', () => {
  const foreign: readonly [string, Algorithm, (own: AgentState) => unknown][] = [
    ['without a table', qLearning, own => ({ ...own, vectors: {} })],
    ['of another kind of agent', qLearning, () => ({ step: 1 })],
    ['with a larger table', qLearning, own => ({ ...own, vectors: { table: new Float32Array(8) } })],
    ['without a generator', qLearning, ({ rng: _, ...rest }) => rest],
    ['without counters', qLearning, ({ errorSum: _, ...rest }) => rest],
    ['without traces', sarsaLambda, ({ traces: _, ...rest }) => rest],
    ['with traces that are not wanted', sarsa, own => ({ ...own, traces: [{}] })],
    ['with traces of more pairs', sarsaLambda, own => withTrace(own, new Float32Array(8), Int32Array.of(0))],
    ['with traces of pairs there are not', sarsaLambda, own => withTrace(own, new Float32Array(6), Int32Array.of(6))],
  ];
  const withTrace = (own: AgentState, trace: Float32Array, visited: Int32Array) => ({ ...own, traces: [{ trace, visited }] });

  it.each(foreign)('%s is refused and changes nothing', async (_, algorithm, change) => {
    const [agent, trained] = [await make(algorithm), await make(algorithm, { epsilonStart: 1 })];
    for (let i = 0; i < 3; i++) trained.learn(step(i % 3, 0, i, (i + 1) % 3, 1));
    trained.act(Int32Array.of(10), 'explore', undefined, undefined, { step: 3, totalSteps: 10 });
    const before = structuredClone(await agent.state());
    const state = change(await trained.state()) as AgentState;
    expect(() => agent.restore(state)).toThrow(CheckpointError);
    expect(() => agent.restore(state)).toThrow(new RegExp(`^${algorithm.id}.restore: .* must `));
    expect(await agent.state()).toEqual(before);
    await agent.restore(await trained.state());
    expect(await agent.state()).toEqual(await trained.state());
  });
});

describe('actions of equal value', () => {
  it('are drawn with the same probability, legal ones alone', () => {
    const table = new ActionTable(1, 5, 0);
    table.values.set([3, 1, 3, 3, 3]);
    const rng = new Rng(1);
    const share = (mask?: Uint8Array) => {
      const counts = [0, 0, 0, 0, 0];
      for (let i = 0; i < 4000; i++) counts[table.best(0, mask, rng)]++;
      return counts.map(count => count / 4000);
    };
    share().forEach((found, action) => expect(found).toBeCloseTo(action === 1 ? 0 : 1 / 4, 1));
    share(Uint8Array.of(0, 1, 1, 0, 1)).forEach((found, action) => expect(found).toBeCloseTo([0, 0, 0.5, 0, 0.5][action], 1));
    expect(table.best(0)).toBe(0);
  });

  it('are tried at random unless settings say else, and the first is taken in the end', async () => {
    const obs = new Int32Array(2000).fill(11);
    const agent = await make(sarsa, { numEnvs: 2000 });
    const second = agent.act(obs, 'explore').filter(action => action === 1).length;
    expect(second / 2000).toBeCloseTo(0.5, 1);
    expect(agent.act(obs, 'exploit').every(action => action === 0)).toBe(true);
    const first = await make(sarsa, { numEnvs: 2000, ties: 'first' });
    expect(first.act(obs, 'explore').every(action => action === 0)).toBe(true);
    // A run goes on by the rule that it began with: one of the first version, whose state knows of none, by the first.
    agent.restore(first.state() as AgentState);
    expect(agent.act(obs, 'explore').every(action => action === 0)).toBe(true);
    agent.restore({ ...(first.state() as AgentState), ties: 'random' });
    expect(agent.act(obs, 'explore').every(action => action === 0)).toBe(false);
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

  it('report what came after the last report at the end of a run, which a longer run goes on from', async () => {
    const train = async (agent: TabularAgent<QLearningConfig>, totalSteps: number, resume?: TrainState) => {
      const env = makeVectorEnv('CliffWalking-v1', 1);
      const updates: object[] = [];
      let state: TrainState | undefined;
      for await (const event of qLearning.train({ agent, env, totalSteps, seed: 1, ...(resume && { resume }) })) {
        if (event.type === 'update') updates.push({ step: event.step, ...(await event.metrics.read()) });
        if (event.type === 'checkpoint') state = event.state;
      }
      return { updates, state };
    };
    const create = async () => {
      const env = makeVectorEnv('CliffWalking-v1', 1);
      const config = { reportEverySteps: 20, epsilonStart: 0.3, epsilonEnd: 0.3 };
      return (await qLearning.create({ spec: env.spec, config, seed: 1, engine })) as TabularAgent<QLearningConfig>;
    };
    const whole = (await train(await create(), 60)).updates;
    const part = await train(await create(), 50);
    expect(part.updates.slice(0, 2)).toEqual(whole.slice(0, 2));
    expect(part.updates.slice(2)).toEqual([{ step: 50, tdError: expect.any(Number), epsilon: 0.3, learningRate: 0.1 }]);
    const rest = await train(await create(), 60, part.state);
    expect(rest.updates).toEqual(whole.slice(2));
  });

  it('stop before they save what is no number', async () => {
    const env = makeVectorEnv('CliffWalking-v1', 1);
    const agent = (await qLearning.create({ spec: env.spec, seed: 1, engine })) as TabularAgent<QLearningConfig>;
    agent.table.fill(Number.NaN);
    const events: string[] = [];
    const train = async () => {
      for await (const { type } of qLearning.train({ agent, env, totalSteps: 10, seed: 1 })) events.push(type);
    };
    await expect(train()).rejects.toThrow(NumericsError);
    await expect(train()).rejects.toThrow('train at step 10: metric "tdError" must be finite, got NaN.');
    expect(events).not.toContain('checkpoint');
  });

  it('refuse a mask without a legal action, in both modes', async () => {
    const agent = await make(qLearning, { epsilonStart: 0.5, epsilonEnd: 0.5 });
    for (const mode of ['explore', 'exploit'] as const) {
      const act = () => agent.act(Int32Array.of(10, 11), mode, Uint8Array.of(0, 1, 0, 0));
      expect(act).toThrow(InputError);
      expect(act).toThrow(/^q-learning: row 1 of the mask must leave at least one of 2 actions legal, got 0/);
    }
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
