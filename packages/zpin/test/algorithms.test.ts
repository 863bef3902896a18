// Registers the Atari games.
import '@zpin/atari/register';
import {
  box,
  ConfigError,
  dict,
  discrete,
  type EnvSpec,
  InputError,
  multiBinary,
  multiDiscrete,
  type Space,
  SpaceError,
  type StateValue,
  tuple,
} from '@zpin/contracts';
import { createEngine, describeConfig, parseConfig, presetOf } from '@zpin/core';
import { listEnvs } from '@zpin/envs';
import { parseHindsight } from '@zpin/her';
import { describe, expect, it } from 'vitest';
import { algorithmIds, loadAlgorithm } from '../src/catalog.ts';

const vector = box({ low: -1, high: 1, shape: [3] });
const observationSpaces: readonly Space[] = [
  discrete(4),
  vector,
  dict({ observation: vector, achieved_goal: vector, desired_goal: vector }),
];
const actionSpaces: readonly Space[] = [
  discrete(3),
  multiDiscrete([2, 3]),
  multiBinary(3),
  box({ low: -1, high: 1, shape: [2] }),
  dict({ club: discrete(3), swing: vector }),
  tuple([vector, multiBinary(2)]),
];
const environments = listEnvs().map(({ spec }) => spec);

describe.each(algorithmIds)('%s', async id => {
  const algorithm = await loadAlgorithm(id);

  it('goes by the name under which it is found, and says what it is', () => {
    expect(algorithm.id).toBe(id);
    expect(algorithm.title.length).toBeGreaterThan(2);
    expect(algorithm.paper).toMatch(/\d{4}/);
  });

  it('says of each setting what it takes', () => {
    for (const { name, type, meaning } of describeConfig(algorithm.config)) {
      expect(type.split(' or '), name).not.toContain('value');
      expect(meaning.length, name).toBeGreaterThan(5);
    }
  });

  it('has presets that its settings take, for environments that there are, with spaces that it takes', () => {
    for (const [env, { config, totalSteps, her }] of Object.entries(algorithm.presets)) {
      const spec = environments.find(known => presetOf({ presets: { [env]: { totalSteps, config: {} } } }, known.id));
      expect(spec, env).toBeDefined();
      expect(totalSteps).toBeGreaterThan(0);
      expect(() => parseConfig<unknown>(algorithm.config, config, env)).not.toThrow();
      if (her !== undefined) expect(() => parseHindsight(her)).not.toThrow();
    }
  });

  const kinds = (spaces: readonly Space[]) => [...new Set(spaces.map(({ type }) => type))].sort();

  it('takes the kinds of spaces that it says it takes, and no others', async () => {
    const engine = await createEngine('tensorflow', { backend: 'cpu' });
    const hasLayers = describeConfig(algorithm.config).some(({ name }) => name === 'hiddenSizes');
    const takes = async (spec: EnvSpec) => {
      try {
        (await algorithm.create({ spec, config: (hasLayers ? { hiddenSizes: [2] } : {}) as never, seed: 0, engine })).dispose();
        return true;
      } catch (error) {
        if ([SpaceError, ConfigError, InputError].some(kind => error instanceof kind)) return false;
        throw error;
      }
    };
    const { actions, observations } = algorithm.spaces;
    const samples = observationSpaces.flatMap(observationSpace =>
      actionSpaces.map(
        (actionSpace): EnvSpec => ({
          id: 'Sample-v0',
          observationSpace,
          actionSpace,
          maxEpisodeSteps: 10,
          rewardThreshold: null,
        }),
      ),
    );
    const taken: EnvSpec[] = [];
    for (const spec of samples) if (await takes(spec)) taken.push(spec);
    if (taken.length === 0) {
      // h-DQN asks for an environment with landmarks, which no sample has.
      const known = environments.filter(spec => spec.id in algorithm.presets);
      expect(kinds(known.map(({ actionSpace }) => actionSpace))).toEqual(actions);
      for (const spec of known) expect(await takes(spec)).toBe(true);
      return;
    }
    expect(kinds(taken.map(({ actionSpace }) => actionSpace))).toEqual([...actions].sort());
    if (observations) expect(kinds(taken.map(({ observationSpace }) => observationSpace))).toEqual([...observations].sort());
    else expect(kinds(taken.map(({ observationSpace }) => observationSpace))).toEqual(kinds(observationSpaces));
  });
});

const algorithms = await Promise.all(algorithmIds.map(id => loadAlgorithm(id)));
const readingPictures = algorithms.filter(({ config }) => describeConfig(config).some(({ name }) => name === 'convolutions'));

it('lets all but tables and their nearest kin choose the convolutions', () => {
  const others = algorithms.filter(algorithm => !readingPictures.includes(algorithm)).map(({ id }) => id);
  expect(others.sort()).toEqual(['expected-sarsa', 'neural-q-learning', 'q-learning', 'sarsa', 'sarsa-lambda', 'tabular-bcq']);
});

/** How many numbers there are in a state. */
function count(state: StateValue): number {
  if (ArrayBuffer.isView(state)) return (state as Float32Array).length;
  if (typeof state !== 'object' || state === null) return 1;
  return Object.values(state).reduce((sum, value) => sum + count(value), 0);
}

// h-DQN asks for an environment with landmarks; its two levels are networks of DQN.
it.each(readingPictures.filter(({ id }) => id !== 'h-dqn'))(
  '$id reads large pictures in all its networks by the convolutions that are named',
  async ({ id, create, spaces }) => {
    const engine = await createEngine('tensorflow', { backend: 'cpu' });
    const spec: EnvSpec = {
      id: 'Picture-v0',
      observationSpace: box({ low: 0, high: 255, shape: [36, 36, 3], dtype: 'uint8' }),
      actionSpace: spaces.actions.includes('box') ? box({ low: -1, high: 1, shape: [2] }) : discrete(3),
      maxEpisodeSteps: 10,
      rewardThreshold: null,
    };
    const small = { hiddenSizes: [7], ...(id === 'recurrent-ppo' && { recurrentSize: 2 }) };
    const size = async (convolutions: string) => {
      const agent = await create({ spec, config: { ...small, convolutions } as never, seed: 0, engine });
      const numbers = count(await agent.state());
      agent.dispose();
      return numbers;
    };
    // 8×8×3×16 and 4×4×16×32 weights with 48 biases, then 3×3×32 numbers for 7 units: 13,335; of Nature's 76,391. A network that kept
    // the latter among as many as twenty would show.
    const ratio = (await size('dqn-2013')) / (await size('nature'));
    expect(ratio).toBeGreaterThan(13_335 / 76_391 - 0.001);
    expect(ratio).toBeLessThan(0.2);
  },
);

it('suggests a near name for one that is not known', async () => {
  await expect(loadAlgorithm('rainbo')).rejects.toThrow(
    'loadAlgorithm: the algorithm must be known, got "rainbo". Did you mean rainbow?',
  );
});
