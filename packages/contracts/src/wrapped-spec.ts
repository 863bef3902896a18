import type { EnvSpec } from './env.ts';
import { measuredNumbers } from './observation-parts.ts';
import { box, dict, tuple } from './spaces/create.ts';
import type { Space } from './spaces/space.ts';

/** Name under which `NormalizeObservation` stands among the wrappers of a spec. */
export const NORMALIZE_OBSERVATION = 'NormalizeObservation';

/**
 * The spec of what a wrapper makes of an environment. A wrapper that changes what is observed, or what actions mean, is named in
 * it.
 * @param spec of the wrapped environment @param changes to it
 * @param name of the wrapper, with the numbers that it depends on: `select-observation:0,2`
 */
export function wrappedSpec(spec: EnvSpec, changes: Partial<EnvSpec>, name: string): EnvSpec {
  if (!changes.observationSpace && !changes.actionSpace) return { ...spec, ...changes };
  const { normalizations, ...rest } = spec;
  const wrappers = spec.wrappers === null ? null : [...(spec.wrappers ?? []), name];
  // What is observed through yet another wrapper cannot be told by statistics alone.
  return { ...rest, wrappers, ...(normalizations && !changes.observationSpace && { normalizations }), ...changes };
}

/** The spec in front of all `NormalizeObservation` wrappers whose statistics are at hand; itself where there are none. */
export function unnormalizedSpec(spec: EnvSpec): EnvSpec {
  const { normalizations, wrappers = [], ...rest } = spec;
  if (!normalizations) return spec;
  const others = wrappers?.filter(name => name !== NORMALIZE_OBSERVATION) ?? null;
  const [{ observationSpace }] = normalizations;
  return { ...rest, observationSpace, ...(others?.length !== 0 && { wrappers: others }) };
}

/**
 * Lets an environment normalise observations by the statistics of the one that an agent was made for.
 * @returns what ends it
 */
export function followStatistics(agent: EnvSpec | undefined, { normalizations: followers = [] }: EnvSpec): () => void {
  const leaders = agent?.normalizations ?? [];
  const all = leaders.length === followers.length ? followers.filter((follower, i) => follower !== leaders[i]) : [];
  for (const follower of all) follower.follow(leaders[followers.indexOf(follower)]);
  return () => {
    for (const follower of all) follower.follow(null);
  };
}

/** The space of observations whose measured numbers are normalised and clipped. @param clip their largest absolute value */
export function normalizedSpace(space: Space, clip: number): Space {
  switch (space.type) {
    case 'dict':
      return dict(Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, normalizedSpace(part, clip)])));
    case 'tuple':
      return tuple(space.spaces.map(part => normalizedSpace(part, clip)));
    case 'box':
      return measuredNumbers(space).includes(1) ? box({ low: -clip, high: clip, shape: space.shape }) : space;
    default:
      return space;
  }
}
