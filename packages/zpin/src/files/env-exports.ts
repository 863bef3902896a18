import { checkSpace, type Env, type EnvSpec, InputError, message } from '@zpin/contracts';
import { type EnvEntry, listEnvFamilies, TimeLimit } from '@zpin/envs';

/** What a file may export, said to whoever exports something else. */
const CONTRACT =
  'Export a class with spec, reset and step as default, a function that makes such an environment, or an entry { spec, create }';

/** Where an error is, and how it calls the file. */
export interface ExportNames {
  readonly where: string;
  /** The file as it was given, after the option: `--env ./maze.ts`. */
  readonly file: string;
}

/**
 * The environment of a module: its default export, else the only export that is one, else the one by this name.
 * @param added entries that the module registered itself while it was loaded
 * @throws InputError when there is none, there are several, or it breaks the contract
 */
export function entryOfExports(
  exports: Readonly<Record<string, unknown>>,
  wanted: string | undefined,
  added: readonly EnvEntry[],
  names: ExportNames,
): EnvEntry {
  const { where, file } = names;
  if (wanted !== undefined) {
    const own = added.find(({ spec }) => spec.id === wanted);
    if (own) return own;
    if (!Object.hasOwn(exports, wanted)) {
      const remedy = `It exports ${Object.keys(exports).join(', ') || 'nothing'}`;
      throw new InputError(message(where, `${file} must export what it is asked for`, wanted, remedy));
    }
    return entryOfExport(exports[wanted], names);
  }
  if (exports.default !== undefined) return entryOfExport(exports.default, names);
  const found = Object.keys(exports).filter(name => isEntry(exports[name]) || isEnvClass(exports[name]));
  if (found.length === 1) return entryOfExport(exports[found[0]], names);
  if (found.length === 0 && added.length === 1) return added[0];
  const several = found.length > 0 ? found : added.map(({ spec }) => spec.id);
  if (several.length > 0) {
    const remedy = `Choose one, for example ${file.split(' ').at(-1)}#${several[0]}, or make it the default export`;
    throw new InputError(message(where, `${file} must have one environment, or a choice`, several.join(', '), remedy));
  }
  const got = Object.keys(exports).join(', ') || 'no exports';
  throw new InputError(message(where, `${file} must export an environment`, got, CONTRACT));
}

function entryOfExport(found: unknown, names: ExportNames): EnvEntry {
  const { where, file } = names;
  const refuse = (got: string, remedy: string) =>
    new InputError(message(where, `${file} must export an environment`, got, remedy));
  if (isEntry(found)) {
    checkSpec(found.spec, names);
    return { ...found, summary: found.summary ?? '' };
  }
  if (isEnv(found))
    throw refuse('one object', 'Export its class or a function that makes one: each copy is an object of its own');
  if (typeof found !== 'function') throw refuse(typeof found, CONTRACT);
  const make = () => made(found, names);
  const [first, second] = [make(), make()];
  if (first === second) throw refuse('a function that gives one object twice', 'Make a new environment at each call');
  const { spec } = first;
  first.close?.();
  second.close?.();
  return {
    spec,
    summary: '',
    create: wanted => limited(make(), wanted, names),
  };
}

/** One environment of a class, or of a function. */
function made(maker: unknown, { where, file }: ExportNames): Env {
  let env: unknown;
  try {
    env = isEnvClass(maker) || isClass(maker) ? new maker() : (maker as () => unknown)();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = 'The class, or the function, is called without arguments';
    throw new InputError(message(where, `${file} must make an environment`, `the error ${reason}`, remedy), { cause: error });
  }
  if (env instanceof Promise) {
    env.catch(() => undefined);
    const remedy = 'Load what it needs at the top of the file, by await, and make it at once';
    throw new InputError(message(where, `${file} must make an environment`, 'a promise', remedy));
  }
  if (!isEnv(env)) {
    throw new InputError(message(where, `${file} must make an object with spec, reset and step`, partsOf(env), CONTRACT));
  }
  checkSpec(env.spec, { where, file });
  return env;
}

/** Which parts of an environment an object has, and which not. */
function partsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  const parts = value as Readonly<Record<string, unknown>>;
  const lacks = ['spec', 'reset', 'step'].filter(name => typeof parts[name] !== (name === 'spec' ? 'object' : 'function'));
  return `an object without ${lacks.join(' and ')}`;
}

/** An environment that keeps its own limit, under a shorter one where that is wanted. */
function limited(env: Env, { maxEpisodeSteps: wanted }: EnvSpec, { where, file }: ExportNames): Env {
  const { maxEpisodeSteps: own } = env.spec;
  if (wanted === own) return env;
  if (wanted !== null && (own === null || wanted < own)) return new TimeLimit(env, wanted);
  const remedy = 'Export an entry { spec, create }: create(spec) is told the limit';
  throw new InputError(message(where, `maxEpisodeSteps of ${file} must be at most its own ${own}`, wanted, remedy));
}

/** @throws InputError naming the first part that is missing or wrong */
function checkSpec(spec: unknown, { where, file }: ExportNames): void {
  const given = (typeof spec === 'object' && spec !== null ? spec : {}) as Readonly<Record<string, unknown>>;
  const count = (value: unknown) => value === null || (Number.isSafeInteger(value) && Number(value) >= 1);
  const prefixes = listEnvFamilies().map(({ prefix }) => `${prefix}:`);
  const isName = (value: unknown) =>
    typeof value === 'string' && /^[^\s#]+$/.test(value) && !prefixes.some(prefix => value.startsWith(prefix));
  const rules: readonly (readonly [string, boolean, string, string])[] = [
    ['id', isName(given.id), 'a name without spaces', "Write id: 'Maze-v0', for example"],
    ['maxEpisodeSteps', count(given.maxEpisodeSteps), 'an integer >= 1 or null', 'Write null where there is no limit'],
    [
      'rewardThreshold',
      given.rewardThreshold === null || Number.isFinite(given.rewardThreshold),
      'a number or null',
      'Write null where no return counts as solved',
    ],
  ];
  for (const [name, holds, expectation, remedy] of rules) {
    if (holds) continue;
    throw new InputError(message(where, `spec.${name} of ${file} must be ${expectation}`, given[name], remedy));
  }
  for (const name of ['observationSpace', 'actionSpace']) checkSpace(`${where}: ${file}`, `spec.${name}`, given[name]);
}

function isEntry(value: unknown): value is EnvEntry {
  const { spec, create } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return typeof spec === 'object' && typeof create === 'function';
}

function isEnv(value: unknown): value is Env {
  const { spec, reset, step } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  return typeof spec === 'object' && spec !== null && typeof reset === 'function' && typeof step === 'function';
}

/** Whether it is written as a class, of whatever. */
function isClass(value: unknown): value is new () => unknown {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

function isEnvClass(value: unknown): value is new () => unknown {
  if (typeof value !== 'function') return false;
  const { reset, step } = (value.prototype ?? {}) as Readonly<Record<string, unknown>>;
  return typeof reset === 'function' && typeof step === 'function';
}
