import { type Actor, box, discrete, type EnvSpec, Rng, SpaceError, type TransitionBatch } from '@zpin/contracts';
import { type ConfigOf, createEngine, parseConfig, Store } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { actorCriticAgent, checkedConfig } from './actor-critic-agent.ts';
import { actorCriticConfigSchema, actorCriticFields } from './actor-critic-fields.ts';

const engine = await createEngine('onnx');

const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1e6, high: 1e6, shape: [2] }),
  actionSpace: box({ low: -1, high: 1, shape: [1] }),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const schema = actorCriticConfigSchema(actorCriticFields({ batchSize: 1, learningStarts: 0, learningRate: 1e-3 }));
const progress = { step: 1, totalSteps: 10 };

/** An agent that remembers what it was shown. */
function spy(
  config: Partial<ConfigOf<typeof schema>> = { normalizeObservations: true, observationClip: 3 },
  ofSpec: EnvSpec = spec,
) {
  const seen: { acted: number[][]; obs: number[][]; nextObs: number[][] } = { acted: [], obs: [], nextObs: [] };
  const act: Actor['act'] = obs => {
    seen.acted.push([...obs]);
    return new Float32Array(obs.length / 2);
  };
  const agent = actorCriticAgent({
    algorithm: 'spy',
    config: parseConfig(schema, config, 'spy'),
    spec: ofSpec,
    store: new Store(engine, { actor: Float32Array.of(7) }),
    acting: { act, dispose() {} },
    schedules: {},
    policy: { vectors: ['actor'] },
    programs: [],
    learn(batch) {
      seen.obs.push([...batch.obs]);
      seen.nextObs.push([...batch.nextObs]);
      return { outputs: { error: new Float32Array(batch.size) }, metrics: { names: [], read: () => ({}) } };
    },
  });
  return { agent, seen };
}

describe('actorCriticAgent', () => {
  it('gives observations mean 0 and deviation 1 over all that were explored', async () => {
    const { agent, seen } = spy();
    // Means 2 and 10, variances 4 and 0.
    await agent.act(Float32Array.of(0, 10), 'explore');
    await agent.act(Float32Array.of(4, 10), 'explore');
    await agent.act(Float32Array.of(4, 10.02), 'exploit');
    expect(seen.acted[1]).toEqual([1, 0]);
    expect(seen.acted[2][0]).toBe(1);
    // A deviation of less than 0.01 counts as 0.01: 0.02 above the mean is 2, not infinity.
    expect(seen.acted[2][1]).toBeCloseTo(2, 3);
    const obs = Float32Array.of(2, 10, -100, 10);
    const batch = { size: 2, obs, nextObs: Float32Array.of(8, 10, 100, 10) } as TransitionBatch;
    await agent.update(batch, progress);
    expect(seen.obs).toEqual([[0, 0, -3, 0]]);
    expect(seen.nextObs).toEqual([[3, 0, 3, 0]]);
    expect([...obs], 'what is stored stays as it is').toEqual([2, 10, -100, 10]);
  });

  it('learns its statistics from exploring steps alone', async () => {
    const { agent } = spy();
    const statistics = async () => (await agent.state()).observations;
    await agent.act(Float32Array.of(0, 0), 'explore');
    const before = await statistics();
    expect(before).toBeDefined();
    await agent.act(Float32Array.of(5, 5), 'exploit');
    const batch = { size: 1, obs: new Float32Array(2), nextObs: new Float32Array(2) } as TransitionBatch;
    await agent.update(batch, progress);
    expect(await statistics()).toEqual(before);
    await agent.act(Float32Array.of(5, 5), 'explore');
    expect(await statistics()).not.toEqual(before);
  });

  it('goes on from its state', async () => {
    const [one, other] = [spy(), spy()];
    const rng = new Rng(1);
    for (let i = 0; i < 9; i++) await one.agent.act(rng.uniformInto(new Float32Array(2), -3, 7), 'explore');
    await other.agent.restore(structuredClone(await one.agent.state()));
    for (const { agent } of [one, other]) await agent.act(Float32Array.of(1, 2), 'exploit');
    expect(other.seen.acted[0]).toEqual(one.seen.acted.at(-1));
  });

  it('puts the statistics behind the weights of the policy', async () => {
    const { agent } = spy();
    await agent.act(Float32Array.of(0, 1), 'explore');
    await agent.act(Float32Array.of(4, 1), 'explore');
    expect([...((await agent.policy?.())?.weights ?? [])]).toEqual([7, 2, 1, 0.5, 100]);
  });

  it('shows observations as they are where nothing is to be normalised', async () => {
    const { agent, seen } = spy({ normalizeObservations: false, observationClip: 3 });
    for (const obs of [Float32Array.of(0, 10), Float32Array.of(4, 10)]) await agent.act(obs, 'explore');
    await agent.update({ size: 1, obs: Float32Array.of(8, 2), nextObs: Float32Array.of(9, 3) } as TransitionBatch, progress);
    expect(seen).toEqual({
      acted: [
        [0, 10],
        [4, 10],
      ],
      obs: [[8, 2]],
      nextObs: [[9, 3]],
    });
    expect(await agent.state()).not.toHaveProperty('observations');
    expect([...((await agent.policy?.())?.weights ?? [])]).toEqual([7]);
  });

  it('refuses to normalise indices', () => {
    const make = () => spy(undefined, { ...spec, observationSpace: discrete(4) });
    expect(make).toThrow(SpaceError);
    expect(make).toThrow(
      /^spy: observations of Two-v0 must have floats without a scale of their own to be normalised, got .*\. Turn normalizeObservations off\.$/,
    );
  });
});

describe('checkedConfig', () => {
  it.each([
    ['learningRate', /^spy: learningRate .*criticLearningRate, and actorLearningRate for the policy/],
    ['actorLearningRateScale', /^spy: actorLearningRateScale .*actorLearningRate, which is a step size/],
  ])('refuses %s, and names what took its place', (name, expected) => {
    expect(() => checkedConfig('spy', schema, { spec, config: { [name]: 0.3 } })).toThrow(expected);
  });
});
