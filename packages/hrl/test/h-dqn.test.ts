import type { AgentState, NumericArray, TransitionBatch } from '@zpin/contracts';
import { createEngine, type TrainState } from '@zpin/core';
import { Corridor, corridorV0, makeVectorEnv, SyncVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { differences } from '../../../tools/testing/algorithm-case.ts';
import { intrinsicReward } from '../src/goals/intrinsic-reward.ts';
import { observationsAsSubgoals, registerSubgoals } from '../src/goals/subgoals.ts';
import { SuccessRates } from '../src/goals/success-rates.ts';
import { type HDqnAgent, type HDqnConfig, hDqn, type Level } from '../src/h-dqn.ts';

const engine = await createEngine('onnx');
registerSubgoals('Corridor-v0', () => observationsAsSubgoals({ start: 0, middle: 1, end: 2 }));
/** Three cells; the end of the last one pays 1. */
const corridor = (numEnvs = 1, maxEpisodeSteps = 20) =>
  new SyncVectorEnv(() => new Corridor({ ...corridorV0, maxEpisodeSteps }, { length: 3 }), numEnvs);

const small = {
  gamma: 0.5,
  hiddenSizes: [16],
  learningRate: 1e-2,
  metaLearningRate: 1e-2,
  bufferSize: 2000,
  metaBufferSize: 2000,
  learningStarts: 50,
  targetUpdateEverySteps: 50,
  epsilonEnd: 0.5,
  metaEpsilonEnd: 1,
};

async function train(config: Partial<HDqnConfig>, env = corridor(), totalSteps = 3000) {
  const agent = await hDqn.create({ spec: env.spec, config: { ...small, ...config }, seed: 1, engine });
  const batches: Record<Level, TransitionBatch[]> = { controller: [], meta: [] };
  const spied: HDqnAgent = {
    ...agent,
    update(level, batch, progress) {
      batches[level].push(structuredClone(batch));
      return agent.update(level, batch, progress);
    },
  };
  let final: AgentState = {};
  const metrics: string[] = [];
  for await (const event of hDqn.train({ agent: spied, env, totalSteps, seed: 1 })) {
    if (event.type === 'checkpoint') final = event.state;
    if (event.type === 'update') metrics.push(Object.keys(await event.metrics.read()).join());
  }
  return { agent, batches, final, metrics: new Set(metrics) };
}

it('the intrinsic reward is 1 where the goal is reached', () => {
  const subgoals = observationsAsSubgoals({ a: 4, b: 6 });
  const reward = intrinsicReward(subgoals, Int32Array.of(0, 1, 1), Int32Array.of(4, 4, 6), new Float32Array(3));
  expect(Array.from(reward)).toEqual([1, 0, 1]);
});

it('the success rate is a mean at first, then one of about the last 100 attempts', () => {
  const rates = new SuccessRates(2);
  expect(rates.of(0)).toBe(0);
  for (const isReached of [true, false, true, true]) rates.count(0, isReached);
  expect([rates.of(0), rates.of(1)]).toEqual([0.75, 0]);
  for (let i = 0; i < 1000; i++) rates.count(1, true);
  rates.count(1, false);
  expect(rates.of(1)).toBeCloseTo(0.99, 10);
});

describe('transitions', () => {
  /** Every row of the batches that were learned from. */
  const rows = <T>(batches: readonly TransitionBatch[], read: (batch: TransitionBatch, i: number) => T): T[] =>
    batches.flatMap(batch => Array.from({ length: batch.size }, (_, i) => read(batch, i)));
  const distinct = (list: readonly object[]) =>
    [...new Set(list.map(row => JSON.stringify(row)))].sort().map(row => JSON.parse(row));

  it('of the meta-controller begin where a goal was chosen, last k steps, and end with the goal or the episode', async () => {
    const { batches, agent } = await train({ numEnvs: 2 }, corridor(2), 1500);
    const seen = distinct(
      rows(batches.meta, ({ obs, action, reward, nextObs, discount }, i) => [
        obs[i],
        action[i],
        nextObs[i],
        reward[i],
        discount[i],
      ]),
    );
    expect(seen.length).toBeGreaterThan(10);
    const lengths = new Set<number>();
    for (const [from, goal, to, reward, discount] of seen) {
      const steps = to === 2 ? 1 - Math.log2(reward) : -Math.log2(discount);
      lengths.add(steps);
      expect(Number.isInteger(steps) && steps >= 1 && steps <= 20).toBe(true);
      // The treasure ends the episode, whatever the goal; else the goal was reached, or time was up after 20 steps in all.
      if (to === 2) expect([discount, reward > 0]).toEqual([0, true]);
      else expect([reward, to === goal || steps > 1]).toEqual([0, true]);
      expect(steps).toBeGreaterThanOrEqual(Math.abs(to - from));
      expect(from).not.toBe(2);
    }
    expect(lengths.size).toBeGreaterThan(3);
    agent.dispose();
  });

  it('of the controller pay 1 and end where the goal is reached, and bootstrap at a time limit', async () => {
    const { batches, agent } = await train({}, corridor(1, 3), 600);
    // The number of the state, and the goal as a 1 among zeros.
    const size = 4;
    const goalOf = (row: NumericArray, at: number) => row.slice(at + 1, at + 4).indexOf(1);
    const seen = distinct(
      rows(batches.controller, ({ obs, reward, nextObs, discount }, i) => {
        const at = i * size;
        return [obs[at], goalOf(obs, at), nextObs[at], goalOf(nextObs, at), reward[i], discount[i]];
      }),
    );
    expect(seen.length).toBeGreaterThan(6);
    for (const [from, goal, to, sameGoal, reward, discount] of seen) {
      expect(sameGoal).toBe(goal);
      expect(Math.abs(to - from)).toBeLessThanOrEqual(1);
      expect([reward, discount]).toEqual([Number(to === goal), to === goal || to === 2 ? 0 : 0.5]);
    }
    agent.dispose();
  });

  it('of the meta-controller are not kept while the controller is trained alone', async () => {
    const { batches, final, metrics, agent } = await train({ pretrainSteps: 400 }, corridor(), 400);
    // The columns of a table of metrics are there from the first row on.
    expect([...metrics]).toEqual([expect.stringMatching(/^loss,.*metaLoss,/)]);
    expect(batches.controller.length).toBeGreaterThan(50);
    expect(batches.meta).toEqual([]);
    expect(((final.replay as AgentState).meta as AgentState).size).toBe(0);
    agent.dispose();
  });
});

it('goes on from a state of before, which kept the memories beside the rest', async () => {
  const run = async (totalSteps: number, resume?: TrainState) => {
    const env = corridor(2);
    const agent = await hDqn.create({ spec: env.spec, config: { ...small, numEnvs: 2 }, seed: 1, engine });
    let final: TrainState = {};
    for await (const event of hDqn.train({
      agent,
      env,
      totalSteps,
      seed: 1,
      checkpointEverySteps: 200,
      ...(resume && { resume }),
    })) {
      if (event.type !== 'checkpoint') continue;
      final = event.state;
      if (event.step === 200 && !resume) break;
    }
    agent.dispose();
    return final;
  };
  const { replay, ...rest } = await run(400);
  const { steps, ...memories } = replay as AgentState;
  const old = { ...rest, memories, steps };
  expect(differences(await run(400, old), await run(400, { ...rest, replay }))).toEqual([]);
  await expect(run(400, rest)).rejects.toThrow(/resume must be .*, with .*replay/);
});

it('learns the values of the semi-Markov decision process', async () => {
  const learningRate = { type: 'linear', from: 1e-2, to: 0 } as const;
  const config = { learningRate, metaLearningRate: learningRate, epsilonEnd: 0, explorationFraction: 0.2, metaBufferSize: 200 };
  const { agent } = await train(config, corridor(), 6000);
  const before = await agent.state();
  /** Q₂(s, g), as an update that is taken back reports it. */
  async function value(state: number, goal: number): Promise<number> {
    const nothing = { reward: Float32Array.of(0), discount: Float32Array.of(0), nextObs: Int32Array.of(0) };
    const batch = { size: 1, obs: Int32Array.of(state), action: Int32Array.of(goal), ...nothing };
    const { metrics } = await agent.update('meta', batch, { step: 0, totalSteps: 1 });
    const { qValue } = await metrics.read();
    await agent.restore(before);
    return qValue;
  }
  // V(1) = 1, one step before the treasure, and V(0) = γ = ½. A goal counts γᵏ V for the k steps that the shortest way takes;
  // from a goal to itself that is a push against the wall (k = 1) or there and back (k = 2).
  const expected = [
    [0.5 * 0.5, 0.5 * 1, 0.5],
    [0.5 * 0.5, 0.25 * 1, 1],
  ];
  for (const [state, values] of expected.entries()) {
    for (const [goal, q] of values.entries()) {
      const found = await value(state, goal);
      expect(Math.abs(found - q), `Q(${state}, ${goal}) = ${found}, must be ${q}`).toBeLessThan(0.05);
    }
  }
  const cells = Int32Array.of(0, 1);
  expect(Array.from(await agent.act(cells, 'exploit', undefined, Uint8Array.of(1, 1)))).toEqual([1, 1]);
  agent.dispose();
});

it('asks for sub-goals where there are none, and says how to give them', async () => {
  const { spec } = makeVectorEnv('MountainCar-v0', 1);
  await expect(async () => hDqn.create({ spec, seed: 1, engine })).rejects.toThrow(
    /^h-dqn: MountainCar-v0 must have sub-goals, got "none"\. Write them as the setting subgoals, name them with registerSubgoals\('MountainCar-v0'/,
  );
});
