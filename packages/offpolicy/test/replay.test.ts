import { box, ConfigError, discrete, type EnvSpec, type OffPolicyAgent } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { algorithmCases } from './algorithms.ts';

describe.each(algorithmCases)('$algorithm.id', ({ algorithm, actions }) => {
  const isDiscrete = actions.includes('discrete');
  const spec: EnvSpec = {
    id: 'Two-v0',
    observationSpace: box({ low: -1, high: 1, shape: [2] }),
    actionSpace: isDiscrete ? discrete(2) : box({ low: -2, high: 2, shape: [1] }),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  const create = async (config: object) => {
    const agent = await algorithm.create({ spec, config, seed: 1, engine: await compiledEngine() });
    return agent as OffPolicyAgent;
  };
  /** Two rows that differ in their rewards alone, which are their targets: there is no next state. */
  const twins = {
    size: 2,
    obs: Float32Array.of(0.1, 0.2, 0.1, 0.2),
    action: isDiscrete ? Int32Array.of(1, 1) : Float32Array.of(1, 1),
    reward: Float32Array.of(10, 13),
    nextObs: new Float32Array(4),
    discount: new Float32Array(2),
  };
  const still = { hiddenSizes: [4], criticLearningRate: 0, actorLearningRate: 0 };
  const progress = { step: 1, totalSteps: 100 };

  it('tells the error of each row of the last batch', async () => {
    const agent = await create(still);
    const [low, high] = (await agent.update(twins, progress)).priorities ?? [];
    expect(high - low).toBeCloseTo(3, 4);
    expect(low).toBeGreaterThan(7);
    const { priorities } = await agent.update({ ...twins, reward: Float32Array.of(10, 14) }, progress);
    expect((priorities ?? [])[1] - high).toBeCloseTo(1, 4);
    agent.dispose();
  });

  it('counts each row by its importance weight', async () => {
    const agent = await create(still);
    const loss = async (...weight: number[]) => {
      const batch = { ...twins, ...(weight.length > 0 && { weight: Float32Array.from(weight) }) };
      const { metrics } = await agent.update(batch, progress);
      return (await metrics.read()).criticLoss;
    };
    const [low, high] = [await loss(1, 0), await loss(0, 1)];
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(1.1 * low);
    expect((await loss(0.25, 0.5)) / (0.25 * low + 0.5 * high)).toBeCloseTo(1, 5);
    expect((await loss()) / (low + high)).toBeCloseTo(1, 5);
    agent.dispose();
  });

  it('refuses a replay memory that no machine could hold', async () => {
    const huge = { ...spec, observationSpace: box({ low: 0, high: 255, shape: [400, 400, 12], dtype: 'uint8' }) };
    const make = async () => algorithm.create({ spec: huge, config: {}, seed: 1, engine: await compiledEngine() });
    await expect(make).rejects.toThrow(ConfigError);
    await expect(make).rejects.toThrow(
      new RegExp(`^${algorithm.id}: bufferSize must be at most \\d+, got 1000000\\. .* that is 3,.* GiB: give fewer`),
    );
  });
});
