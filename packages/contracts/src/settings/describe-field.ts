import type { Fields } from './field.ts';
import { alternatives, type JsonSchema } from './json-schema.ts';

/** What a setting takes, in words. */
export interface FieldDescription {
  /** For example `number`, `integer`, `boolean`, `choice`, `list of integers`, `number or null`. */
  readonly type: string;
  /** For example `in [0, 1]`, `> 0`, `one of tanh, relu`; empty when every value of the type is allowed. */
  readonly range: string;
  /** Type and range as a phrase: `a number in [0, 1]`. */
  readonly accepts: string;
}

/** A setting as help texts, documentation tables and flags need it. */
export interface DescribedField extends FieldDescription {
  /** Key in the configuration, camelCase. */
  readonly name: string;
  /** One line; empty when the schema does not say. */
  readonly meaning: string;
  readonly unit: string | null;
  /** `undefined` when the setting must be given. */
  readonly default: unknown;
  /** The setting alone as JSON Schema. */
  readonly schema: JsonSchema;
}

/** Describes settings given as plain data, in their order. */
export function describeFields(fields: Fields): DescribedField[] {
  return Object.entries(fields).map(([name, { schema, default: standard, meaning, unit = null }]) => ({
    name,
    meaning,
    unit,
    default: standard,
    schema,
    ...describeField(schema),
  }));
}

/** Says in words what a schema takes. */
export function describeField(schema: JsonSchema): FieldDescription {
  if (schema.title !== undefined) return { type: schema.title, range: '', accepts: schema.description ?? `a ${schema.title}` };
  const options = alternatives(schema);
  if (options.length > 1) {
    const parts = options.map(describeField);
    const join = (words: string[]) => words.filter(word => word !== '').join(' or ');
    return { type: join(parts.map(p => p.type)), range: join(parts.map(p => p.range)), accepts: join(parts.map(p => p.accepts)) };
  }
  const [only] = options as [JsonSchema];
  const choices = only.enum ?? ('const' in only ? [only.const] : undefined);
  if (choices) {
    const names = choices.map(String).join(', ');
    return { type: 'choice', range: `one of ${names}`, accepts: choices.length > 1 ? `one of ${names}` : names };
  }
  switch (only.type) {
    case 'boolean':
      return { type: 'boolean', range: '', accepts: 'true or false' };
    case 'null':
      return { type: 'null', range: '', accepts: 'null' };
    case 'integer':
      return withRange('integer', 'an integer', numberRange(only));
    case 'number':
      return withRange('number', 'a number', numberRange(only));
    case 'string':
      return { type: 'text', range: '', accepts: 'a text' };
    case 'array':
      return describeList(only);
    case 'object':
      return describeObject(only);
    default:
      return { type: 'value', range: '', accepts: 'a value' };
  }
}

function withRange(type: string, noun: string, range: string) {
  return { type, range, accepts: range === '' ? noun : `${noun} ${range}` };
}

function describeList({ items, prefixItems, minItems = 0, maxItems = Infinity }: JsonSchema) {
  if (prefixItems) {
    const parts = prefixItems.map(describeField);
    const list = (words: readonly string[]) => `[${words.join(', ')}]`;
    return { type: list(parts.map(part => part.type)), range: '', accepts: list(parts.map(part => part.accepts)) };
  }
  const item = describeField(items || {});
  const type = `list of ${item.type}s`;
  const length = minItems === maxItems ? ` (${minItems})` : minItems > 0 ? ` (at least ${minItems})` : '';
  return withRange(type, `a ${type}${length}`, item.range);
}

function describeObject({ properties = {}, required = [] }: JsonSchema) {
  const names = Object.keys(properties).map(name => (required.includes(name) ? name : `${name}?`));
  const inside = Object.entries(properties).map(([, value], i) => `${names[i]}: ${describeField(value).accepts}`);
  return { type: `{${names.join(', ')}}`, range: '', accepts: `{${inside.join(', ')}}` };
}

/** The safe integers bound every integer; those bounds say nothing to a reader. */
function numberRange({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): string {
  const low = exclusiveMinimum ?? (minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum);
  const high = exclusiveMaximum ?? (maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum);
  const openLow = exclusiveMinimum !== undefined;
  const openHigh = exclusiveMaximum !== undefined;
  if (low !== undefined && high !== undefined) return `in ${openLow ? '(' : '['}${low}, ${high}${openHigh ? ')' : ']'}`;
  if (low !== undefined) return `${openLow ? '>' : '>='} ${low}`;
  return high === undefined ? '' : `${openHigh ? '<' : '<='} ${high}`;
}
