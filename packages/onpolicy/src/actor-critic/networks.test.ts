import * as tf from '@tensorflow/tfjs-core';
import { box, ConfigError, discrete, type EnvSpec, type OnPolicyAgent, Rng, SpaceError } from '@zpin/contracts';
import { type Algorithm, createEngine, type Params, unflattenParams, valueAndGrad } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { a2c } from '../a2c.ts';
import { npg } from '../npg.ts';
import { oneStepActorCritic } from '../one-step-actor-critic.ts';
import { ppo } from '../ppo.ts';
import { ppoPenalty } from '../ppo-penalty.ts';
import { reinforce } from '../reinforce.ts';
import { trpo } from '../trpo.ts';
import { vpg } from '../vpg.ts';
import { type ActorCriticOptions, actorCritic } from './networks.ts';

await createEngine('tensorflow', { backend: 'cpu' });
const engine = await createEngine('onnx');

const limits = { maxEpisodeSteps: null, rewardThreshold: null };
const observationSpace = box({ low: -5, high: 5, shape: [3] });
const onVector: EnvSpec = { id: 'Vector-v0', observationSpace, actionSpace: discrete(2), ...limits };
const onPicture: EnvSpec = {
  ...onVector,
  id: 'Picture-v0',
  observationSpace: box({ low: 0, high: 255, shape: [10, 10, 1], dtype: 'uint8' }),
};
const options: ActorCriticOptions = { hiddenSizes: [6, 5], activation: 'tanh', initialLogStd: 0 };

/** Names of the parameters that a loss depends on. */
function reached(
  spec: EnvSpec,
  sharedTrunk: boolean,
  loss: (network: ReturnType<typeof actorCritic>, params: Params) => tf.Tensor,
) {
  const network = actorCritic('test', spec, { ...options, sharedTrunk });
  const flat = tf.tensor1d(network.init(new Rng(1)));
  const { gradient } = valueAndGrad(network.layout, params => ({ loss: loss(network, params) as tf.Scalar }))(flat);
  const slopes = gradient.dataSync();
  return network.layout.entries
    .filter(({ offset, size }) => slopes.subarray(offset, offset + size).some(slope => slope !== 0))
    .map(({ name }) => name.split('/')[0]);
}

describe.each([
  ['vectors', onVector, 3],
  ['pictures', onPicture, 100],
] as const)('on %s, policy and value', (_name, spec, width) => {
  const obs = tf.tensor2d(
    Array.from({ length: 2 * width }, (_, i) => 1 + (i % 7)),
    [2, width],
    'int32',
  );
  const value = (network: ReturnType<typeof actorCritic>, params: Params) => tf.sum(network.value(params, obs));
  const policy = (network: ReturnType<typeof actorCritic>, params: Params) =>
    tf.sum(network.policy(params, obs).logProb(tf.tensor1d([0, 1], 'int32')));

  it('share nothing where they are separate', () => {
    expect(new Set(reached(spec, false, value))).toEqual(new Set(['value']));
    expect(new Set(reached(spec, false, policy))).toEqual(new Set(['policy']));
  });

  it('share their hidden layers on a common trunk', () => {
    expect(new Set(reached(spec, true, value))).toEqual(new Set(['trunk', 'value']));
    expect(new Set(reached(spec, true, policy))).toEqual(new Set(['trunk', 'policy']));
  });

  it.each([false, true])('are the same at once as one by one, shared: %s', sharedTrunk => {
    const network = actorCritic('test', spec, { ...options, sharedTrunk });
    const params = unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(2))));
    const both = network.apply(params, obs);
    expect(both.value.dataSync()).toEqual(network.value(params, obs).dataSync());
    const action = tf.tensor1d([1, 0], 'int32');
    expect(both.distribution.logProb(action).dataSync()).toEqual(network.policy(params, obs).logProb(action).dataSync());
    // The first policy is near uniform, and the greedy policy needs the first parameters alone.
    for (const p of network.policy(params, obs).logProb(action).dataSync()) expect(Math.exp(p)).toBeCloseTo(0.5, 1);
    const first = unflattenParams(
      network.greedy.layout,
      tf.tensor1d(network.init(new Rng(2)).slice(0, network.greedy.layout.size)),
    );
    expect(network.greedy.act(first, obs).dataSync()).toEqual(network.greedy.act(params, obs).dataSync());
  });
});

it.each([vpg, npg, trpo, reinforce, oneStepActorCritic] as unknown as Algorithm[])(
  '$id says why it shares no trunk',
  async algorithm => {
    const create = async () => algorithm.create({ spec: onVector, config: { sharedTrunk: true }, seed: 1, engine });
    await expect(create).rejects.toThrow(ConfigError);
    await expect(create).rejects.toThrow(/sharedTrunk must be false, as the value is fitted apart from the policy, got true/);
  },
);

it.each([ppo, ppoPenalty, a2c] as unknown as Algorithm[])('$id has fewer parameters with a shared trunk', async algorithm => {
  const size = async (sharedTrunk: boolean) => {
    const agent = await algorithm.create({ spec: onVector, config: { sharedTrunk, hiddenSizes: [6, 5] }, seed: 1, engine });
    const { vectors } = (await agent.state()) as unknown as { vectors: { parameters: Float32Array } };
    agent.dispose();
    return vectors.parameters.length;
  };
  // 3·6 + 6 + 6·5 + 5 = 59 in a trunk, 12 in the head of the policy, 6 in that of the value.
  expect([await size(false), await size(true)]).toEqual([2 * 59 + 18, 59 + 18]);
});

describe('squashed actions', () => {
  const actionSpace = box({ low: [-2, 0], high: [2, 1] });
  const spec: EnvSpec = { id: 'Bounded-v0', observationSpace, actionSpace, ...limits };

  it('stay within the bounds, with the log-probability of the change of variables', async () => {
    const rows = 400;
    const config = { squashActions: true, initialLogStd: 1, numEnvs: rows };
    const agent = await ppo.create({ spec, config, seed: 1, engine });
    const obs = new Rng(3).standardNormalInto(new Float32Array(3 * rows));
    const [logProb, value] = [new Float32Array(rows), new Float32Array(rows)];
    const action = (await (agent as OnPolicyAgent).explore(obs, logProb, value)) as Float32Array;
    expect(action.every((a, i) => (i % 2 === 0 ? Math.abs(a) <= 2 : a >= 0 && a <= 1))).toBe(true);
    // The first means are near 0: u ~ N(0, e²), a = 2 tanh u and a = (tanh u + 1) / 2.
    let checked = 0;
    for (let row = 0; row < rows; row++) {
      const tanh = [(action[2 * row] as number) / 2, 2 * (action[2 * row + 1] as number) - 1];
      if (tanh.some(x => Math.abs(x) > 0.99)) continue;
      const density = tanh.map((x, k) => {
        const u = Math.atanh(x);
        return -0.5 * (u / Math.E) ** 2 - 1 - 0.5 * Math.log(2 * Math.PI) - Math.log((k === 0 ? 2 : 0.5) * (1 - x * x));
      });
      expect(logProb[row]).toBeCloseTo((density[0] as number) + (density[1] as number), 1);
      checked++;
    }
    expect(checked).toBeGreaterThan(50);
    agent.dispose();
  });

  it('have no meaning without finite bounds', async () => {
    const open = { ...spec, actionSpace: box({ low: Number.NEGATIVE_INFINITY, high: 1, shape: [1] }) };
    await expect(async () => ppo.create({ spec: open, config: { squashActions: true }, seed: 1, engine })).rejects.toThrow(
      SpaceError,
    );
  });
});
