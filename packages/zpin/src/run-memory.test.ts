import { box, ConfigError, discrete, type EnvSpec } from '@zpin/contracts';
import { parseConfig } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { loadAlgorithm } from './algorithms.ts';
import { libraryNames } from './message-names.ts';
import type { RunDescription } from './run-description.ts';
import { checkRunMemory, estimateMemory, fitting, stateBytes } from './run-memory.ts';

const spec: EnvSpec = {
  ...{ id: 'Four-v0', observationSpace: box({ low: -1, high: 1, shape: [4] }), actionSpace: discrete(2) },
  ...{ maxEpisodeSteps: null, rewardThreshold: null },
};

async function estimate(id: string, settings: object, numEnvs = 1) {
  const algorithm = await loadAlgorithm(id);
  const config = parseConfig(algorithm.config, settings, id) as RunDescription['config'];
  return estimateMemory({ algorithm, config, spec, numEnvs, hasActionMask: false, agentBytes: 1000 });
}

describe('estimateMemory', () => {
  it('counts the rows of a replay memory and of a batch', async () => {
    const found = await estimate('dqn', { bufferSize: 1e6, batchSize: 10, hiddenSizes: [100, 50] });
    // Two observations of 16 bytes, an action of 4, a reward of 4 and two flags.
    expect(found.replay).toBe(1e6 * (32 + 4 + 6));
    // Two observations, an action, and three copies of the 150 numbers of the layers and one output.
    expect(found.update).toBe(10 * (32 + 4 + 151 * 4 * 3));
    expect([found.rollout, found.agent]).toEqual([0, 2000]);
  });

  it('counts the steps of a rollout of all copies, which is one batch where there is no size for it', async () => {
    const ppo = await estimate('ppo', { rolloutLength: 100, numEnvs: 8, batchSize: 50 }, 8);
    expect(ppo.rollout).toBe(800 * (16 + 4 + 24 + 2));
    expect((await estimate('a2c', { rolloutLength: 100, numEnvs: 8 }, 8)).update).toBe(16 * ppo.update);
  });

  it('counts each row as often as samples are drawn for it', async () => {
    const [one, many] = await Promise.all([1, 100].map(numQuantiles => estimate('iqn', { numQuantiles, numActingQuantiles: 1 })));
    expect(many.update).toBeGreaterThan(90 * one.update);
  });
});

describe('checkRunMemory', () => {
  const GIB = 2 ** 30;
  const memory = { agent: GIB, replay: 30 * GIB, rollout: 0, update: 2 * GIB, environments: 1000 };

  it('takes what fits, and names the parts of what does not, the largest first', () => {
    checkRunMemory(memory, 64 * GIB, libraryNames('train'));
    const attempt = () => checkRunMemory(memory, 16 * GIB, libraryNames('train'));
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(
      'train: the run must fit in the memory of this machine, 16 GiB, ' +
        'got "33 GiB: 30 GiB for the replay memory, 2 GiB for an update, 1 GiB for the agent". Lower bufferSize.',
    );
  });
});

it('makes a ConfigError of arrays that cannot be made', async () => {
  const attempt = fitting('train', () => new Float32Array(2 ** 53));
  await expect(attempt).rejects.toThrow(/^train: what the settings ask for must fit in memory, got "Invalid typed array length/);
  await expect(attempt).rejects.toBeInstanceOf(ConfigError);
});

it('adds up the arrays of a state', () => {
  expect(stateBytes({ a: new Float32Array(3), b: [{ c: new Uint8Array(5) }, 'x', null, 1] })).toBe(17);
});
