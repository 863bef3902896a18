import * as tf from '@tensorflow/tfjs-core';
import { type AgentState, box, InputError, type OffPolicyAgent } from '@zpin/contracts';
import { createEngine, halfSquare, huber, maskValues } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { type DqnConfig, doubleTarget, dqn, dqnLoss, dqnTarget, valueUpdate } from '../src/dqn.ts';
import { twoTransitions as batch, twoNumbers as spec } from './two-transitions.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

describe('the target', () => {
  const reward = tf.tensor1d([1, 2, 3]);
  // The second transition terminated. A truncated one is like any other: its discount is γ.
  const discount = tf.tensor1d([0.9, 0, 0.9]);
  const nextQ = tf.tensor2d([
    [1, 5],
    [100, 200],
    [-1, -3],
  ]);

  it('adds the discounted value of the best next action, and nothing after an end', () => {
    expectClose(dqnTarget(reward, discount, nextQ), [1 + 0.9 * 5, 2, 3 - 0.9], 6);
  });

  it('leaves illegal next actions out', () => {
    const mask = tf.tensor2d(
      [
        [1, 0],
        [1, 1],
        [0, 1],
      ],
      [3, 2],
      'int32',
    );
    expectClose(dqnTarget(reward, discount, maskValues(nextQ, mask)), [1 + 0.9, 2, 3 - 2.7], 6);
  });

  it('is a number even where nothing is legal after an end', () => {
    const mask = tf.zeros([3, 2], 'int32');
    const [, afterEnd] = dqnTarget(reward, discount, maskValues(nextQ, mask)).dataSync();
    expect(afterEnd).toBe(2);
  });

  it('keeps legal values as they are', () => {
    const masked = maskValues(nextQ, tf.tensor2d([1, 1, 0, 1, 1, 0], [3, 2], 'int32')).arraySync() as number[][];
    expect([masked[0], masked[1][1], masked[2][0]]).toEqual([[1, 5], 200, -1]);
    expect([masked[1][0], masked[2][1]].every(value => Number.isFinite(value) && value < -1e6)).toBe(true);
    expect(maskValues(nextQ)).toBe(nextQ);
  });
});

describe('the target of Double DQN', () => {
  const reward = tf.tensor1d([1, 2]);
  const discount = tf.tensor1d([0.5, 0]);
  const nextQ = tf.tensor2d([
    [1, 5, 3],
    [7, 8, 9],
  ]);
  const choice = tf.tensor2d([
    [0, 2, 9],
    [1, 0, 0],
  ]);

  it('values the choice of the online network by the target network', () => {
    expectClose(doubleTarget(reward, discount, nextQ, choice), [1 + 0.5 * 3, 2], 6);
  });

  it('is used where it is asked for, among legal actions', () => {
    const batch = { obs: nextQ, action: tf.tensor1d([0, 0], 'int32'), reward, discount, nextObs: nextQ };
    const mask = tf.tensor2d([1, 1, 0, 1, 1, 1], [2, 3], 'int32');
    const networks = { online: () => choice, target: () => nextQ };
    const targetOf = (double: boolean) =>
      valueUpdate({ double, loss: 'huber' }).target({ ...batch, nextActionMask: mask }, networks);
    expectClose(targetOf(false), [1 + 0.5 * 5, 2], 6);
    expectClose(targetOf(true), [1 + 0.5 * 5, 2], 6);
    expectClose(valueUpdate({ double: true, loss: 'huber' }).target(batch, networks), [1 + 0.5 * 3, 2], 6);
  });
});

describe('importance weights and the squared error', () => {
  const q = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  const action = tf.tensor1d([1, 0], 'int32');
  const target = tf.tensor1d([0, 3.5]);

  it('weigh each row, and leave its error, the new priority, alone', () => {
    // Errors 2 and −0.5: (0.5 · 1.5 + 2 · 0.125) / 2.
    const { loss, error } = dqnLoss(q, action, target, huber, tf.tensor1d([0.5, 2]));
    expectClose(loss, [0.5], 6);
    expectClose(error, [2, 0.5], 6);
  });

  it('have the error itself as slope', () => {
    expectClose(dqnLoss(q, action, target, halfSquare).loss, [(2 + 0.125) / 2], 6);
    expectClose(tf.grad(x => dqnLoss(x, action, target, halfSquare).loss)(q), [0, 1, -0.25, 0], 6);
  });
});

describe('the Huber loss', () => {
  const errors = [-3, -1, -0.5, 0, 0.5, 1, 2];

  it('is quadratic within 1 and linear beyond', () => {
    expectClose(huber(tf.tensor1d(errors)), [2.5, 0.5, 0.125, 0, 0.125, 0.5, 1.5], 6);
  });

  it('has the clipped error as its slope', () => {
    expectClose(tf.grad(x => tf.sum(huber(x)))(tf.tensor1d(errors)), [-1, -1, -0.5, 0, 0.5, 1, 1], 6);
  });

  it('counts the actions taken alone', () => {
    const q = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const action = tf.tensor1d([1, 0], 'int32');
    const target = tf.tensor1d([0, 3.5]);
    // Errors 2 and −0.5: (1.5 + 0.125) / 2.
    const { loss, qTaken } = dqnLoss(q, action, target);
    expectClose(qTaken, [2, 3], 6);
    expectClose(loss, [0.8125], 6);
    expectClose(tf.grad(x => dqnLoss(x as tf.Tensor2D, action, target).loss)(q), [0, 0.5, -0.25, 0], 6);
  });
});

describe('the agent', () => {
  const at = (step: number) => ({ step, totalSteps: 100 });
  const create = async (config: Partial<DqnConfig>) =>
    (await dqn.create({ spec, seed: 1, engine, config: { hiddenSizes: [4], learningRate: 0.1, ...config } })) as OffPolicyAgent;
  const networks = async (agent: OffPolicyAgent) =>
    ((await agent.state()) as AgentState & { vectors: Record<'online' | 'target', Float32Array> }).vectors;

  it('leaves the target network alone between its updates, then makes it the online one', async () => {
    const agent = await create({ targetUpdateEverySteps: 10 });
    const first = await networks(agent);
    expect(first.target).toEqual(first.online);
    for (let step = 0; step < 10; step++) {
      await agent.update(batch, at(step));
      expect((await networks(agent)).target, `step ${step}`).toEqual(first.target);
    }
    const before = await networks(agent);
    expect(before.online).not.toEqual(first.online);
    await agent.update(batch, at(10));
    const after = await networks(agent);
    expect(after.target).toEqual(before.online);
    expect(after.online).not.toEqual(before.online);
    await agent.update(batch, at(19));
    expect((await networks(agent)).target).toEqual(after.target);
  });

  it('does not miss an update of the target network that fell between two rounds, and makes it once', async () => {
    const agent = await create({ targetUpdateEverySteps: 10 });
    await agent.update(batch, at(7));
    const { online } = await networks(agent);
    await agent.update(batch, at(13));
    await agent.update(batch, at(13));
    expect((await networks(agent)).target).toEqual(online);
  });

  it('mixes the networks by tau', async () => {
    const agent = await create({ targetUpdateEverySteps: 10, tau: 0.25 });
    await agent.update(batch, at(0));
    const { online, target } = await networks(agent);
    await agent.update(batch, at(10));
    const mixed = (await networks(agent)).target;
    mixed.forEach((value, i) => {
      expect(value).toBeCloseTo(0.75 * target[i] + 0.25 * online[i], 6);
    });
    expect(online).not.toEqual(target);
  });

  it('mixes them once for each update of the target network that fell between two rounds', async () => {
    const agent = await create({ targetUpdateEverySteps: 2, trainEverySteps: 8, tau: 0.25 });
    await agent.update(batch, at(0));
    const { online, target } = await networks(agent);
    expect(online).not.toEqual(target);
    const mixed = Array.from(target);
    for (const _ of [2, 4, 6]) for (const i of mixed.keys()) mixed[i] += 0.25 * (online[i] - mixed[i]);
    await agent.update(batch, at(7));
    const after = await networks(agent);
    for (const [i, value] of mixed.entries()) expect(after.target[i]).toBeCloseTo(value, 6);
    // The second update of the round has nothing to make up for; at step 8 there is one.
    await agent.update(batch, at(7));
    const between = await networks(agent);
    expect(between.target).toEqual(after.target);
    await agent.update(batch, at(8));
    const last = (await networks(agent)).target;
    for (const [i, value] of last.entries()) {
      expect(value).toBeCloseTo(0.75 * between.target[i] + 0.25 * between.online[i], 6);
    }
  });

  it('clips the gradient to the largest norm', async () => {
    // Adam's first mean of gradients is 1 − β₁ = 0.1 of the gradient, whose size its step hides.
    const step = async (maxGradientNorm: number) => {
      const agent = await create({ maxGradientNorm });
      const { gradientNorm } = await (await agent.update(batch, at(0))).metrics.read();
      const { 'optimizer.m': mean } = (await networks(agent)) as Record<string, Float32Array>;
      agent.dispose();
      return { gradientNorm, norm: 10 * Math.hypot(...mean) };
    };
    const { gradientNorm, norm } = await step(1e6);
    expect(norm).toBeCloseTo(gradientNorm, 5);
    expect(gradientNorm).toBeGreaterThan(0.1);
    const clipped = await step(0.01);
    expect(clipped.norm).toBeCloseTo(0.01, 6);
    expect(clipped.gradientNorm).toBe(gradientNorm);
  });

  it('refuses a mask without a legal action, in both modes', async () => {
    const agent = await create({ learningStarts: 0, epsilonStart: 0, epsilonEnd: 0 });
    const mask = Uint8Array.of(1, 0, 0, 0, 0, 0);
    for (const mode of ['explore', 'exploit'] as const) {
      const act = async () => agent.act(new Float32Array(4), mode, mask);
      await expect(act()).rejects.toThrow(InputError);
      await expect(act()).rejects.toThrow(/: row 1 of the mask must leave at least one of 3 actions legal, got 0/);
    }
  });

  it('acts at random until learning starts, then as epsilon says', async () => {
    const agent = await create({ learningStarts: 10, epsilonStart: 0.8, epsilonEnd: 0, explorationFraction: 0.5 });
    const obs = new Float32Array(2 * 3000).fill(0.5);
    const [best] = await agent.act(obs, 'exploit');
    const share = async (step: number) => {
      const actions = await agent.act(obs, 'explore', undefined, undefined, at(step));
      return actions.filter(action => action === best).length / 3000;
    };
    // 1 − ε + ε/3, to within five deviations of 0.009.
    expect(Math.abs((await share(0)) - 1 / 3)).toBeLessThan(0.045);
    expect(Math.abs((await share(9)) - 1 / 3)).toBeLessThan(0.045);
    expect(Math.abs((await share(25)) - (0.6 + 0.4 / 3))).toBeLessThan(0.045);
    expect(await share(50)).toBe(1);
  });

  it('of 2013 takes its targets from the network that learns', async () => {
    // The same first step, as both networks begin equal; then the targets differ.
    const [of2013, of2015] = [await create({ targetNetwork: false }), await create({ targetUpdateEverySteps: 1000 })];
    const online = async (agent: OffPolicyAgent) => (await networks(agent)).online.slice();
    for (const agent of [of2013, of2015]) {
      await agent.update(batch, at(1));
    }
    expect(await online(of2013)).toEqual(await online(of2015));
    const before = await agentQ(of2013);
    await of2013.update(batch, at(1));
    await of2015.update(batch, at(1));
    expect(await online(of2013)).not.toEqual(await online(of2015));
    expect(before).not.toEqual(await agentQ(of2013));
  });

  it('refuses a memory that no machine has, before it is made', () => {
    const pixels = { ...spec, observationSpace: box({ low: 0, high: 255, shape: [84, 84, 4], dtype: 'uint8' }) };
    const make = (bufferSize: number, frameStack?: number) =>
      dqn.create({ spec: { ...pixels, ...(frameStack && { frameStack }) }, seed: 1, engine, config: { bufferSize } });
    expect(() => make(2_000_000)).toThrow(
      /^dqn: bufferSize must be at most 1217178, got 2000000. At 56,458 bytes per transition/,
    );
    expect(() => make(1_000_000, 4)).not.toThrow();
  });

  /** The largest Q of the observations of the batch, as the update reports it. */
  async function agentQ(agent: OffPolicyAgent): Promise<number> {
    const copy = await create({});
    await copy.restore(await agent.state());
    return (await (await copy.update(batch, at(1))).metrics.read()).maxQ;
  }
});
