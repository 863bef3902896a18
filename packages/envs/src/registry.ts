import { type Fields, InputError, message, nearestName, readValues, type VectorEnv } from '@zpin/contracts';
import { builtInEnvs } from './built-in-envs.ts';
import { type AnyEnv, type EnvEntry, type EnvOptions, optionsOf } from './env-entry.ts';
import { SyncVectorEnv } from './vector/sync-vector-env.ts';
import { wrapEnv } from './wrappers/wrap-env.ts';

const registry = new Map<string, EnvEntry>(builtInEnvs.map(entry => [entry.spec.id, entry]));

/**
 * Makes an environment known by name.
 * @throws InputError when the name is taken
 */
export function registerEnv<Options extends Fields>(entry: EnvEntry<Options>): void {
  const { id } = entry.spec;
  if (registry.has(id)) throw new InputError(message('registerEnv', 'the id must be new', id, 'Choose another name or version'));
  registry.set(id, entry);
}

/** All known environments, in the order in which they were registered. */
export function listEnvs(): EnvEntry[] {
  return [...registry.values()];
}

/**
 * Loads what the environment called `id` needs, so that `makeEnv` can make it: the physics engine of the MuJoCo environments. It
 * does nothing for those that need nothing.
 * @throws InputError when the id is unknown, or the package that it needs is not installed
 */
export async function loadEnv(id: string): Promise<void> {
  await entryOf(id, 'loadEnv').requires?.load();
}

/**
 * Makes the environment called `id`. One that needs a package (`EnvEntry.requires`) must have been loaded: `await loadEnv(id)`.
 * @throws InputError when the id or an option is unknown, an option is none of what it takes, or what it needs is not loaded
 */
export function makeEnv(id: string, options: EnvOptions = {}): AnyEnv {
  const entry = entryOf(id, 'makeEnv');
  const { maxEpisodeSteps: limit, wrappers, ...settings } = readValues(optionsOf(entry), options, `makeEnv ${id}`);
  const maxEpisodeSteps = options.maxEpisodeSteps === undefined && entry.limit ? entry.limit(settings) : limit;
  return wrapEnv(entry.create({ ...entry.spec, maxEpisodeSteps }, settings) as AnyEnv, wrappers);
}

/**
 * Makes `numEnvs` copies of the environment called `id`, stepped together in this thread.
 * @throws InputError as `makeEnv` does, and unless `numEnvs` is an integer ≥ 1
 */
export function makeVectorEnv(id: string, numEnvs: number, options: EnvOptions = {}): VectorEnv {
  const { module } = entryOf(id, 'makeVectorEnv');
  const source = { id, options, library: '@zpin/envs', ...(module !== undefined && { module }) };
  return new SyncVectorEnv(() => makeEnv(id, options), numEnvs, source);
}

function entryOf(id: string, caller: string): EnvEntry {
  const entry = registry.get(id);
  if (entry) return entry;
  const nearest = nearestName(id, [...registry.keys()]);
  const remedy = nearest ? `Did you mean ${nearest}` : 'listEnvs() shows all';
  throw new InputError(message(caller, 'the environment must be registered', id, remedy));
}
