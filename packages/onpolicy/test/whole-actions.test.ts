import {
  box,
  contains,
  discrete,
  flatSize,
  multiBinary,
  multiDiscrete,
  type NumericArray,
  type Space,
  type SpaceValue,
  tuple,
  unflatten,
} from '@zpin/contracts';
import { createEngine, evaluate, exportOnnx, policyActor } from '@zpin/core';
import { ArrayEnv, SyncVectorEnv } from '@zpin/envs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type AlgorithmCase, compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { a3cWith } from '../src/a3c.ts';
import { ppo } from '../src/ppo.ts';
import { inThisThread } from '../src/workers/in-this-thread.ts';
import { algorithmCases, recurrentCases } from './algorithms.ts';

/** One step: a point for each number of the action that is right. What is right depends on the observation. */
class RightNumbers extends ArrayEnv<NumericArray, SpaceValue> {
  protected readonly world = new Int32Array(1);
  readonly #right: readonly (readonly number[])[];

  /** @param right flat actions, one for each of two observations */
  constructor(actionSpace: Space, right: readonly (readonly number[])[]) {
    super({
      id: 'RightNumbers-v0',
      observationSpace: box({ low: -1, high: 1, shape: [1] }),
      actionSpace,
      maxEpisodeSteps: null,
      rewardThreshold: null,
    });
    this.#right = right;
  }

  protected start(): void {
    this.world[0] = this.rng.integers(0, 2);
  }

  protected advance(actions: NumericArray, offset: number): void {
    for (const [k, number] of this.#right[this.world[0]].entries()) this.reward += Number(actions[offset + k] === number);
    this.terminated = true;
  }

  protected observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0] * 2 - 1;
  }
}

const kinds: Readonly<Record<string, readonly [space: Space, right: readonly (readonly number[])[]]>> = {
  Discrete: [discrete(3, 5), [[5], [7]]],
  MultiDiscrete: [
    multiDiscrete([2, 3]),
    [
      [1, 0],
      [1, 2],
    ],
  ],
  MultiBinary: [
    multiBinary(2),
    [
      [1, 0],
      [1, 1],
    ],
  ],
  'a Box of integers': [
    box({ low: [-3, 5], high: [-2, 7], dtype: 'int32' }),
    [
      [-2, 5],
      [-2, 7],
    ],
  ],
  'a Tuple of a choice and a bit': [
    tuple([discrete(3, 5), multiBinary(1)]),
    [
      [5, 1],
      [7, 0],
    ],
  ],
  'a Box of bytes': [
    box({ low: [7, 0], high: [7, 3], dtype: 'uint8' }),
    [
      [7, 3],
      [7, 1],
    ],
  ],
};

/** What the suites do not have, as the order of its workers' changes is not fixed. */
const a3cCase: Pick<AlgorithmCase, 'algorithm' | 'probe' | 'probeSteps'> = {
  algorithm: a3cWith(inThisThread),
  probe: { workers: 2, numEnvs: 4, rolloutLength: 8, learningRate: { type: 'linear', from: 3e-3, to: 0 }, hiddenSizes: [16] },
  probeSteps: 10_240,
};
const cases = [...algorithmCases, ...recurrentCases, a3cCase];

/** One way from logits to actions needs no more than two ways of learning. */
const casesOf = (name: string) =>
  ['Discrete', 'a Tuple of a choice and a bit', 'a Box of bytes'].includes(name)
    ? cases.filter(({ algorithm: { id } }) => id === 'ppo' || id === 'trpo')
    : cases;

it.each(Object.entries(kinds))('%s: actions are the same on every engine', async (_name, [space, right]) => {
  const { spec } = new RightNumbers(space, right);
  const engines = [await compiledEngine(), await createEngine('tensorflow', { backend: 'cpu' })];
  const agents = await Promise.all(engines.map(engine => ppo.create({ spec, config: { hiddenSizes: [8] }, seed: 3, engine })));
  const obs = Float32Array.from({ length: 40 }, (_, i) => i / 20 - 1);
  for (const mode of ['exploit', 'explore'] as const) {
    const [compiled, eager] = [await agents[0].act(obs, mode), await agents[1].act(obs, mode)].map(actions =>
      Array.from(actions),
    );
    expect(compiled).toEqual(eager);
    const width = flatSize(space);
    for (let row = 0; row < 40; row++) {
      expect(contains(space, unflatten(space, Int32Array.from(compiled), row * width))).toBe(true);
    }
  }
});

describe.each(Object.entries(kinds))('whole numbers as actions: %s', (name, [space, right]) => {
  it.each(casesOf(name))(
    '$algorithm.id learns all numbers at once, and plays values of the space',
    async ({ algorithm, probe, probeSteps: totalSteps }) => {
      const make = (numEnvs: number) => new SyncVectorEnv(() => new RightNumbers(space, right), numEnvs);
      const env = make(probe.numEnvs);
      const engine = await compiledEngine();
      const agent = await algorithm.create({ spec: env.spec, config: probe, seed: 1, engine });
      for await (const _ of algorithm.train({ agent, env, totalSteps, seed: 1 }));
      const obs = Float32Array.of(-1, 1);
      expect(Array.from(await agent.act(obs, 'exploit'))).toEqual(right.flat());
      expect((await evaluate(agent, make(2), 20, 7)).meanReturn).toBe(right[0].length);
      const policy = await agent.policy?.();
      if (policy) {
        const actor = policyActor(policy, { algorithms: [algorithm], engine });
        expect(Array.from(await actor.act(obs, 'exploit'))).toEqual(right.flat());
        actor.dispose();
      }
      if (policy && algorithm.id === 'ppo') {
        const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms: [algorithm] }));
        const { action } = await session.run({ obs: new ort.Tensor('float32', obs, [2, 1]) });
        const type = space.type === 'tuple' ? 'float32' : 'int32';
        expect([action.type, Array.from(action.data as Int32Array)]).toEqual([type, right.flat()]);
        expect(action.dims).toEqual(space.type === 'discrete' ? [2] : [2, 2]);
      }
      agent.dispose();
    },
  );
});
