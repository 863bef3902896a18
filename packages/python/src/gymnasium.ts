import { isDeepStrictEqual } from 'node:util';
import { field, InputError, message, readValues, type VectorEnv } from '@zpin/contracts';
import { type AnyEnv, type EnvFamily, type EnvOptions, makeEnv, makeVectorEnv, registerEnvFamily } from '@zpin/envs';
import { PythonCopies } from './python-copies.ts';
import { PythonEnv, PythonGoalEnv } from './python-env.ts';
import { PythonVectorEnv } from './python-vector-env.ts';
import { serverCommand } from './server-command.ts';

const PREFIX = 'gymnasium';

/** Settings of the bridge itself. Keyword arguments of Python are written with underscores, so that none is mistaken for one. */
const fields = {
  timeoutSeconds: field.number({
    default: 60,
    above: 0,
    max: 1e6,
    meaning: 'seconds after which Python is given up when it does not answer; to start, it has 60 at least',
  }),
  import: field.texts({ default: [], meaning: 'Python modules to import first, which register environments' }),
  parts: field.texts({
    default: [],
    meaning: 'keys of a Dict observation to show, all of them when empty; a single one is shown alone',
  }),
  seedBits: field.integer({
    default: 53,
    min: 1,
    max: 53,
    meaning: 'bits of seeds that are handed on: 32 for environments that take none beyond',
  }),
  actionMask: field.boolean({
    default: false,
    meaning: "whether info['action_mask'] tells which of the Discrete actions are legal",
  }),
  saveState: field.boolean({
    default: true,
    meaning: 'whether checkpoints hold episodes in progress, where Python can play them again bit for bit',
  }),
};

const limitField = { maxEpisodeSteps: field.count({ default: null, meaning: 'steps after which an episode is truncated' }) };

/** Every environment that Gymnasium knows, as `gymnasium:` and its id. */
export const gymnasiumFamily: EnvFamily = {
  prefix: PREFIX,
  summary: 'any environment of Gymnasium, played by Python; other options are keyword arguments of gymnasium.make',
  example: 'gymnasium:HalfCheetah-v5',
  options: fields,
  module: new URL(import.meta.url.endsWith('.ts') ? './register.ts' : './register.js', import.meta.url).href,
  open(id, numEnvs, options, pictures) {
    const copies = openCopies(id, numEnvs, options, pictures);
    return {
      together: source => new PythonVectorEnv(copies, source),
      singly: () => Array.from({ length: numEnvs }, (_, index) => singleCopy(copies, index)),
      close: () => copies.end(),
    };
  },
};

/** Makes `gymnasium:` ids known to `makeEnv` and `makeVectorEnv` of `@zpin/envs`. Calling it again changes nothing. */
export function registerGymnasium(): void {
  registerEnvFamily(gymnasiumFamily);
}

/**
 * Makes the environment that Gymnasium has registered as `id`, in a Python process of its own, which `close` ends.
 * @param id such as `HalfCheetah-v5`, or with the module that registers it: `ale_py:ALE/Pong-v5`
 * @param options of the bridge, the time limit, wrappers, and keyword arguments of `gymnasium.make`
 * @throws InputError when there is no such Python, package, environment or option; WorkerError when Python ends or hangs
 */
export function makeGymnasiumEnv(id: string, options: EnvOptions = {}): AnyEnv {
  registerGymnasium();
  return makeEnv(`${PREFIX}:${id}`, options);
}

/**
 * Makes `numEnvs` copies of an environment of Gymnasium, stepped together in one Python process, which `close` ends.
 * @param id @param options as `makeGymnasiumEnv` takes them
 * @throws InputError and WorkerError as `makeGymnasiumEnv` does, and InputError unless `numEnvs` is an integer ≥ 1
 */
export function makeGymnasiumVectorEnv(id: string, numEnvs: number, options: EnvOptions = {}): VectorEnv {
  registerGymnasium();
  return makeVectorEnv(`${PREFIX}:${id}`, numEnvs, options);
}

function openCopies(name: string, numEnvs: number, options: Readonly<Record<string, unknown>>, pictures: boolean): PythonCopies {
  const where = `makeEnv ${name}`;
  const { maxEpisodeSteps, ...others } = options;
  const own = Object.entries(others).filter(([key]) => Object.hasOwn(fields, key));
  const keywords = Object.entries(others).filter(([key, value]) => !Object.hasOwn(fields, key) && value !== undefined);
  const settings = readValues(fields, Object.fromEntries(own), where);
  readValues(limitField, { maxEpisodeSteps }, where);
  for (const [key, value] of keywords) checkKeyword(where, key, value);
  const [module, id] = splitId(name);
  const copies = new PythonCopies(
    {
      ...{ name, id, numEnvs, pictures },
      keywords: Object.fromEntries(keywords),
      limit: maxEpisodeSteps === undefined ? null : maxEpisodeSteps === null ? -1 : (maxEpisodeSteps as number),
      modules: [...settings.import, ...(module === undefined ? [] : [module])],
      parts: settings.parts,
      seedBits: settings.seedBits,
      masks: settings.actionMask,
      saveState: settings.saveState,
      timeoutSeconds: settings.timeoutSeconds,
    },
    serverCommand(),
  );
  return copies;
}

function singleCopy(copies: PythonCopies, index: number): AnyEnv {
  return copies.goals ? new PythonGoalEnv(copies, index, copies.goals) : new PythonEnv(copies, index);
}

/** The module and the id in `gymnasium:module:id`. */
function splitId(name: string): [module: string | undefined, id: string] {
  const [, module, id = ''] = /^gymnasium:(?:([\w.]+):)?(.*)$/s.exec(name) ?? [];
  if (id === '') {
    const remedy = `Write ${gymnasiumFamily.example}, for example`;
    throw new InputError(message('makeEnv', 'an id of Gymnasium must follow the colon', name, remedy));
  }
  return [module, id];
}

/** @throws InputError when a value cannot be handed to Python */
function checkKeyword(where: string, key: string, value: unknown): void {
  if (isJson(value)) return;
  const remedy = 'Pass finite numbers, texts, truths, null, and lists and records of them';
  throw new InputError(message(where, `the option ${key} must be plain data`, value, remedy));
}

function isJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}
