import {
  type Actor,
  box,
  discrete,
  type EnvSpec,
  type OffPolicyAgent,
  Rng,
  SpaceError,
  type TransitionBatch,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { normalizedAgent } from './normalized-agent.ts';

const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1e6, high: 1e6, shape: [2] }),
  actionSpace: box({ low: -1, high: 1, shape: [1] }),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** An agent that remembers what it was shown. */
function spy(config = { normalizeObservations: true, observationClip: 3 }) {
  const seen: { acted: number[][]; obs: number[][]; nextObs: number[][] } = { acted: [], obs: [], nextObs: [] };
  const act: Actor['act'] = obs => {
    seen.acted.push([...obs]);
    return new Float32Array(obs.length / 2);
  };
  const agent: OffPolicyAgent<typeof config> = {
    algorithm: 'spy',
    config,
    numEnvs: 1,
    batchSize: 1,
    learningStarts: 0,
    trainEverySteps: 1,
    gradientSteps: 1,
    progress() {},
    act,
    update(batch) {
      seen.obs.push([...batch.obs]);
      seen.nextObs.push([...batch.nextObs]);
      return { names: [], read: () => ({}) };
    },
    state: () => ({ own: 1 }),
    restore() {},
    policy: () => ({ algorithm: 'spy', config, spec, weights: Float32Array.of(7) }),
    dispose() {},
  };
  return { agent, seen };
}

describe('normalizedAgent', () => {
  it('gives observations mean 0 and deviation 1 over all that were explored', async () => {
    const { agent, seen } = spy();
    const normalized = normalizedAgent(agent, spec);
    // Means 2 and 10, variances 4 and 0.
    await normalized.act(Float32Array.of(0, 10), 'explore');
    await normalized.act(Float32Array.of(4, 10), 'explore');
    await normalized.act(Float32Array.of(4, 10.02), 'exploit');
    expect(seen.acted[1]).toEqual([1, 0]);
    expect(seen.acted[2][0]).toBe(1);
    // A deviation of less than 0.01 counts as 0.01: 0.02 above the mean is 2, not infinity.
    expect(seen.acted[2][1]).toBeCloseTo(2, 3);
    const obs = Float32Array.of(2, 10, -100, 10);
    const batch = { size: 2, obs, nextObs: Float32Array.of(8, 10, 100, 10) } as TransitionBatch;
    await normalized.update(batch);
    expect(seen.obs).toEqual([[0, 0, -3, 0]]);
    expect(seen.nextObs).toEqual([[3, 0, 3, 0]]);
    expect([...obs], 'what is stored stays as it is').toEqual([2, 10, -100, 10]);
  });

  it('learns its statistics from exploring steps alone', async () => {
    const normalized = normalizedAgent(spy().agent, spec);
    await normalized.act(Float32Array.of(0, 0), 'explore');
    const before = await normalized.state();
    await normalized.act(Float32Array.of(5, 5), 'exploit');
    await normalized.update({ size: 1, obs: new Float32Array(2), nextObs: new Float32Array(2) } as TransitionBatch);
    expect(await normalized.state()).toEqual(before);
    await normalized.act(Float32Array.of(5, 5), 'explore');
    expect(await normalized.state()).not.toEqual(before);
  });

  it('goes on from its state', async () => {
    const [one, other] = [spy(), spy()];
    const normalized = normalizedAgent(one.agent, spec);
    const rng = new Rng(1);
    for (let i = 0; i < 9; i++) await normalized.act(rng.uniformInto(new Float32Array(2), -3, 7), 'explore');
    const resumed = normalizedAgent(other.agent, spec);
    await resumed.restore(structuredClone(await normalized.state()));
    for (const agent of [normalized, resumed]) await agent.act(Float32Array.of(1, 2), 'exploit');
    expect(other.seen.acted[0]).toEqual(one.seen.acted.at(-1));
  });

  it('puts the statistics behind the weights of the policy', async () => {
    const normalized = normalizedAgent(spy().agent, spec);
    await normalized.act(Float32Array.of(0, 1), 'explore');
    await normalized.act(Float32Array.of(4, 1), 'explore');
    expect([...((await normalized.policy?.())?.weights ?? [])]).toEqual([7, 2, 1, 0.5, 100]);
  });

  it('is the agent itself where nothing is to be normalised, and refuses indices', () => {
    const { agent } = spy({ normalizeObservations: false, observationClip: 3 });
    expect(normalizedAgent(agent, spec)).toBe(agent);
    const make = () => normalizedAgent(spy().agent, { ...spec, observationSpace: discrete(4) });
    expect(make).toThrow(SpaceError);
    expect(make).toThrow(
      /^spy: observations of Two-v0 must be floats to be normalised, got .*\. Turn normalizeObservations off\.$/,
    );
  });
});
