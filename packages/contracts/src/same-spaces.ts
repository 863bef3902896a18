import type { EnvSpec } from './env.ts';
import { message, SpaceError } from './errors.ts';
import { boxScale } from './observation-parts.ts';
import { type BoxSpace, describeSpace, type Space, spaceToJSON } from './spaces.ts';

/** An environment's name and spaces. */
export type NamedSpaces = Pick<EnvSpec, 'id' | 'observationSpace' | 'actionSpace'>;

/** Which bounds of a `Box` must agree: all, or those that the meaning of its numbers depends on. */
type ComparedBounds = 'all' | 'scale';

/** Whether two spaces have the same kind, sizes, parts and element types, and the same bounds where they are compared. */
export function isSameSpace(a: Space, b: Space, bounds: ComparedBounds = 'all'): boolean {
  return JSON.stringify(keyOf(a, bounds)) === JSON.stringify(keyOf(b, bounds));
}

/**
 * Refuses an environment in which an agent would play another game than the one that it was made for, even where the numbers of
 * a flat row agree: spaces of another kind, size or element type, and actions with other bounds. Bounds of observations count
 * where they are pictures (two axes or more), whose scale they say.
 * @param where function or command that was called
 * @param expected of the agent @param found of the environment
 * @throws SpaceError naming both
 */
export function checkSameSpaces(where: string, expected: NamedSpaces, found: NamedSpaces): void {
  const { observationSpace: seen, actionSpace: played } = expected;
  if (isSameSpace(seen, found.observationSpace, 'scale') && isSameSpace(played, found.actionSpace)) return;
  const [wanted, given] = describePair(expected, found);
  const remedy = 'Use that environment, under the same wrappers and options, or another agent';
  throw new SpaceError(message(where, `the environment must have the spaces of the agent, ${wanted}`, given, remedy));
}

/** Both names with both spaces, in words; with bounds where only these tell them apart. */
export function describePair(a: NamedSpaces, b: NamedSpaces): readonly [string, string] {
  const [short, other] = [a, b].map(spaces => describeSpaces(spaces, describeSpace));
  const parts = (text: string) => text.slice(text.indexOf(','));
  if (parts(short) !== parts(other) || isWhollySame(a, b)) return [short, other];
  return [describeSpaces(a, withBounds), describeSpaces(b, withBounds)];
}

function isWhollySame(a: NamedSpaces, b: NamedSpaces): boolean {
  return isSameSpace(a.observationSpace, b.observationSpace) && isSameSpace(a.actionSpace, b.actionSpace);
}

function describeSpaces({ id, observationSpace, actionSpace }: NamedSpaces, describe: (space: Space) => string): string {
  return `${id}, ${describe(observationSpace)} to ${describe(actionSpace)}`;
}

function withBounds(space: Space): string {
  const json = spaceToJSON(space);
  if (json.type !== 'box') return describeSpace(space);
  const [low, high] = [json.low, json.high].map(bound => (typeof bound === 'object' ? `[${bound.join(', ')}]` : bound));
  return `${describeSpace(space)} from ${low} to ${high}`;
}

/** Plain data that are equal where spaces are the same. */
function keyOf(space: Space, bounds: ComparedBounds): unknown {
  switch (space.type) {
    case 'box':
      return boxKey(space, bounds);
    case 'dict':
      return ['dict', Object.entries(space.spaces).map(([name, part]) => [name, keyOf(part, bounds)])];
    case 'tuple':
      return ['tuple', space.spaces.map(part => keyOf(part, bounds))];
    default:
      return spaceToJSON(space);
  }
}

function boxKey(space: BoxSpace, bounds: ComparedBounds): unknown {
  const { type, shape, dtype } = space;
  return bounds === 'all' ? spaceToJSON(space) : { type, shape, dtype, scale: boxScale(space) };
}
