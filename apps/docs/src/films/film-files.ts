import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listPolicies, type PolicyInfo } from '@zpin/policies';
import { environmentFile } from '../pages/paths.ts';
import { root } from '../pages/repository.ts';
import { type RecordedPlay, readRecordedPlay } from './recorded-play.ts';

/** What is filmed in an environment: a trained policy, and random actions. */
export const films = ['trained', 'random'] as const;
export type Film = (typeof films)[number];

const folder = join(root, 'apps', 'docs', 'films');

/** Its name. */
export function filmFile(id: string, film: Film): string {
  return `${environmentFile(id)}.${film}.gif`;
}

/** Where the film of an environment lies. */
export function filmPath(id: string, film: Film): string {
  return join(folder, filmFile(id, film));
}

export function isFilmed(id: string, film: Film): boolean {
  return existsSync(filmPath(id, film));
}

/** Where what a trained agent did in an environment lies. */
export function playPath(id: string): string {
  return join(folder, 'plays', `${environmentFile(id)}.json`);
}

/** What a trained agent did in an environment, where that was recorded. */
export function playOf(id: string): RecordedPlay | undefined {
  return existsSync(playPath(id)) ? readRecordedPlay(playPath(id)) : undefined;
}

/** Of each environment that has policies, the one of the largest mean return; the first of equals. */
export function filmedPolicies(): PolicyInfo[] {
  const best = new Map<string, PolicyInfo>();
  for (const info of listPolicies()) {
    const { wrappers = [], ...options } = info.envOptions;
    // An agent that sees or does something else than the environment says would need explaining beside its film.
    const isPlain = Array.isArray(wrappers) && wrappers.every(name => String(name).startsWith('scale-reward'));
    if (!isPlain || Object.keys(options).length > 0) continue;
    const known = best.get(info.env);
    if (!known || info.meanReturn > known.meanReturn) best.set(info.env, info);
  }
  return [...best.values()];
}

/** Who plays in the film of a trained agent, as a page tells it. */
export interface FilmedAgent {
  readonly algorithm: string;
  readonly meanReturn: number;
  readonly successRate?: number | undefined;
  readonly steps: number;
  /** What trains it again. */
  readonly command: string;
  /** The environment that it was trained in, where that is another version of the filmed one. */
  readonly trainedIn?: string | undefined;
}

/**
 * MinAtar's first versions have the same games: their actions that do something are those of the second. Fetch's tasks with dense rewards have the
 * same movements as those without; what solves the one solves the other.
 */
export function samePlayAs(id: string): string {
  if (/^MinAtar\/.*-v0$/.test(id)) return id.replace(/0$/, '1');
  return id.startsWith('Fetch') && !playOf(id) ? id.replace('Dense', '') : id;
}

/** Who plays in the film of an environment; undefined where there is none of a trained agent. */
export function filmedAgent(id: string): FilmedAgent | undefined {
  const source = samePlayAs(id);
  if (!isFilmed(source, 'trained')) return undefined;
  const trainedIn = source === id ? undefined : source;
  const play = playOf(source);
  if (play) return { ...play, trainedIn };
  const info = filmedPolicies().find(({ env }) => env === id);
  return (
    info && { ...info, command: `zpin train ${info.algorithm} --env ${info.env} --seed ${info.seed} --engine ${info.engine}` }
  );
}
