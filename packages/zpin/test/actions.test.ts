import {
  box,
  contains,
  discrete,
  type Env,
  type EnvSpec,
  multiBinary,
  Rng,
  type SpaceValue,
  type VectorEnv,
} from '@zpin/contracts';
import { SyncVectorEnv } from '@zpin/envs';
import { behaviour, collectDataset } from '@zpin/offline';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { type AlgorithmId, load, train } from '../src/index.ts';

inScratchFolder();

/** What is fixed about an environment of one step. */
type Task = Pick<EnvSpec, 'observationSpace' | 'actionSpace'> & {
  /** What an action is worth where `obs` is seen. */
  worth(action: SpaceValue, obs: number): number;
};

/** One step; refuses actions that are not of its space. */
class OneStep implements Env<SpaceValue, SpaceValue> {
  readonly spec: EnvSpec;
  readonly #task: Task;
  #rng = new Rng(0);
  #obs = 0;

  constructor(task: Task) {
    const { observationSpace, actionSpace } = task;
    this.spec = { id: 'OneStep-v0', observationSpace, actionSpace, maxEpisodeSteps: null, rewardThreshold: null };
    this.#task = task;
  }

  reset({ seed }: { readonly seed?: number | Rng } = {}) {
    if (seed !== undefined) this.#rng = typeof seed === 'number' ? new Rng(seed) : seed;
    const { observationSpace: space } = this.#task;
    this.#obs = space.type === 'discrete' ? space.start + this.#rng.integers(0, space.n) : 0;
    return { obs: this.#see(), info: {} };
  }

  step(action: SpaceValue) {
    if (!contains(this.spec.actionSpace, action)) throw new Error(`not of the space: ${String(action)}`);
    const reward = this.#task.worth(action, this.#obs);
    return { obs: this.#see(), reward, terminated: true, truncated: false, info: {} };
  }

  #see(): SpaceValue {
    return this.spec.observationSpace.type === 'discrete' ? this.#obs : Float32Array.of(0);
  }
}

const copiesOf =
  (task: Task) =>
  (copies: number): VectorEnv =>
    new SyncVectorEnv(() => new OneStep(task), copies);

/** Behind door 10, 11 or 12 action 5, 6 or 7 is right. */
const doors = copiesOf({
  observationSpace: discrete(3, 10),
  actionSpace: discrete(3, 5),
  worth: (action, obs) => Number(action === obs - 5),
});

const rollouts = { numEnvs: 8, rolloutLength: 16, hiddenSizes: [16] };
const replay = { numEnvs: 4, bufferSize: 2000, batchSize: 32, learningStarts: 100, hiddenSizes: [16] };
const values = { ...replay, learningRate: 3e-3, trainEverySteps: 4 };

describe('Discrete actions and observations that do not start at 0', () => {
  it.each<[AlgorithmId, object, number]>([
    ['ppo', { ...rollouts, batchSize: 64, learningRate: 1e-2 }, 4000],
    ['dqn', values, 4000],
    ['discrete-sac', { ...replay, criticLearningRate: 3e-3, actorLearningRate: 3e-3, trainEverySteps: 4 }, 4000],
    ['q-learning', { learningRate: 0.2 }, 1500],
    ['sarsa-lambda', { learningRate: 0.2 }, 1500],
    ['neural-q-learning', {}, 3000],
  ])('%s plays what it learned in every way to play', async (id, config, steps) => {
    const run = await train(id, doors, { seed: 1, steps, config, saveTo: `run-${id}` });
    for (const obs of [10, 11, 12]) expect(await run.act(obs)).toBe(obs - 5);
    expect((await run.evaluate({ episodes: 30 })).meanReturn).toBe(1);
    const saved = await load(`run-${id}`, { openEnv: async () => doors(1) });
    for (const obs of [10, 11, 12]) expect(await saved.act(obs)).toBe(obs - 5);
    saved.dispose();
    run.dispose();
  });

  it.each<[AlgorithmId, object]>([
    ['bc', { learningRate: 1e-2 }],
    ['discrete-cql', { learningRate: 3e-3 }],
    ['discrete-bcq', { learningRate: 3e-3 }],
  ])('%s learns from data, which hold what was played', async (id, config) => {
    const env = doors(2);
    const teacher = await train('q-learning', doors, { seed: 1, steps: 1500, config: { learningRate: 0.2 } });
    const actor = behaviour({ spec: env.spec, seed: 3, actor: teacher.agent, epsilon: 0.3 });
    const dataset = await collectDataset({ env, actor, steps: 600, seed: 2 });
    expect(new Set(dataset.transitions.action)).toEqual(new Set([5, 6, 7]));
    const run = await train(id, doors, { seed: 1, steps: 300, config: { hiddenSizes: [16], ...config }, dataset });
    for (const obs of [10, 11, 12]) expect(await run.act(obs)).toBe(obs - 5);
    run.dispose();
    teacher.dispose();
  });
});

/** 800 of [0, 1000] and −0.02 of [−0.03, −0.01] are right. */
const tank = copiesOf({
  observationSpace: box({ low: -1, high: 1 }),
  actionSpace: box({ low: [0, -0.03], high: [1000, -0.01] }),
  worth: action => {
    const [large, small] = action as Float32Array;
    return -(((large - 800) / 500) ** 2) - ((small + 0.02) / 0.01) ** 2;
  },
});

it.each<AlgorithmId>(['sac', 'td3', 'ddpg'])('%s scales to a Box far from [-1, 1] by itself', async id => {
  const config = { ...replay, actorLearningRate: 3e-3, criticLearningRate: 3e-3, trainEverySteps: 4, gradientSteps: 2 };
  const run = await train(id, tank, { seed: 1, steps: 5000, config });
  const [large, small] = (await run.act(Float32Array.of(0))) as Float32Array;
  expect(Math.abs(large - 800)).toBeLessThan(120);
  expect(Math.abs(small + 0.02)).toBeLessThan(0.003);
  run.dispose();
});

describe('whole numbers as actions', () => {
  const observationSpace = box({ low: -1, high: 1 });
  const bits = copiesOf({ observationSpace, actionSpace: multiBinary(3), worth: action => Number(`${action}` === '1,0,1') });
  const integers = copiesOf({
    observationSpace,
    actionSpace: box({ low: [-1, 2], high: [1, 3], dtype: 'int32' }),
    worth: action => Number(`${action}` === '-1,3'),
  });

  it.each<[AlgorithmId, (copies: number) => VectorEnv]>([
    ['dqn', bits],
    ['discrete-sac', bits],
    ['sac', bits],
    ['td3', integers],
    ['rainbow', integers],
    ['option-critic', integers],
    ['off-policy-option-critic', integers],
  ])('%s refuses what it has no policy for, in one line', async (id, env) => {
    await expect(train(id, env, { seed: 1, steps: 100 })).rejects.toThrow(
      /^[a-z0-9-]+: actions of OneStep-v0 must be .*(MultiBinary\(3\)|Box\(\[2\], int32\)).*\. Use [^\n]*\.$/,
    );
  });

  it('are learned from data by bc', async () => {
    for (const [make, right] of [
      [bits, Uint8Array.of(1, 0, 1)],
      [integers, Int32Array.of(-1, 3)],
    ] as const) {
      const env = make(2);
      const teacher = {
        act: (obs: { readonly length: number }) =>
          Int32Array.from({ length: obs.length * right.length }, (_, i) => right[i % right.length]),
      };
      const actor = behaviour({ spec: env.spec, seed: 3, actor: teacher, epsilon: 0.3 });
      const dataset = await collectDataset({ env, actor, steps: 400, seed: 2 });
      const run = await train('bc', make, { seed: 1, steps: 200, config: { hiddenSizes: [16], learningRate: 1e-2 }, dataset });
      expect(await run.act(Float32Array.of(0))).toEqual(right);
      run.dispose();
    }
  });
});
