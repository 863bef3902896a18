import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listPolicies, type PolicyInfo } from '@zpin/policies';
import { environmentFile } from './paths.ts';
import { root } from './repository.ts';

/** What is filmed in an environment: a trained policy, and random actions. */
export const films = ['trained', 'random'] as const;
export type Film = (typeof films)[number];

/** Its name. */
export function filmFile(id: string, film: Film): string {
  return `${environmentFile(id)}.${film}.gif`;
}

/** Where the film of an environment lies. */
export function filmPath(id: string, film: Film): string {
  return join(root, 'apps', 'docs', 'films', filmFile(id, film));
}

/** Whether both films of an environment were made. */
export function isFilmed(id: string): boolean {
  return films.every(film => existsSync(filmPath(id, film)));
}

/** Of each environment that has policies, the one of the largest mean return; the first of equals. */
export function filmedPolicies(): PolicyInfo[] {
  const best = new Map<string, PolicyInfo>();
  for (const info of listPolicies()) {
    const { wrappers = [], ...options } = info.envOptions;
    // The ball of a golf course is too small for a film of this size. An agent that sees or does something else than the environment says would need explaining beside its film.
    const isPlain = Array.isArray(wrappers) && wrappers.every(name => String(name).startsWith('scale-reward'));
    if (info.env === 'Golf-v0' || !isPlain || Object.keys(options).length > 0) continue;
    const known = best.get(info.env);
    if (!known || info.meanReturn > known.meanReturn) best.set(info.env, info);
  }
  return [...best.values()];
}
