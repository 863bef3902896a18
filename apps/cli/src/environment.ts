import { isDeepStrictEqual } from 'node:util';
import {
  describeField,
  type Fields,
  InputError,
  message,
  nearestName,
  type StateValue,
  takes,
  type VectorEnv,
} from '@zpin/contracts';
import { type ConfigField, parseFlag } from '@zpin/core';
import { type AnyEnv, type EnvEntry, listEnvs, loadEnv, makeEnv, makeVectorEnv, optionsOf, SyncVectorEnv } from '@zpin/envs';
import { showValue } from './flags.ts';

/** Settings of an environment and wrappers around it, as they stand in a run's `config.json`. */
export type EnvSettings = Readonly<Record<string, StateValue>>;

/** Copies of an environment beyond which something must be wrong: their observations alone would fill the memory. */
const MAX_COPIES = 65_536;

/**
 * The environment called `id`, ready to be stepped: what it needs is loaded.
 * @param around puts one more wrapper around each copy
 */
export async function openEnv(
  where: string,
  id: string,
  copies: number,
  settings: EnvSettings = {},
  around?: (env: AnyEnv) => AnyEnv,
): Promise<VectorEnv> {
  entryOf(where, id);
  if (copies > MAX_COPIES) {
    throw new InputError(
      message(where, `--num-envs must be at most ${MAX_COPIES}`, copies, 'Copies share one thread; 8 are usual'),
    );
  }
  await loadEnv(id);
  return around ? new SyncVectorEnv(() => around(makeEnv(id, settings)), copies) : makeVectorEnv(id, copies, settings);
}

/**
 * Reads `--env-option name=value`, as often as it was given, and `--wrap name:numbers`.
 * @throws InputError when the environment or an option is unknown, or a value is none that the option takes
 */
export function readEnvSettings(
  where: string,
  id: string,
  options: readonly string[] = [],
  wrappers: readonly string[] = [],
): EnvSettings {
  // Wrappers have a flag of their own.
  const { wrappers: _, ...fields } = optionsOf(entryOf(where, id));
  const known = new Map(describeFields(fields).map(option => [option.name, option]));
  const settings: Record<string, StateValue> = {};
  for (const text of options) {
    const [, name = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (value === undefined) {
      throw new InputError(message(where, '--env-option must be written as name=value', text, 'For example maxEpisodeSteps=200'));
    }
    const option = known.get(name);
    if (!option) {
      const near = nearestName(name, [...known.keys()]);
      const remedy = `${near ? `Did you mean ${near}? ` : ''}It knows ${[...known.keys()].join(', ')}`;
      throw new InputError(message(where, `--env-option must be an option of ${id}`, name, remedy));
    }
    settings[name] = readOption(where, option, value);
  }
  return wrappers.length > 0 ? { ...settings, wrappers } : settings;
}

function readOption(where: string, option: ConfigField, text: string): StateValue {
  const { name, schema, accepts } = option;
  if (name === 'maxEpisodeSteps' && text === 'none') return null;
  const value = parseFlag(option, text);
  const remedy = `For example ${name}=${showValue(option.default)}`;
  if (!takes(schema, value)) throw new InputError(message(where, `--env-option ${name} must be ${accepts}`, text, remedy));
  // The run's `config.json` keeps it, and JSON knows no infinity.
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)) {
    throw new InputError(message(where, `--env-option ${name} must be finite`, text, 'Write a large number'));
  }
  return value as StateValue;
}

/** Settings given as plain data, as help texts, tables and flags need them. */
export function describeFields(fields: Fields): ConfigField[] {
  return Object.entries(fields).map(([name, { schema, default: standard, meaning, unit = null }]) => ({
    name,
    meaning,
    unit,
    default: standard,
    schema,
    ...describeField(schema),
  }));
}

/** What is known about an environment. @throws InputError naming the nearest known one */
export function entryOf(where: string, id: string): EnvEntry {
  const all = listEnvs();
  const entry = all.find(({ spec }) => spec.id === id);
  if (entry) return entry;
  const near = nearestName(
    id,
    all.map(({ spec }) => spec.id),
  );
  const remedy = `${near ? `Did you mean ${near}? Otherwise: ` : ''}zpin list envs shows all`;
  throw new InputError(message(where, '--env must be a known environment', id, remedy));
}
