import type { EnvSource, Fields, VectorEnv } from '@zpin/contracts';
import type { AnyEnv } from './env-entry.ts';

/** Copies of one environment of a family, not in use yet: either all together or each by itself. */
export interface FamilyCopies {
  /** All of them, stepped together. @param source where workers get copies of their own */
  together(source: EnvSource): VectorEnv;
  /** Each by itself. */
  singly(): readonly AnyEnv[];
  /** Lets go of them, where nothing came of it. */
  close(): void;
}

/**
 * Environments of another program, which are known by how their names begin, not one by one: `gymnasium:` and whatever name
 * Gymnasium has for it. What they look like is known only when they are made.
 */
export interface EnvFamily {
  /** What names begin with, before a colon. */
  readonly prefix: string;
  /** What they are, one line. */
  readonly summary: string;
  /** A name, for lists and errors. */
  readonly example: string;
  /** Settings of its own, besides the time limit and wrappers; all others are handed on to the environment as they are. */
  readonly options: Fields;
  /** URL of the module that registers it (`import.meta.url`), so that worker threads can. */
  readonly module?: string;
  /**
   * Makes copies of an environment.
   * @param id with the prefix
   * @param options what was given, besides wrappers; a time limit of null means none
   * @param pictures whether they will be drawn
   * @throws InputError when there is no such environment, it does not take an option, or what it needs is missing
   */
  open(id: string, numEnvs: number, options: Readonly<Record<string, unknown>>, pictures: boolean): FamilyCopies;
}

/** What a name begins with, before a colon; undefined where there is none. */
export function prefixOf(id: string): string | undefined {
  const end = id.indexOf(':');
  return end > 0 ? id.slice(0, end) : undefined;
}

/** Packages of this project that bring a family, for those who name one that is not registered. */
export const FAMILY_PACKAGES: Readonly<Record<string, string>> = { gymnasium: '@zpin/python' };
