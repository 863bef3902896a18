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

it('suggests a near name for one that is not known', async () => {
  await expect(loadAlgorithm('rainbo')).rejects.toThrow(
    'loadAlgorithm: the algorithm must be known, got "rainbo". Did you mean rainbow?',
  );
});
