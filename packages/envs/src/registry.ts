import {
  type EnvParameters,
  type EnvSource,
  type Fields,
  InputError,
  message,
  nearestName,
  readValues,
  type VectorEnv,
} from '@zpin/contracts';
import { builtInEnvs } from './built-in-envs.ts';
import { type AnyEnv, commonOptions, type EnvEntry, type EnvOptions, optionsOf } from './env-entry.ts';
import { type EnvFamily, FAMILY_PACKAGES, type FamilyCopies, prefixOf } from './env-family.ts';
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

const families = new Map<string, EnvFamily>();

/**
 * Makes the environments of another program known, by how their names begin. Registering a family once more changes nothing.
 * @throws InputError when another family has the prefix
 */
export function registerEnvFamily(family: EnvFamily): void {
  const { prefix } = family;
  const known = families.get(prefix);
  if (known && known !== family)
    throw new InputError(message('registerEnvFamily', 'the prefix must be new', prefix, 'Choose another one'));
  families.set(prefix, family);
}

/** The registered family that a name belongs to; undefined where it belongs to none. */
export function envFamilyOf(id: string): EnvFamily | undefined {
  return families.get(prefixOf(id) ?? '');
}

/** The registered families, in the order in which they were registered. */
export function listEnvFamilies(): EnvFamily[] {
  return [...families.values()];
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
  if (envFamilyOf(id)) return;
  await entryOf(id, 'loadEnv').requires?.load();
}

/**
 * Makes the environment called `id`. One that needs a package (`EnvEntry.requires`) must have been loaded: `await loadEnv(id)`.
 * @throws InputError when the id or an option is unknown, an option is none of what it takes, or what it needs is not loaded
 */
export function makeEnv(id: string, options: EnvOptions = {}): AnyEnv {
  const family = envFamilyOf(id);
  if (family) return oneOf(family, id, options);
  const entry = entryOf(id, 'makeEnv');
  // Options that are undefined are left out.
  const told = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const given = { ...entry.defaultsUnder?.(readWrappers(id, options.wrappers)), ...told };
  const { maxEpisodeSteps: limit, wrappers, ...settings } = readValues(optionsOf(entry), given, `makeEnv ${id}`);
  const maxEpisodeSteps = options.maxEpisodeSteps === undefined && entry.limit ? entry.limit(settings) : limit;
  return wrapEnv(entry.create({ ...entry.spec, maxEpisodeSteps }, settings) as AnyEnv, wrappers);
}

/**
 * Makes `numEnvs` copies of the environment called `id`, stepped together in this thread.
 * @throws InputError as `makeEnv` does, and unless `numEnvs` is an integer ≥ 1
 */
export function makeVectorEnv(id: string, numEnvs: number, options: EnvOptions = {}): VectorEnv {
  return makeCopies(id, numEnvs, options, 0);
}

/**
 * `makeVectorEnv` for a part of more copies.
 * @param firstCopy the number of the first one among all, for errors
 */
export function makeCopies(id: string, numEnvs: number, options: EnvOptions, firstCopy: number): VectorEnv {
  const family = envFamilyOf(id);
  const { module } = family ?? entryOf(id, 'makeVectorEnv');
  const source = { id, options, library: '@zpin/envs', ...(module !== undefined && { module }) };
  if (family) return manyOf(family, numEnvs, source, firstCopy);
  const remake = (parameters: EnvParameters) => makeEnv(id, { ...options, ...parameters } as EnvOptions);
  return new SyncVectorEnv(() => makeEnv(id, options), numEnvs, source, remake, firstCopy);
}

function oneOf(family: EnvFamily, id: string, { wrappers, ...options }: EnvOptions): AnyEnv {
  const names = readWrappers(id, wrappers);
  const copies = family.open(id, 1, options, true);
  return closedOnError(copies, () => wrapEnv(copies.singly()[0], names));
}

function manyOf(family: EnvFamily, numEnvs: number, source: EnvSource, firstCopy: number): VectorEnv {
  const { id } = source;
  const { wrappers, ...options } = source.options as EnvOptions;
  const names = readWrappers(id, wrappers);
  if (!(Number.isSafeInteger(numEnvs) && numEnvs >= 1))
    throw new InputError(message('makeVectorEnv', 'numEnvs must be an integer >= 1', numEnvs, 'Pass the number of copies'));
  const copies = family.open(id, numEnvs, options, false);
  if (names.length === 0) return closedOnError(copies, () => copies.together(source));
  return closedOnError(copies, () => {
    const envs = copies.singly();
    return new SyncVectorEnv(index => wrapEnv(envs[index], names), numEnvs, source, null, firstCopy);
  });
}

function readWrappers(id: string, wrappers: EnvOptions['wrappers']): readonly string[] {
  return readValues({ wrappers: commonOptions.wrappers }, { wrappers }, `makeEnv ${id}`).wrappers;
}

function closedOnError<Made>(copies: FamilyCopies, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    copies.close();
    throw error;
  }
}

function entryOf(id: string, caller: string): EnvEntry {
  const entry = registry.get(id);
  if (entry) return entry;
  const family = FAMILY_PACKAGES[prefixOf(id) ?? ''];
  if (family !== undefined) {
    const remedy = `Call registerGymnasium() of '${family}' first`;
    throw new InputError(message(caller, 'the family of the environment must be registered', id, remedy));
  }
  const nearest = nearestEnv(id);
  const remedy = nearest ? `Did you mean ${nearest}` : 'listEnvs() shows all';
  throw new InputError(message(caller, 'the environment must be registered', id, remedy));
}

/**
 * Of the known environments, the one whose name is nearest to `id`, for "did you mean"; `undefined` when none is near. A name without
 * version is compared without versions, one without a family, such as `breakout`, without families: the first of several alike is meant.
 */
export function nearestEnv(id: string): string | undefined {
  const names = [...registry.keys()];
  const shorten = (name: string) => {
    const plain = /-v\d+$/.test(id) ? name : name.replace(/-v\d+$/, '');
    return id.includes('/') ? plain : plain.replace(/^.*\//, '');
  };
  const shortened = names.map(shorten);
  const near = nearestName(id, shortened);
  return near === undefined ? undefined : names[shortened.indexOf(near)];
}
