import { InputError, message, nearestName, type StateValue } from '@zpin/contracts';
import { type EnvSettings, envEntry } from 'zpin';
import { flagNames } from './flag-names.ts';

/**
 * Reads `--env-option name=value`, as often as it was given, and `--wrap name:numbers`.
 * @throws InputError when the environment or an option is unknown, or a value has the wrong type
 */
export function readEnvSettings(
  where: string,
  id: string,
  options: readonly string[] = [],
  wrappers: readonly string[] = [],
): EnvSettings {
  const known = { maxEpisodeSteps: { default: 0 }, ...envEntry(id, flagNames(where)).options };
  const settings: Record<string, StateValue> = {};
  for (const text of options) {
    const [, name = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (value === undefined) {
      throw new InputError(message(where, '--env-option must be written as name=value', text, 'For example maxEpisodeSteps=200'));
    }
    if (!Object.hasOwn(known, name)) {
      const near = nearestName(name, Object.keys(known));
      const remedy = `${near ? `Did you mean ${near}? ` : ''}It knows ${Object.keys(known).join(', ')}`;
      throw new InputError(message(where, `--env-option must be an option of ${id}`, name, remedy));
    }
    settings[name] = readValue(where, name, value, known[name as keyof typeof known].default);
  }
  return wrappers.length > 0 ? { ...settings, wrappers } : settings;
}

/** A text as the type of the default; where that is `null`, numbers and lists are told by their looks. */
function readValue(where: string, name: string, text: string, standard: unknown): StateValue {
  if (name === 'maxEpisodeSteps' && text === 'none') return null;
  const refuse = (what: string, remedy: string) =>
    new InputError(message(where, `--env-option ${name} must be ${what}`, text, remedy));
  if (typeof standard === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw refuse('true or false', `Write ${name}=true`);
  }
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (typeof standard === 'number') {
    if (Number.isFinite(number)) return number;
    throw refuse('a number', `Write ${name}=${standard}`);
  }
  if (typeof standard === 'string') return text;
  const parts = text.split(',');
  if (Array.isArray(standard)) {
    const numbers = parts.map(Number);
    if (numbers.every(Number.isFinite)) return numbers;
    throw refuse('numbers with commas', `Write ${name}=${standard.join(',')}`);
  }
  if (Number.isFinite(number)) return number;
  return parts.length > 1 ? parts : text;
}
