import type { EnvSpec } from './env.ts';
import { message, SpaceError } from './errors.ts';
import { boxScale } from './observation-parts.ts';
import { spaceToJSON } from './spaces/json.ts';
import type { BoxSpace, Space } from './spaces/space.ts';
import { describeSpace } from './spaces/values.ts';

/** An environment's name and spaces, and the wrappers that made them where they are known. */
export type NamedSpaces = Pick<EnvSpec, 'id' | 'observationSpace' | 'actionSpace' | 'wrappers'>;

/** Which bounds of a `Box` must agree: all, or those that the meaning of its numbers depends on. */
type ComparedBounds = 'all' | 'scale';

/** Whether two spaces have the same kind, sizes, parts and element types, and the same bounds where they are compared. */
export function isSameSpace(a: Space, b: Space, bounds: ComparedBounds = 'all'): boolean {
  return JSON.stringify(keyOf(a, bounds)) === JSON.stringify(keyOf(b, bounds));
}

/**
 * Refuses an environment in which an agent would play another game than the one that it was made for, even where the numbers of
 * a flat row agree: spaces of another kind, size or element type, and actions with other bounds. Bounds of observations count
 * where they are pictures (two axes or more), whose scale they say. Where the wrappers of both are known, they are the same.
 * @param where function or command that was called
 * @param expected of the agent @param found of the environment
 * @throws SpaceError naming both
 */
export function checkSameSpaces(where: string, expected: NamedSpaces, found: NamedSpaces): void {
  const { observationSpace: seen, actionSpace: played } = expected;
  const isSame = isSameSpace(seen, found.observationSpace, 'scale') && isSameSpace(played, found.actionSpace);
  if (isSame && hasSameWrappers(expected, found)) return;
  const [wanted, given] = describePair(expected, found);
  const remedy = 'Use that environment, under the same wrappers and options, or another agent';
  throw new SpaceError(message(where, `the environment must have the spaces of the agent, ${wanted}`, given, remedy));
}

/** Whether what is observed, and what actions mean, went through the same wrappers; true where those of one are not known. */
export function hasSameWrappers({ wrappers: a = [] }: NamedSpaces, { wrappers: b = [] }: NamedSpaces): boolean {
  return a === null || b === null || JSON.stringify(a) === JSON.stringify(b);
}

/** Both names with both spaces, in words; with wrappers, or with bounds, where only these tell them apart. */
export function describePair(a: NamedSpaces, b: NamedSpaces): readonly [string, string] {
  const [short, other] = [a, b].map(spaces => describeSpaces(spaces, describeSpace));
  const parts = (text: string) => text.slice(text.indexOf(','));
  if (parts(short) === parts(other) && !hasSameWrappers(a, b)) return [describeWrapped(a), describeWrapped(b)];
  if (parts(short) !== parts(other) || isWhollySame(a, b)) return [short, other];
  return [describeSpaces(a, withBounds), describeSpaces(b, withBounds)];
}

function describeWrapped(spaces: NamedSpaces): string {
  const { wrappers } = spaces;
  return `${describeSpaces(spaces, describeSpace)}, ${wrappers?.length ? `behind ${wrappers.join(', ')}` : 'without wrappers'}`;
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
