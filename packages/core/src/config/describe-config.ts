import { describeField, type FieldDescription, type JsonSchema } from '@zpin/contracts';
import { z } from 'zod';

/** A setting as help texts, documentation tables and flags need it, read out of the schema. */
export interface ConfigField extends FieldDescription {
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

/** Lists the settings of a strict object schema in their order. */
export function describeConfig(schema: z.ZodType): ConfigField[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    meaning: property.description ?? '',
    unit: property.unit ?? null,
    ...describeField(property),
    default: property.default,
    schema: property,
  }));
}
