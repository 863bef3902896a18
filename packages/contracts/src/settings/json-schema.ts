/** The part of JSON Schema that settings use. */
export interface JsonSchema {
  /** Several are alternatives: `["number", "null"]`. */
  readonly type?: string | readonly string[];
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
  readonly additionalProperties?: boolean | JsonSchema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** What JSON Schema calls alternatives; a plain schema is its own only one. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const { type } = schema;
  const parts = schema.anyOf ?? schema.oneOf ?? (typeof type === 'object' ? type.map(one => ({ ...schema, type: one })) : null);
  // A part with a title is a type of its own, however many forms it has.
  return parts?.flatMap(part => (part.title === undefined ? alternatives(part) : [part])) ?? [schema];
}
