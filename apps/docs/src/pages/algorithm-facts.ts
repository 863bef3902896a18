import type { Space } from '@zpin/contracts';
import type { AnyAlgorithm } from '@zpin/core';
import { english } from '../translation/translate.ts';
import type { SourceFile } from './repository.ts';

/** An algorithm and the file that it is written in. */
export interface AlgorithmFacts {
  readonly algorithm: AnyAlgorithm;
  readonly source: SourceFile;
}

const regimes: Readonly<Record<AnyAlgorithm['learnsFrom'], string>> = {
  rollouts: 'rollouts of its present policy, each used once',
  replay: 'its own experience, kept in a replay memory',
  steps: 'each step as it comes',
  dataset: 'a fixed set of transitions',
};

/** What it learns from, in words. */
export function regimeOf({ learnsFrom }: AnyAlgorithm): string {
  return regimes[learnsFrom];
}

/** Kinds of spaces by their names in code, as `Box`; every kind when omitted. @param show writes a name */
export function spacesText(kinds: readonly Space['type'][] | undefined, t = english, show = (name: string) => name): string {
  return kinds?.map(kind => show(`${kind[0].toUpperCase()}${kind.slice(1)}`)).join(t(', ')) ?? t('any');
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
