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
} from '@zpin/contracts';
import { type Algorithm, describeConfig, type Engine } from '@zpin/core';
import type { SourceFile } from './repository.ts';

/** What an algorithm page tells beside the algorithm's own fields. */
export interface AlgorithmFacts {
  readonly algorithm: Algorithm;
  readonly source: SourceFile;
  /** Kinds of observation and action spaces that it takes. */
  readonly observations: readonly string[];
  readonly actions: readonly string[];
}

const vector = box({ low: -1, high: 1, shape: [3] });

const observationSpaces: Readonly<Record<string, Space>> = {
  Discrete: discrete(4),
  Box: vector,
  'Dict with goals': dict({ observation: vector, achieved_goal: vector, desired_goal: vector }),
};

const actionSpaces: Readonly<Record<string, Space>> = {
  Discrete: discrete(3),
  MultiDiscrete: multiDiscrete([2, 3]),
  MultiBinary: multiBinary(3),
  Box: box({ low: -1, high: 1, shape: [2] }),
};

/**
 * Finds out which spaces an algorithm takes by making agents for small ones.
 * @param engine any; nothing is computed
 * @param known environments, among which are those of its presets: they tell where an algorithm takes no other
 */
export async function spacesOf(
  algorithm: Algorithm,
  engine: Engine,
  known: readonly EnvSpec[],
): Promise<Pick<AlgorithmFacts, 'observations' | 'actions'>> {
  const observations = new Set<string>();
  const actions = new Set<string>();
  for (const [observation, observationSpace] of Object.entries(observationSpaces)) {
    for (const [action, actionSpace] of Object.entries(actionSpaces)) {
      const spec: EnvSpec = { id: 'Sample-v0', observationSpace, actionSpace, maxEpisodeSteps: 10, rewardThreshold: null };
      if (!(await takes(algorithm, spec, engine))) continue;
      observations.add(observation);
      actions.add(action);
    }
  }
  if (observations.size === 0) {
    for (const { id, observationSpace, actionSpace } of known) {
      if (!(id in algorithm.presets)) continue;
      observations.add(nameOf(observationSpace));
      actions.add(nameOf(actionSpace));
    }
  }
  return { observations: [...observations], actions: [...actions] };
}

function nameOf({ type }: Space): string {
  return `${type[0].toUpperCase()}${type.slice(1)}`;
}

async function takes(algorithm: Algorithm, spec: EnvSpec, engine: Engine): Promise<boolean> {
  // Small networks, since nothing is computed.
  const hasLayers = describeConfig(algorithm.config).some(({ name }) => name === 'hiddenSizes');
  try {
    const agent = await algorithm.create({ spec, config: hasLayers ? { hiddenSizes: [2] } : {}, seed: 0, engine });
    agent.dispose();
    return true;
  } catch (error) {
    if ([SpaceError, ConfigError, InputError].some(kind => error instanceof kind)) return false;
    throw error;
  }
}

/**
 * The file that an algorithm is written in: the one that gives it its id.
 * @throws Error when there is none, or more than one
 */
export function sourceOf(id: string, sources: readonly SourceFile[]): SourceFile {
  const found = sources.filter(({ text }) => new RegExp(`^ +id: '${id}',$`, 'm').test(text));
  if (found.length === 1) return found[0];
  const names = found.map(({ path }) => path).join(', ') || 'none';
  throw new Error(`sourceOf: one file must have the line id: '${id}', got ${names}. Write it so in the Algorithm object.`);
}
