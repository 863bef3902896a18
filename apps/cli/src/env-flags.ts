import { isDeepStrictEqual } from 'node:util';
import {
  type DescribedField,
  describeFields,
  flagText,
  InputError,
  message,
  nearestName,
  parseFlag,
  type StateValue,
  takes,
} from '@zpin/contracts';
import { optionsOf } from '@zpin/envs';
import { type EnvSettings, envEntry } from 'zpin';
import { flagNames } from './flag-names.ts';

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
  const { wrappers: _, ...fields } = optionsOf(envEntry(id, flagNames(where)));
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

function readOption(where: string, option: DescribedField, text: string): StateValue {
  const { name, schema, accepts } = option;
  if (name === 'maxEpisodeSteps' && text === 'none') return null;
  const value = parseFlag(option, text);
  const remedy = `For example ${name}=${flagText(option.default)}`;
  if (!takes(schema, value)) throw new InputError(message(where, `--env-option ${name} must be ${accepts}`, text, remedy));
  // The run's `config.json` keeps it, and JSON knows no infinity.
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)) {
    throw new InputError(message(where, `--env-option ${name} must be finite`, text, 'Write a large number'));
  }
  return value as StateValue;
}
