import { z } from 'zod';

/** A setting as help texts, documentation tables and flags need it, read out of the schema. */
export interface ConfigField {
  /** Key in the configuration, camelCase. */
  readonly name: string;
  /** One line; empty when the schema does not say. */
  readonly meaning: string;
  readonly unit: string | null;
  /** For example `number`, `integer`, `boolean`, `choice`, `list of integers`, `number or null`. */
  readonly type: string;
  /** For example `in [0, 1]`, `> 0`, `one of tanh, relu`; empty when every value of the type is allowed. */
  readonly range: string;
  /** Type and range as a phrase: `a number in [0, 1]`. */
  readonly accepts: string;
  /** `undefined` when the setting must be given. */
  readonly default: unknown;
  /** The setting alone as JSON Schema. */
  readonly schema: JsonSchema;
}

/** The part of JSON Schema that configurations use. */
export interface JsonSchema {
  readonly type?: string;
  /** Name of a type that needs no explanation part by part; its phrase is the description. */
  readonly title?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** Lists the settings of a strict object schema in their order. */
export function describeConfig(schema: z.ZodType): ConfigField[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    meaning: property.description ?? '',
    unit: property.unit ?? null,
    ...describeValue(property),
    default: property.default,
    schema: property,
  }));
}

/** What JSON Schema calls alternatives; a plain schema is its own only one. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [schema];
}

function describeValue(schema: JsonSchema): { type: string; range: string; accepts: string } {
  if (schema.title !== undefined) return { type: schema.title, range: '', accepts: schema.description ?? `a ${schema.title}` };
  const options = alternatives(schema);
  if (options.length > 1) {
    const parts = options.map(describeValue);
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
    const parts = prefixItems.map(describeValue);
    const list = (words: readonly string[]) => `[${words.join(', ')}]`;
    return { type: list(parts.map(part => part.type)), range: '', accepts: list(parts.map(part => part.accepts)) };
  }
  const item = describeValue(items || {});
  const type = `list of ${item.type}s`;
  const length = minItems === maxItems ? ` (${minItems})` : minItems > 0 ? ` (at least ${minItems})` : '';
  return withRange(type, `a ${type}${length}`, item.range);
}

function describeObject({ properties = {}, required = [] }: JsonSchema) {
  const names = Object.keys(properties).map(name => (required.includes(name) ? name : `${name}?`));
  const inside = Object.entries(properties).map(([, value], i) => `${names[i]}: ${describeValue(value).accepts}`);
  return { type: `{${names.join(', ')}}`, range: '', accepts: `{${inside.join(', ')}}` };
}

/** zod bounds every integer by the safe ones; those bounds say nothing to a reader. */
function numberRange({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): string {
  const low = exclusiveMinimum ?? (minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum);
  const high = exclusiveMaximum ?? (maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum);
  const openLow = exclusiveMinimum !== undefined;
  const openHigh = exclusiveMaximum !== undefined;
  if (low !== undefined && high !== undefined) return `in ${openLow ? '(' : '['}${low}, ${high}${openHigh ? ')' : ']'}`;
  if (low !== undefined) return `${openLow ? '>' : '>='} ${low}`;
  return high === undefined ? '' : `${openHigh ? '<' : '<='} ${high}`;
}
