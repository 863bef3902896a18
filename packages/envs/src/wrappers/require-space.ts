import { describeSpace, message, type Space, SpaceError } from '@zpin/contracts';

/**
 * The space, when it is of the type that a wrapper works on.
 * @throws SpaceError when it is not
 */
export function requireSpace<T extends Space['type']>(where: string, space: Space, type: T): Extract<Space, { type: T }> {
  if (space.type === type) return space as Extract<Space, { type: T }>;
  throw new SpaceError(
    message(where, `the space must be a ${type}`, describeSpace(space), 'Wrap another environment, or flatten it first'),
  );
}
