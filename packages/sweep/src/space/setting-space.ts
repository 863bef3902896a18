import { ConfigError, message, nearestName } from '@zpin/contracts';
import { isObject, type JsonObject, type JsonValue } from '../journal/operations.ts';
import { checkSpace } from './check-space.ts';
import { countOfValues, valueAt } from './numeric-scale.ts';
import type { Parameter, ParameterValue, Params, SearchSpace } from './parameter.ts';

/** Settings of an algorithm of which some are searched. */
export interface SettingSpace {
  readonly space: SearchSpace;
  /** Settings at a point of the space, for the algorithm. */
  settings(params: Params): JsonObject;
}

/** What a range may say. */
const RANGE_KEYS = ['low', 'high', 'log', 'step'];

/**
 * Reads settings with what is searched in place of values: a range `{ low, high }`, with `log` or `step`, or `{ choices: […] }`. Ranges may stand
 * inside a setting, as in a schedule `{ type: linear, from: { low, high }, to: 0 }`; everything else is a fixed value. A range between
 * integers is one of integers, unless `isInteger` knows better.
 * @param isInteger whether a setting takes integers alone; undefined where that is not known
 * @throws ConfigError naming the setting that is wrong
 */
export function settingSpace(
  raw: JsonObject,
  where = 'settingSpace',
  isInteger: (path: readonly string[]) => boolean | undefined = () => undefined,
): SettingSpace {
  const space: Record<string, Parameter> = {};
  const build = new Map<string, (params: Params) => JsonValue>();
  const read = (value: JsonValue, path: readonly string[]): ((params: Params) => JsonValue) => {
    const name = path.join('.');
    if (Array.isArray(value)) {
      const parts = value.map((part, i) => read(part, [...path, String(i)]));
      return params => parts.map(part => part(params));
    }
    if (!isObject(value)) return () => value;
    if ('choices' in value) {
      const { parameter, meanings } = readChoices(value, name, where);
      space[name] = parameter;
      return params => meaningOf(meanings, params[name]);
    }
    if ('low' in value || 'high' in value) {
      space[name] = readRange(value, name, where, isInteger(path));
      return params => params[name];
    }
    const parts = Object.entries(value).map(([key, part]) => [key, read(part, [...path, key])] as const);
    return params => Object.fromEntries(parts.map(([key, part]) => [key, part(params)]));
  };
  for (const [name, value] of Object.entries(raw)) build.set(name, read(value, [name]));
  checkSpace(space, where);
  return {
    space,
    settings: params => Object.fromEntries([...build].map(([name, value]) => [name, value(params)])),
  };
}

/**
 * Tries every bound and every choice of a space, each with the first values of the others.
 * @param check throws what is wrong with settings @throws what it throws
 */
export function checkSettings({ space, settings }: SettingSpace, check: (settings: JsonObject) => void): void {
  const first: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(space)) first[name] = ends(parameter)[0];
  for (const [name, parameter] of Object.entries(space)) {
    for (const value of ends(parameter)) check(settings({ ...first, [name]: value }));
  }
}

function ends(parameter: Parameter): readonly ParameterValue[] {
  if (parameter.type === 'categorical') return parameter.choices;
  const count = countOfValues(parameter);
  return [parameter.low, Number.isFinite(count) ? valueAt(parameter, count - 1) : parameter.high];
}

function readRange(value: JsonObject, name: string, where: string, isInteger: boolean | undefined): Parameter {
  for (const key of Object.keys(value)) {
    if (RANGE_KEYS.includes(key)) continue;
    const near = nearestName(key, RANGE_KEYS);
    const remedy = near === undefined ? `A range has ${RANGE_KEYS.join(', ')}` : `Did you mean ${near}?`;
    throw new ConfigError(message(where, `${name} must be a range`, key, remedy));
  }
  const { low, high, log = false, step } = value;
  const numbers = { low, high, ...(step !== undefined && { step }) };
  for (const [key, number] of Object.entries(numbers)) {
    if (typeof number === 'number') continue;
    throw new ConfigError(message(where, `${key} of ${name} must be a number`, number, 'Write it without quotes, 1e-3 as 0.001'));
  }
  if (typeof log !== 'boolean') {
    throw new ConfigError(message(where, `log of ${name} must be true or false`, log, 'Leave it out, or write true'));
  }
  const { low: from, high: to, step: by } = numbers as { low: number; high: number; step?: number };
  const areWhole = [from, to, by ?? 1].every(number => Number.isInteger(number));
  const type = (isInteger ?? areWhole) ? 'int' : 'float';
  return { type, low: from, high: to, ...(log && { log }), ...(by !== undefined && { step: by }) };
}

function readChoices(value: JsonObject, name: string, where: string) {
  const { choices, ...rest } = value;
  const [extra] = Object.keys(rest);
  if (!Array.isArray(choices) || extra !== undefined) {
    const remedy = 'Write choices: [a, b, c]';
    throw new ConfigError(message(where, `${name} must have a list of choices and nothing else`, extra ?? choices, remedy));
  }
  const meanings = new Map<string, JsonValue>();
  const plain = choices.map((choice): ParameterValue => {
    if (choice === null || typeof choice !== 'object') return choice;
    const text = JSON.stringify(choice);
    meanings.set(text, choice);
    return text;
  });
  const parameter: Parameter = { type: 'categorical', choices: plain };
  return { parameter, meanings };
}

function meaningOf(meanings: ReadonlyMap<string, JsonValue>, value: ParameterValue): JsonValue {
  return (typeof value === 'string' ? meanings.get(value) : undefined) ?? value;
}
