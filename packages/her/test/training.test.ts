import { ConfigError, type OffPolicyAgent } from '@zpin/contracts';
import type { Algorithm, ReplayAlgorithm, TrainOptions } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { ddpg, discreteSac, sac, td3 } from '@zpin/offpolicy';
import { dqn } from '@zpin/value-based';
import { describe, expect, it } from 'vitest';
import { type AlgorithmCase, differences, PATIENCE, recordRun } from '../../../tools/testing/algorithm-case.ts';
import { hindsight } from '../src/hindsight.ts';

/** The algorithm with hindsight in place of its own replay memory. */
function withHindsight<Config>(algorithm: ReplayAlgorithm<Config>, strategy: string): Pick<AlgorithmCase, 'algorithm'> {
  const train = (options: TrainOptions) => {
    const agent = options.agent as OffPolicyAgent<Config>;
    return algorithm.train({ ...options, agent, makeReplay: hindsight(options.env, strategy) });
  };
  return { algorithm: { ...algorithm, train } as Algorithm };
}

const small = {
  numEnvs: 2,
  bufferSize: 50,
  batchSize: 8,
  learningStarts: 20,
  trainEverySteps: 4,
  gradientSteps: 1,
  hiddenSizes: [8],
};
const bits = () => makeVectorEnv('BitFlip-v0', 2, { bits: 3 });
const maze = () => makeVectorEnv('PointMaze-v0', 2, { maxEpisodeSteps: 9 });

describe.each([
  { name: 'dqn', algorithm: dqn, strategy: 'future:4', config: small, makeEnv: bits },
  { name: 'discrete-sac', algorithm: discreteSac, strategy: 'episode:2', config: small, makeEnv: bits },
  { name: 'ddpg', algorithm: ddpg, strategy: 'future:4', config: { ...small, normalizeObservations: true }, makeEnv: maze },
  { name: 'td3', algorithm: td3, strategy: 'final:1', config: small, makeEnv: maze },
  { name: 'sac', algorithm: sac, strategy: 'future:4', config: small, makeEnv: maze },
])('$name with hindsight, $strategy', PATIENCE, ({ algorithm, strategy, config, makeEnv }) => {
  const subject = withHindsight(algorithm as ReplayAlgorithm, strategy) as AlgorithmCase;
  const run = (options: object) => recordRun(subject, { config, seed: 3, totalSteps: 120, env: makeEnv(), ...options });

  it('goes on from any checkpoint as if it had never stopped, replay included', async () => {
    const saved: { at: number; state: Awaited<ReturnType<typeof run>>['final'] }[] = [];
    let reported = 0;
    const whole = await run({
      checkpointEverySteps: 22,
      onEvent(event: { type: string; state?: never }) {
        if (event.type === 'checkpoint') saved.push({ at: reported, state: structuredClone(event.state ?? {}) });
        else if (event.type !== 'step') reported++;
      },
    });
    expect(saved.length).toBe(6);
    for (const { at, state } of saved) {
      const rest = await run({ seed: 77, resume: state });
      expect(differences(rest.final, whole.final)).toEqual([]);
      expect(rest.events).toEqual(whole.events.slice(at));
    }
  });

  it('reports whether each episode reached its goal', async () => {
    const { events } = await run({});
    const episodes = events.filter(event => (event as { type: string }).type === 'episode');
    expect(episodes.length).toBeGreaterThan(4);
    for (const event of episodes) expect(event).toHaveProperty('success', expect.any(Boolean));
  });
});

it('leaves no room for a prioritized replay memory', async () => {
  const config = { ...small, prioritizedReplay: true };
  const run = recordRun(withHindsight(ddpg, 'future:4') as AlgorithmCase, {
    ...{ config, seed: 3, totalSteps: 40, env: maze() },
  });
  await expect(run).rejects.toThrow(ConfigError);
  await expect(run).rejects.toThrow(
    /^ddpg: there can be one replay memory, got "a prioritized one and another"\. Turn prioritized replay off/,
  );
});

describe('dqn on 8 bits', PATIENCE, () => {
  const config = {
    ...{ learningRate: 1e-3, batchSize: 64, gamma: 0.98, targetUpdateEverySteps: 200, trainEverySteps: 1, learningStarts: 100 },
    ...{ explorationFraction: 0.5, hiddenSizes: [64], bufferSize: 20_000 },
  };
  const env = () => makeVectorEnv('BitFlip-v0', 1, { bits: 8 });
  const evaluation = () => ({ env: env(), everySteps: 3000, episodes: 100, seed: 9 });
  const successRate = async (subject: Pick<AlgorithmCase, 'algorithm'>) => {
    const options = { config, seed: 1, totalSteps: 3000, env: env(), evaluation: evaluation() };
    const { events } = await recordRun(subject as AlgorithmCase, options);
    return (events.find(event => (event as { type: string }).type === 'eval') as { successRate: number }).successRate;
  };

  it('learns with hindsight what it does not learn without', async () => {
    expect(await successRate(withHindsight(dqn, 'future:4'))).toBeGreaterThan(0.95);
    expect(await successRate({ algorithm: dqn as Algorithm })).toBeLessThan(0.5);
  });
});
