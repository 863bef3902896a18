import { InputError } from '@zpin/contracts';
import { makeVectorEnv } from '@zpin/envs';
import { listPolicies } from '@zpin/policies';
import { expect, it } from 'vitest';
import { load } from '../src/index.ts';

it('a policy of the package stands in the place of a run folder', async () => {
  const info = listPolicies().find(({ id }) => id === 'ppo/CartPole-v1');
  const loaded = await load('hub:ppo/CartPole-v1', { engine: 'wasm' });
  const { description, folder, step, spec } = loaded;
  expect({ folder, step }).toEqual({ folder: 'hub:ppo/CartPole-v1', step: info?.steps });
  expect(description).toMatchObject({ algorithm: 'ppo', env: 'CartPole-v1', seed: info?.seed });
  expect(spec.id).toBe('CartPole-v1');
  // A pole that falls to the right is caught by a push to the right.
  expect(await loaded.act([0, 0, 0.1, 1])).toBe(1);
  expect(await loaded.act([0, 0, -0.1, -1])).toBe(0);
  const { meanReturn } = await loaded.evaluate({ episodes: 20 });
  expect(meanReturn).toBe(500);
  expect((await loaded.policy())?.weights).toEqual((await loaded.agent.policy?.())?.weights);
  loaded.dispose();
});

it('wrappers that only ease learning are left out', async () => {
  const { description, spec, agent, dispose } = await load('hub:dqn/LunarLander-v3', { engine: 'wasm' });
  expect(description.envOptions).toEqual({ wrappers: ['scale-reward:0.05'] });
  expect(spec.wrappers).toBeUndefined();
  expect(agent.algorithm).toBe('dqn');
  dispose();
});

it('wrappers that a policy needs are around its environment', async () => {
  const { spec, description, dispose } = await load('hub:q-learning/CartPole-v1', { engine: 'wasm' });
  expect(spec.observationSpace.type).toBe('discrete');
  expect(description.envOptions?.wrappers).toEqual([expect.stringMatching(/^discretize-observation:/)]);
  dispose();
});

it('what only run folders have is refused, and so is an environment with other spaces', async () => {
  const name = 'hub:ppo/CartPole-v1';
  await expect(load(name, { from: 'best' })).rejects.toThrow(
    `load: from: 'best' goes with a run folder, got "${name}". Leave it out: the policy has but one form.`,
  );
  await expect(load(name, { from: 100 })).rejects.toThrow(`load: from goes with a run folder, got "${name}"`);
  await expect(load(name, { env: './maze.ts' })).rejects.toThrow(`load: env goes with a run folder, got "${name}"`);
  await expect(load(name, { openEnv: async () => makeVectorEnv('Acrobot-v1', 1) })).rejects.toThrow(InputError);
  await expect(load('hub:ppo/CartPole')).rejects.toThrow('Did you mean ppo/CartPole-v1');
});
