import {
  alternatives,
  checkSchedule,
  type Field,
  type Fields,
  type JsonSchema,
  type Schedule,
  type ValuesOf,
} from '@zpin/contracts';
import * as z from 'zod';

/** The settings of a schema that `configSchema` made: `type SacConfig = ConfigOf<typeof sacConfig>`. */
export type ConfigOf<Schema extends z.ZodType> = z.output<Schema>;

/** A strict object of settings, each with its default. */
export type ConfigSchema<F extends Fields> = z.ZodObject<
  { -readonly [K in keyof F]: z.ZodDefault<z.ZodType<ValuesOf<F>[K]>> },
  z.core.$strict
>;

export interface ConfigSchemaOptions {
  /** Settings that had another name once: what to write instead, by the old name. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/**
 * The schema of settings given as plain data: the source of validation, types, flags and documentation. Settings that are not
 * among the fields are refused.
 *
 * ```ts
 * const sacConfig = configSchema({ ...replayFields, tau: field.number({ above: 0, max: 1, default: 0.005, meaning: '…' }) });
 * type SacConfig = ConfigOf<typeof sacConfig>;
 * ```
 */
export function configSchema<const F extends Fields>(fields: F, { renamed }: ConfigSchemaOptions = {}): ConfigSchema<F> {
  const shape = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, settingOf(field)]));
  const schema = z.strictObject(shape);
  return (renamed ? schema.meta({ renamed }) : schema) as unknown as ConfigSchema<F>;
}

/** What became of the settings that had another name once, by that name. */
export function renamedSettings(schema: z.ZodType): ReadonlyMap<string, string> {
  const renamed = schema.meta()?.renamed as Readonly<Record<string, string>> | undefined;
  return new Map(Object.entries(renamed ?? {}));
}

function settingOf({ schema, default: standard, meaning, unit }: Field<unknown>): z.ZodType {
  return zodOf(schema)
    .default(standard as never)
    .meta({ description: meaning, ...(unit !== undefined && { unit }) });
}

/** The same schema in zod's terms. */
function zodOf(schema: JsonSchema): z.ZodType {
  const options = alternatives(schema);
  if (options.length > 1) {
    const union = z.union(options.map(zodOf));
    return schema.title === undefined
      ? union
      : union.check(isSchedule).meta({ title: schema.title, description: schema.description });
  }
  const [only] = options as [JsonSchema];
  if (only.enum) {
    return only.enum.every(choice => typeof choice === 'string')
      ? z.enum(only.enum as string[])
      : z.literal(only.enum as (string | number | boolean)[]);
  }
  if ('const' in only) return z.literal(only.const as string);
  switch (only.type) {
    case 'boolean':
      return z.boolean();
    case 'null':
      return z.null();
    case 'string':
      return z.string();
    case 'integer':
    case 'number':
      return numberOf(only);
    case 'array':
      return listOf(only);
    case 'object':
      return objectOf(only);
    default:
      return z.unknown();
  }
}

function numberOf({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): z.ZodType {
  let number: z.ZodNumber = type === 'integer' ? z.int() : z.number();
  // zod bounds integers by the safe ones itself.
  if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) number = number.min(minimum);
  if (exclusiveMinimum !== undefined) number = number.gt(exclusiveMinimum);
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) number = number.max(maximum);
  if (exclusiveMaximum !== undefined) number = number.lt(exclusiveMaximum);
  return number;
}

function listOf({ items, prefixItems, minItems, maxItems }: JsonSchema): z.ZodType {
  if (prefixItems) return z.tuple(prefixItems.map(zodOf) as [z.ZodType, ...z.ZodType[]]);
  let list = z.array(zodOf(items || {}));
  if (minItems !== undefined) list = list.min(minItems);
  if (maxItems !== undefined) list = list.max(maxItems);
  return list;
}

function objectOf({ properties = {}, required = [] }: JsonSchema): z.ZodType {
  const shape = Object.entries(properties).map(([name, property]) => {
    const value = zodOf(property);
    return [name, required.includes(name) ? value : value.exactOptional()];
  });
  return z.strictObject(Object.fromEntries(shape));
}

/** What the parts of a schedule cannot say each by itself, such as the order of its points. */
function isSchedule(context: z.core.ParsePayload<unknown>): void {
  try {
    checkSchedule(context.value as Schedule);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    context.issues.push({ code: 'custom', message: text, input: context.value });
  }
}
