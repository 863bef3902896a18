import { InputError, message, nearestName } from '../errors.ts';
import { checkSchedule, type Schedule } from '../schedules.ts';
import { describeField } from './describe-field.ts';
import { type Fields, SCHEDULE_TITLE, type ValuesOf } from './field.ts';
import { alternatives, type JsonSchema } from './json-schema.ts';

/** Whether a value is one that a schema takes. */
export function takes(schema: JsonSchema, value: unknown): boolean {
  if (schema.title === SCHEDULE_TITLE && !isSchedule(value)) return false;
  const options = alternatives(schema);
  if (options.length > 1) return options.some(option => takes(option, value));
  const [only] = options as [JsonSchema];
  if (only.enum) return only.enum.includes(value);
  if ('const' in only) return only.const === value;
  switch (only.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value) && isInRange(only, value as number);
    case 'number':
      return Number.isFinite(value) && isInRange(only, value as number);
    case 'array':
      return Array.isArray(value) && takesList(only, value);
    case 'object':
      return takesObject(only, value);
    default:
      return true;
  }
}

/**
 * The values of settings, with defaults where nothing is given.
 * @param where the function that the user called, for the message
 * @throws InputError when a setting is unknown, or its value is none that it takes
 */
export function readValues<F extends Fields>(fields: F, given: Readonly<Record<string, unknown>>, where: string): ValuesOf<F> {
  for (const [name, value] of Object.entries(given)) {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!known) {
      const names = Object.keys(fields);
      const near = nearestName(name, names);
      const remedy = near ? `Did you mean ${near}` : names.length > 0 ? `It knows ${names.join(', ')}` : 'It has none';
      throw new InputError(message(where, 'the option must exist', name, remedy));
    }
    if (value === undefined || takes(known.schema, value)) continue;
    const remedy = `Its default is ${show(known.default)}`;
    throw new InputError(message(where, `${name} must be ${describeField(known.schema).accepts}`, value, remedy));
  }
  const values = Object.entries(fields).map(([name, known]) => [name, given[name] === undefined ? known.default : given[name]]);
  return Object.fromEntries(values) as ValuesOf<F>;
}

/** As it is written in code; JSON knows no infinity. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(',')}]`;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function isInRange({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema, value: number): boolean {
  return (
    (minimum === undefined || value >= minimum) &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (maximum === undefined || value <= maximum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum)
  );
}

function takesList({ items, prefixItems, minItems = 0, maxItems = Infinity }: JsonSchema, values: readonly unknown[]): boolean {
  if (prefixItems) return values.length === prefixItems.length && prefixItems.every((item, i) => takes(item, values[i]));
  // Not `values.every`, which skips holes.
  return values.length >= minItems && values.length <= maxItems && Array.from(values).every(value => takes(items || {}, value));
}

function takesObject({ properties = {}, required = [] }: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    required.every(name => Object.hasOwn(value, name)) &&
    entries.every(([name, part]) => Object.hasOwn(properties, name) && takes(properties[name], part))
  );
}

function isSchedule(value: unknown): boolean {
  try {
    checkSchedule(value as Schedule);
    return true;
  } catch {
    return false;
  }
}
