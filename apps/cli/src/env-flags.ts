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
import { type EnvSettings, envOptionsOf, knownEnv } from 'zpin';
import { flagNames } from './flag-names.ts';

/** Flags that say what surrounds an environment, as commander hands them over. */
export interface EnvFlags {
  readonly env?: string;
  readonly envOption?: readonly string[];
  readonly wrap?: readonly string[];
}

/**
 * Reads `--env-option name=value`, as often as it was given, and `--wrap name:numbers`.
 * @throws InputError when the environment or an option is unknown, or a value is none that the option takes
 */
export async function readEnvSettings(
  where: string,
  choice: string,
  options: readonly string[] = [],
  wrappers: readonly string[] = [],
): Promise<EnvSettings> {
  // Wrappers have a flag of their own.
  const names = flagNames(where);
  const { fields, takesOthers } = await envOptionsOf(choice, names);
  const id = await knownEnv(choice, names);
  const known = new Map(describeFields(fields).map(option => [option.name, option]));
  const settings: Record<string, StateValue> = {};
  for (const text of options) {
    const [, name = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (value === undefined) {
      throw new InputError(message(where, '--env-option must be written as name=value', text, 'For example maxEpisodeSteps=200'));
    }
    const option = known.get(name);
    if (!option && takesOthers) {
      settings[name] = readKeyword(where, name, value);
      continue;
    }
    if (!option) {
      const near = nearestName(name, [...known.keys()]);
      const remedy = `${near ? `Did you mean ${near}? ` : ''}It knows ${[...known.keys()].join(', ')}`;
      throw new InputError(message(where, `--env-option must be an option of ${id}`, name, remedy));
    }
    settings[name] = readOption(where, option, value);
  }
  return wrappers.length > 0 ? { ...settings, wrappers } : settings;
}

/**
 * A keyword argument of another program: JSON where the text is some, with Python's words for truths and for nothing; else the
 * text itself.
 */
function readKeyword(where: string, name: string, text: string): StateValue {
  const words: Readonly<Record<string, StateValue>> = { True: true, False: false, None: null };
  if (Object.hasOwn(words, text)) return words[text] as StateValue;
  try {
    return JSON.parse(text) as StateValue;
  } catch {
    if (!/^\s*[[{"]/.test(text)) return text;
    throw new InputError(message(where, `--env-option ${name} must be JSON`, text, `For example ${name}=[0.5,2]`));
  }
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
