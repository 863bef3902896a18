import { type DescribedField, describeField, type JsonSchema } from '@zpin/contracts';
import * as z from 'zod';

/** Lists the settings of a strict object schema in their order. */
export function describeConfig(schema: z.ZodType): DescribedField[] {
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
