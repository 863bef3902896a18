import { describeConfig, presetOf } from '@zpin/core';
import { expect, it } from 'vitest';
import { loadAlgorithm } from 'zpin/catalog';
import { defaultSpace } from './default-space.ts';

const space = async (id: string, env: string) => {
  const algorithm = await loadAlgorithm(id, 'test');
  const fields = new Map(describeConfig(algorithm.config).map(field => [field.name, field]));
  return defaultSpace(fields, presetOf(algorithm, env)?.config as Parameters<typeof defaultSpace>[1]);
};

it('searches where a schedule of the preset begins, and leaves step sizes out that only stand in for another', async () => {
  const found = await space('ppo', 'CartPole-v1');
  expect(found.learningRate).toEqual({ type: 'linear', from: { low: 1e-5, high: 1e-2, log: true }, to: 0 });
  expect(Object.keys(found)).not.toContain('policyLearningRate');
  expect(found.gamma).toEqual({ choices: [0.9, 0.95, 0.98, 0.99, 0.995, 0.999] });
});

it('searches numbers where there is no preset', async () => {
  expect((await space('ppo', 'nothing')).learningRate).toEqual({ low: 1e-5, high: 1e-2, log: true });
});
