import * as tf from '@tensorflow/tfjs-core';
import { box, type EnvSpec, Rng, SpaceError, type TransitionBatch } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { layout } from '../nn/layout.ts';
import type { Network } from '../nn/network.ts';
import { adam } from '../optim/adam.ts';
import { sgd } from '../optim/sgd.ts';
import { createEngine } from '../program/create-engine.ts';
import type { Engine } from '../program/engine.ts';
import { program } from '../program/program.ts';
import { Store } from '../program/store.ts';
import { type Acting, agentShell } from './agent-shell.ts';
import { batchAgent, replayAgent } from './batch-agent.ts';
import { ObservationNormalizer } from './observation-normalizer.ts';
import { importanceWeights, noiseInputs, Scratch, scheduledInputs } from './scratch.ts';
import { Clock, Counter } from './stateful.ts';
import { trainable } from './trainable.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine('tensorflow', { backend: 'cpu' });
});

const spec: EnvSpec = {
  id: 'Line-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: box({ low: -1, high: 1, shape: [1] }),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** a x + b, with a = 1 and b = 2 at first. */
const line: Network = {
  layout: layout([
    ['a', [1]],
    ['b', [1]],
  ]),
  init: () => Float32Array.of(1, 2),
  apply: ({ a, b }, x) => tf.add(tf.mul(a, x), b),
};

describe('trainable', () => {
  const learner = (maxGradientNorm?: number) =>
    trainable({
      ...{ network: line, optimizer: sgd(), name: 'line', moments: 'lineSgd', target: 'slow' },
      ...(maxGradientNorm && { maxGradientNorm }),
    });

  /** One update against ½ (a x + b − y)² at x = 3, y = 1: the error is 4, the gradient (12, 4). */
  async function update(maxGradientNorm?: number) {
    const own = learner(maxGradientNorm);
    const store = new Store(engine, own.vectors(new Rng(0)));
    const run = program(store, {
      name: 'update',
      inputs: { x: ['batch'], y: ['batch'] },
      run: (state, { x, y }) => {
        const step = own.descend(state, 0.1, at => ({
          loss: tf.mean(tf.mul(tf.square(tf.sub(at(x), y)), 0.5)),
          guess: at(x),
        }));
        return {
          state: { ...step.next, ...own.follow(state, step.next, 0.25) },
          outputs: { guess: step.guess, before: own.at(state)(x), slow: own.targetAt(state)(x) },
          metrics: { loss: step.loss, gradientNorm: step.gradientNorm },
        };
      },
    });
    const { outputs, metrics } = await run({ x: Float32Array.of(3), y: Float32Array.of(1) });
    return { outputs, metrics: await metrics.read(), line: await store.read('line'), slow: await store.read('slow') };
  }

  it('steps against the gradient, hands on what the loss returned, and the target follows', async () => {
    const { outputs, metrics, line: after, slow } = await update();
    expectClose(after, [1 - 1.2, 2 - 0.4]);
    expectClose(slow, [1 - 0.3, 2 - 0.1]);
    for (const name of ['guess', 'before', 'slow'] as const) expectClose(outputs[name], [5]);
    expect(metrics.loss).toBeCloseTo(8, 5);
    expect(metrics.gradientNorm).toBeCloseTo(Math.sqrt(160), 4);
  });

  it('clips the gradient, and reports its norm before', async () => {
    const { metrics, line: after } = await update(1);
    expectClose(after, [1 - 1.2 / Math.sqrt(160), 2 - 0.4 / Math.sqrt(160)]);
    expect(metrics.gradientNorm).toBeCloseTo(Math.sqrt(160), 4);
  });

  it('names its vectors and those of its optimiser, and has a target only where one is asked for', () => {
    const own = trainable({ network: line, optimizer: adam(), name: 'line', moments: 'lineAdam' });
    expect(own.vectors(new Rng(0))).toEqual({ line: Float32Array.of(1, 2), lineAdam: adam().init(2) });
    expect(Object.keys(learner().vectors(new Rng(0)))).toEqual(['line', 'slow', 'lineSgd']);
  });
});

describe('inputs', () => {
  it('of schedules are their values at the share of the run that is done', () => {
    const at = scheduledInputs({ rate: { type: 'linear', from: 1, to: 0 }, fixed: 0.5 });
    expect(at(0.25)).toEqual({ rate: Float32Array.of(0.75), fixed: Float32Array.of(0.5) });
    expect(at(1).rate).toEqual(Float32Array.of(0));
  });

  it('of noise are drawn in the order of their names, as many as rows ask for', () => {
    const draw = noiseInputs(new Rng(3), { normal: { width: 2 }, uniform: { width: 1, uniform: [2, 3] } });
    const rng = new Rng(3);
    const expected = [rng.standardNormalInto(new Float32Array(6)), rng.uniformInto(new Float32Array(3), 2, 3)];
    const { normal, uniform } = draw(3);
    expect([normal, uniform]).toEqual(expected);
    for (const value of uniform) expect(value).toSatisfy((x: number) => x >= 2 && x < 3);
    expect(draw(1).normal).toHaveLength(2);
  });

  it('of importance are those of the batch, or ones', () => {
    const weightsOf = importanceWeights();
    const weight = Float32Array.of(0.5, 1);
    expect(weightsOf({ size: 2, weight })).toBe(weight);
    expect(weightsOf({ size: 3 })).toEqual(Float32Array.of(1, 1, 1));
  });

  it('reuse an array as long as its length stays', () => {
    const scratch = new Scratch();
    const first = scratch.of(3);
    expect(scratch.of(3)).toBe(first);
    expect(scratch.of(2)).toHaveLength(2);
  });
});

it('a clock and a counter go on where they were saved', () => {
  const clock = new Clock();
  clock.set({ step: 30, totalSteps: 100 });
  const counter = new Counter();
  counter.value = 7;
  const memory = { ...clock.memory, counter };
  const saved = Object.fromEntries(Object.entries(memory).map(([name, thing]) => [name, thing.state()]));
  expect(saved).toEqual({ step: 30, plannedSteps: 100, counter: 7 });
  const [later, count] = [new Clock(), new Counter()];
  for (const [name, thing] of Object.entries({ ...later.memory, counter: count })) thing.restore(saved[name] as never);
  expect([later.step, later.totalSteps, count.value]).toEqual([30, 100, 7]);
});

/** Acts with the first number of each observation. */
class Echo implements Acting {
  readonly memory = { calls: new Counter() };
  disposed = 0;

  act(obs: ArrayLike<number>): Float32Array {
    this.memory.calls.value++;
    return Float32Array.from({ length: obs.length / 2 }, (_, i) => obs[2 * i]);
  }

  dispose(): void {
    this.disposed++;
  }
}

describe('agentShell', () => {
  const make = () => {
    const store = new Store(engine, { first: Float32Array.of(1, 2), second: Float32Array.of(3), third: Float32Array.of(4) });
    const [acting, extra] = [new Echo(), new Counter()];
    const freed: string[] = [];
    const programs = [{ dispose: () => freed.push('program') }];
    const config = { gamma: 0.9 };
    const shell = agentShell({
      ...{ algorithm: 'echo', config, spec, store, acting, memory: { extra }, programs },
      policy: { vectors: ['first', 'second'] },
    });
    return { shell, store, acting, extra, freed };
  };

  it('exports the vectors of the policy one behind the other, or their first part', async () => {
    const { shell, store, acting } = make();
    expect(await shell.policy?.()).toEqual({
      ...{ algorithm: 'echo', config: { gamma: 0.9 }, spec },
      weights: Float32Array.of(1, 2, 3),
    });
    const options = { algorithm: 'echo', config: {}, spec, store, acting, programs: [] };
    expect((await agentShell({ ...options, policy: { vectors: ['first'], size: 1 } }).policy?.())?.weights).toEqual(
      Float32Array.of(1),
    );
    expect(agentShell(options).policy).toBeUndefined();
  });

  it('saves and takes back vectors, its memory and that of its acting', async () => {
    const { shell, extra } = make();
    await shell.act(Float32Array.of(1, 0), 'explore');
    extra.value = 5;
    const saved = await shell.state();
    expect(saved).toMatchObject({ calls: 1, extra: 5 });
    const other = make();
    other.store.restore({ first: Float32Array.of(9, 9), second: Float32Array.of(9), third: Float32Array.of(9) });
    await other.shell.restore(saved);
    expect(await other.shell.state()).toEqual(saved);
  });

  it('cuts off the episodes that its memory holds', () => {
    const { shell, extra } = make();
    let cuts = 0;
    Object.assign(extra, { cut: () => cuts++ });
    shell.cut?.();
    expect(cuts).toBe(1);
  });

  it('frees its acting, its programs and its store', () => {
    const { shell, acting, freed } = make();
    shell.dispose();
    expect([acting.disposed, freed]).toEqual([1, ['program']]);
  });
});

describe('batchAgent', () => {
  const config = { batchSize: 2, numEnvs: 1, learningStarts: 3, trainEverySteps: 1, gradientSteps: 1 };
  const batch: TransitionBatch = {
    size: 2,
    obs: Float32Array.of(1, 10, 3, 10),
    action: Float32Array.of(0, 0),
    reward: Float32Array.of(1, 2),
    nextObs: Float32Array.of(5, 10, 7, 10),
    discount: Float32Array.of(0.9, 0.9),
  };
  const make = (normalizer?: ObservationNormalizer) => {
    const seen: Record<string, unknown>[] = [];
    const agent = replayAgent({
      ...{ algorithm: 'echo', config, spec, acting: new Echo(), programs: [], store: new Store(engine, {}) },
      schedules: { rate: { type: 'linear', from: 1, to: 0 } },
      noise: noiseInputs(new Rng(1), { noise: { width: 1 } }),
      ...(normalizer && { normalizer }),
      learn(inputs, progress) {
        seen.push({ ...structuredClone(inputs), progress });
        return {
          outputs: { error: Float32Array.of(0.5, 0.25) },
          metrics: { read: async () => ({ loss: 1 }), isReady: true } as never,
        };
      },
    });
    return { agent, seen };
  };

  it('hands the update its batch, its noise, its weights and the schedules of the moment, and returns priorities', async () => {
    const { agent, seen } = make();
    const { priorities } = await agent.update(batch, { step: 25, totalSteps: 100 });
    expect(priorities).toEqual(Float32Array.of(0.5, 0.25));
    expect(seen[0]).toMatchObject({
      ...{ reward: batch.reward, obs: batch.obs, weight: Float32Array.of(1, 1), rate: Float32Array.of(0.75) },
      noise: new Rng(1).standardNormalInto(new Float32Array(2)),
      progress: { step: 25, totalSteps: 100 },
    });
    await agent.update({ ...batch, weight: Float32Array.of(0.1, 1) }, { step: 25, totalSteps: 100 });
    expect(seen[1].weight).toEqual(Float32Array.of(0.1, 1));
    expect(agent).toMatchObject({ batchSize: 2, numEnvs: 1, learningStarts: 3, trainEverySteps: 1, gradientSteps: 1 });
  });

  it('normalises what it acts on and learns from, by what it explored alone', async () => {
    const options = { clip: 1.5, smallestDeviation: 0.1, epsilon: 0 };
    const { agent, seen } = make(new ObservationNormalizer('echo', spec, options));
    // Mean (2, 10), deviations 1 and, of a number that never varies, the least: 0.1.
    const first = await agent.act(Float32Array.of(1, 10, 3, 10), 'explore');
    expectClose(first as Float32Array, [-1, 1]);
    const exploited = await agent.act(Float32Array.of(100, 10, 0, 10), 'exploit');
    expectClose(exploited as Float32Array, [1.5, -1.5]);
    await agent.update(batch, { step: 1, totalSteps: 2 });
    expectClose(seen[0].obs as Float32Array, [-1, 0, 1, 0]);
    expectClose(seen[0].nextObs as Float32Array, [1.5, 0, 1.5, 0]);
    const state = await agent.state();
    const other = make(new ObservationNormalizer('echo', spec, options)).agent;
    await other.restore(state);
    expectClose((await other.act(Float32Array.of(2.5, 10), 'exploit')) as Float32Array, [0.5]);
  });

  it('takes a state back from before the first observation', () => {
    const normalizer = new ObservationNormalizer('echo', spec, { clip: 5, smallestDeviation: 0.1, epsilon: 0 });
    const empty = normalizer.state();
    normalizer.add(Float32Array.of(1, 10, 3, 10));
    normalizer.restore(empty);
    expect(normalizer.normalize(Float32Array.of(2, 3), 'test')).toEqual(Float32Array.of(2, 3));
  });

  it('makes 0 of a number that never varies, whatever deviation is allowed', () => {
    const normalizer = new ObservationNormalizer('echo', spec, { clip: 5, smallestDeviation: 0, epsilon: 0 });
    normalizer.add(Float32Array.of(1, 10, 3, 10));
    expect(normalizer.normalize(Float32Array.of(3, 10), 'test')).toEqual(Float32Array.of(1, 0));
  });

  it('has no normaliser for observations that are no floats', () => {
    const pixels = { ...spec, observationSpace: box({ low: 0, high: 255, shape: [2], dtype: 'uint8' }) };
    const make = () => new ObservationNormalizer('echo', pixels, { clip: 1, smallestDeviation: 0, epsilon: 0 });
    expect(make).toThrow(SpaceError);
    expect(make).toThrow(/^echo: observations of Line-v0 must have floats without a scale of their own to be normalised, got /);
  });

  it('is one that plays where it is made by replayAgent', () => {
    const options = { algorithm: 'echo', config, spec, acting: new Echo(), programs: [], store: new Store(engine, {}) };
    const agent = batchAgent({ ...options, schedules: {}, learn: () => ({ outputs: {}, metrics: {} as never }) });
    expect(agent).not.toHaveProperty('learningStarts');
  });
});
