import * as tf from '@tensorflow/tfjs-core';
import { discrete, type EnvSpec, type OnPolicyAgent, Rng } from '@zpin/contracts';
import { createEngine, parseConfig, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import {
  criticLoss,
  intraOptionLoss,
  type OptionCriticConfig,
  optionCritic,
  terminationLoss,
  valuesOfSuccessors,
  valueUponArrival,
} from '../src/option-critic.ts';
import { optionHead } from '../src/options/option-head.ts';
import { optionNetworks } from '../src/options/option-networks.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');
const spec: EnvSpec = {
  id: 'Three-v0',
  observationSpace: discrete(3),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const floats = (...values: number[]) => Float32Array.from(values);

it('says what the step size of values is called now', () => {
  expect(() => parseConfig(optionCritic.config, { learningRate: 0.1 }, 'option-critic')).toThrow(
    /learningRate must be a known setting.*write valueLearningRate/,
  );
});

describe('targets and losses', () => {
  it('the value upon arrival mixes going on and ending at a price', () => {
    const u = valueUponArrival(tf.tensor1d([0.25, 0, 1]), tf.tensor1d([2, 2, 2]), tf.tensor1d([4, 4, 4]), 0.4);
    expect(Array.from(u.dataSync())).toEqual([expect.closeTo(0.75 * 2 + 0.25 * 3.6, 6), 2, expect.closeTo(3.6, 6)]);
  });

  it('the critic descends half the squared error', () => {
    expect(criticLoss(tf.tensor1d([1, 2]), tf.tensor1d([2, 0])).dataSync()[0]).toBeCloseTo((0.5 + 2) / 2, 6);
  });

  it('the policy climbs log π · advantage, and its entropy', () => {
    const loss = intraOptionLoss(tf.tensor1d([-1, -0.5]), tf.tensor1d([2, -4]), tf.tensor1d([0.6, 0.2]), 0.5);
    expect(loss.dataSync()[0]).toBeCloseTo(-(-2 + 2 + 0.3 + 0.1) / 2, 6);
  });

  it('an option ends sooner where it is worth less than another by the margin, later where by less; a first step teaches nothing', () => {
    const advantage = tf.tensor1d([-1, 0, -0.1, -1]);
    const slope = tf.grad(x => terminationLoss(x, advantage, tf.tensor1d([1, 1, 1, 0]), 0.2))(tf.tensor1d([0.5, 0.5, 0.5, 0.5]));
    const [worse, best, nearly, first] = slope.dataSync();
    expect([worse, best, nearly, first].map(value => 4 * value)).toEqual([
      expect.closeTo(-0.8, 6),
      expect.closeTo(0.2, 6),
      expect.closeTo(0.1, 6),
      expect.closeTo(0, 6),
    ]);
  });

  it('what follows a step is U of the next row, and never of another episode', () => {
    const rollout = {
      numEnvs: 2,
      // Steps 0 and 1 of two copies, then the last: copy 0 is cut off in step 0, copy 1 ends in step 1.
      terminated: Uint8Array.of(0, 0, 0, 1, 0, 0),
      truncated: Uint8Array.of(1, 0, 0, 0, 0, 0),
      nextValue: floats(7, 0.5, 0.5, 0, 8, 9),
    };
    expect(Array.from(valuesOfSuccessors(rollout, floats(1, 2, 3, 4, 5, 6)))).toEqual([7, 4, 5, 0, 8, 9]);
  });
});

describe('the gradient of intra-option policies', () => {
  it('is that of finite differences', () => {
    const head = optionHead('test', spec);
    const { policies } = optionNetworks({ spec, numOptions: 2, head, hiddenSizes: [], activation: 'tanh' });
    const { size } = policies.layout;
    const rng = new Rng(3);
    const weights = rng.standardNormalInto(new Float32Array(size));
    const obs = tf.tensor2d([[0], [1], [1], [2]], undefined, 'int32');
    const loss = (flat: tf.Tensor) => {
      const params = unflattenParams(policies.layout, flat as tf.Tensor1D);
      const policy = policies.apply(params, obs, tf.tensor1d([0, 1, 0, 1]));
      const logProb = policy.logProb(tf.tensor1d([1, 0, 1, 1], 'int32'));
      return intraOptionLoss(logProb, tf.tensor1d([1, -2, 0.5, 3]), policy.entropy(), 0.3) as tf.Scalar;
    };
    const gradient = tf.grad(loss)(tf.tensor1d(weights)).dataSync();
    const step = 1e-2;
    for (let i = 0; i < size; i++) {
      const at = (change: number) => loss(tf.tensor1d(weights.map((w, k) => (k === i ? w + change : w)))).dataSync()[0];
      expect(gradient[i]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 3);
    }
    expect(gradient.some(value => Math.abs(value) > 0.1)).toBe(true);
  });
});

describe('an update of tables', () => {
  const tables = { optimizer: 'sgd' as const, hiddenSizes: [], gamma: 0.5, entropyCoefficient: 0, terminationMargin: 0 };
  const rates = { valueLearningRate: 0.5, policyLearningRate: 0.4, terminationLearningRate: 0.8 };
  type Tables = Readonly<Record<'critic' | 'policies' | 'terminations', Float32Array>>;

  async function learn(config: Partial<OptionCriticConfig>, before: Partial<Tables>, rollout: object): Promise<Tables> {
    const settings = { ...tables, ...rates, ...config };
    const agent = (await optionCritic.create({ spec, config: settings, seed: 1, engine })) as OnPolicyAgent<OptionCriticConfig>;
    const state = await agent.state();
    await agent.restore({ ...state, vectors: { ...(state.vectors as object), ...before } as never });
    await agent.update(rollout as never, { step: 0, totalSteps: 1 });
    const { vectors } = await agent.state();
    agent.dispose();
    return vectors as unknown as Tables;
  }
  /** One step from state 1 with action 1: the option that arrived (from 1 on, 0: none), the one that acted, Q of it. */
  const step = (arrived: number, option: number, q: number) => ({
    numSteps: 1,
    numEnvs: 1,
    obs: Int32Array.of(1),
    action: Int32Array.of(1),
    reward: floats(1.5),
    terminated: Uint8Array.of(0),
    truncated: Uint8Array.of(0),
    logProb: floats(0),
    value: floats(q),
    nextValue: floats(2),
    recurrence: { start: Uint8Array.of(Number(arrived === 0)), memory: floats(arrived, option, 0) },
  });

  it('is algorithm 1 of the paper, by hand', async () => {
    // Q_Ω(1, ·) = [1, 3]: option 0 arrived with β = ½, ended, and option 1 acted.
    const critic = floats(0, 0, 1, 3, 0, 0);
    const after = await learn({ numOptions: 2, deliberationCost: 0.5 }, { critic }, step(1, 1, 3));
    // g = 1.5 + 0.5 · 2 = 2.5, so the advantage is −0.5, and Q moves half of the way.
    expect(Array.from(after.critic)).toEqual([0, 0, 1, 2.75, 0, 0]);
    // ∇ log π(1) of option 1 in state 1 is [−½, ½]: 0.4 · (−0.5) · ½ = −0.1. Rows: state; columns: option, action.
    expect(Array.from(after.policies, x => Math.round(x * 1e6) / 1e6)).toEqual([0, 0, 0, 0, 0, 0, 0.1, -0.1, 0, 0, 0, 0]);
    // A_Ω + η = 1 − 3 + 0.5 = −1.5, and β′ = ¼: the logit of option 0 grows by 0.8 · 1.5 / 4.
    expect(Array.from(after.terminations)).toEqual([0, 0, expect.closeTo(0.3, 6), 0, 0, 0]);
  });

  it('leaves ends alone where an episode began', async () => {
    const after = await learn({ numOptions: 2 }, { critic: floats(0, 0, 1, 3, 0, 0) }, step(0, 1, 3));
    expect(Array.from(after.terminations)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(after.critic[3]).toBe(2.75);
  });

  it('normalises advantages by n − 1, and targets not at all', async () => {
    // Three steps in state 1 that end the episode: the advantages are 1, 2 and 6, their mean is 3, their deviation √7 by n − 1.
    const { recurrence: _, ...one } = step(0, 1, 0);
    const three = Uint8Array.of(1, 1, 1);
    const rollout = {
      ...one,
      ...{ numSteps: 3, obs: Int32Array.of(1, 1, 1), action: Int32Array.of(1, 1, 1), reward: floats(1, 2, 6) },
      ...{ terminated: three, truncated: new Uint8Array(3), nextValue: floats(0, 0, 0) },
      ...{ value: floats(0, 0, 0), logProb: floats(0, 0, 0) },
      // Each by an option of its own.
      recurrence: { start: three, memory: floats(0, 0, 0, 0, 1, 0, 0, 2, 0) },
    };
    const after = await learn({ numOptions: 3, normalizeAdvantage: true }, {}, rollout);
    // A mean over three rows, and ∇ log π(1) of an even policy is ½.
    const change = (advantage: number) => ((0.4 / 3) * advantage) / 2 / Math.sqrt(7);
    const moved = Array.from(after.policies).slice(6, 12);
    const expected = [-2, -1, 3].flatMap(advantage => [-change(advantage), change(advantage)]);
    expect(moved).toEqual(expected.map(value => expect.closeTo(value, 6)));
    expect(Array.from(after.critic).slice(3, 6)).toEqual([1, 2, 6].map(target => expect.closeTo((0.5 * target) / 3, 6)));
  });

  it('of a single option is plain one-step actor-critic', async () => {
    const critic = floats(0.2, 0.6, -0.3);
    const policies = floats(0.1, 0.2, 0.5, -0.5, 0, 0);
    const after = await learn({ numOptions: 1 }, { critic, policies }, step(1, 0, critic[1]));
    // δ = r + γ V(s′) − V(s); V(s) += α δ, and logits move by α_θ δ (1[a] − π).
    const delta = 1.5 + 0.5 * 2 - critic[1];
    const right = 1 / (1 + Math.exp(policies[2] - policies[3]));
    const change = 0.4 * delta * (1 - right);
    const expected = { critic: critic.slice(), policies: policies.slice() };
    expected.critic[1] += 0.5 * delta;
    expected.policies[2] -= change;
    expected.policies[3] += change;
    for (const name of ['critic', 'policies'] as const) {
      expect(Array.from(after[name])).toEqual(Array.from(expected[name], value => expect.closeTo(value, 5)));
    }
    // No other option is worth more, so there is nothing to learn about its ends.
    expect(Array.from(after.terminations)).toEqual([0, 0, 0]);
  });
});

describe('acting', () => {
  const config = { hiddenSizes: [], numOptions: 2, epsilon: 0 };
  /** Option 1 is the best in state 0, option 0 in the others; option o plays action o. Options end in state 2 alone. */
  const vectors = {
    critic: floats(0, 1, 1, 0, 1, 0),
    policies: floats(9, -9, -9, 9, 9, -9, -9, 9, 9, -9, -9, 9).map(x => 5 * x),
    terminations: floats(-90, -90, -90, -90, 90, 90),
  };

  it.each(['explore', 'exploit'] as const)('keeps to an option until it ends, in mode %s', async mode => {
    const agent = await optionCritic.create({ spec, config, seed: 1, engine });
    await agent.restore({
      ...(await agent.state()),
      vectors: { ...((await agent.state()).vectors as object), ...vectors } as never,
    });
    const course = [];
    for (const [state, start] of [
      [0, 1],
      [1, 0],
      [0, 0],
      [2, 0],
      [0, 0],
      [0, 1],
    ]) {
      const [action] = await agent.act(Int32Array.of(state), mode, undefined, Uint8Array.of(start));
      course.push(action);
    }
    expect(course).toEqual([1, 1, 1, 0, 0, 1]);
    agent.dispose();
  });

  it('chooses a random option as often as epsilon says', async () => {
    const agent = await optionCritic.create({ spec, config: { ...config, epsilon: 0.4 }, seed: 1, engine });
    await agent.restore({
      ...(await agent.state()),
      vectors: { ...((await agent.state()).vectors as object), ...vectors } as never,
    });
    const rows = 4000;
    const actions = await agent.act(new Int32Array(rows), 'explore', undefined, new Uint8Array(rows).fill(1));
    const others = Array.from(actions).filter(action => action === 0).length;
    expect(others / rows).toBeGreaterThan(0.17);
    expect(others / rows).toBeLessThan(0.23);
    agent.dispose();
  });
});
