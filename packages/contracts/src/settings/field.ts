import type { Schedule } from '../schedules.ts';
import type { JsonSchema } from './json-schema.ts';

/** One setting as plain data: what it takes, its default, and what a reader needs to know about it. */
export interface Field<Value> {
  readonly schema: JsonSchema;
  readonly default: Value;
  /** One line: what the setting is and does. */
  readonly meaning: string;
  /** What it is counted or measured in, where that is not plain from the meaning: `environment steps`. */
  readonly unit?: string;
}

/** Settings by name, in the order in which they are shown. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of settings: `{ gamma: Field<number> }` → `{ gamma: number }`. */
export type ValuesOf<F extends Fields> = { -readonly [K in keyof F]: F[K] extends Field<infer Value> ? Value : never };

/** What is said about a setting beside its type. */
export interface FieldText<Value> {
  readonly default: Value;
  readonly meaning: string;
  readonly unit?: string;
}

/** The numbers that a setting takes; all finite ones when nothing is given. */
export interface NumberRange {
  /** At least this. */
  readonly min?: number;
  /** More than this. */
  readonly above?: number;
  /** At most this. */
  readonly max?: number;
  /** Less than this. */
  readonly below?: number;
}

/** A default of `null` makes a setting that can be null. */
type OrNull<Value, Default> = null extends Default ? Value | null : Value;

type NumberOptions<Default> = FieldText<Default> & NumberRange;

/**
 * Makes settings of every kind. They are plain data, from which validation, flags of the command line, help and documentation
 * follow.
 *
 * ```ts
 * const fields = { gamma: field.probability({ default: 0.99, meaning: 'discount factor per step' }) };
 * ```
 */
export const field = {
  /** A finite number in a range. */
  number<const Default extends number | null>(options: NumberOptions<Default>): Field<OrNull<number, Default>> {
    return make(numberSchema('number', options), options);
  },

  /** A whole number in a range. */
  integer<const Default extends number | null>(options: NumberOptions<Default>): Field<OrNull<number, Default>> {
    return make(integerSchema(options), options);
  },

  /** A whole number of things, at least `min` (1 when omitted). */
  count<const Default extends number | null>({ min = 1, ...options }: NumberOptions<Default>): Field<OrNull<number, Default>> {
    return make(integerSchema({ min, ...options }), options);
  },

  /** A number above 0. */
  positive<const Default extends number | null>(options: FieldText<Default>): Field<OrNull<number, Default>> {
    return make(numberSchema('number', { above: 0 }), options);
  },

  /** A number of at least 0, such as the weight of a loss term. */
  nonNegative<const Default extends number | null>(options: FieldText<Default>): Field<OrNull<number, Default>> {
    return make(numberSchema('number', { min: 0 }), options);
  },

  /** A number in [0, 1]: a probability, a share, a discount factor. */
  probability<const Default extends number | null>(options: FieldText<Default>): Field<OrNull<number, Default>> {
    return make(numberSchema('number', { min: 0, max: 1 }), options);
  },

  /** True or false. */
  boolean(options: FieldText<boolean>): Field<boolean> {
    return make({ type: 'boolean' }, options);
  },

  /** One of a few values. */
  choice<const Choice extends string | number | boolean>(
    choices: readonly Choice[],
    options: FieldText<NoInfer<Choice>>,
  ): Field<Choice> {
    return make({ enum: choices }, options);
  },

  /** A text. */
  text<const Default extends string | null>(options: FieldText<Default>): Field<OrNull<string, Default>> {
    return make({ type: 'string' }, options);
  },

  /** A list of numbers in a range; `length` of them when that is given. */
  numbers(options: FieldText<readonly number[]> & NumberRange & { readonly length?: number }): Field<readonly number[]> {
    const { length } = options;
    const size = length === undefined ? {} : { minItems: length, maxItems: length };
    return make({ type: 'array', items: numberSchema('number', options), ...size }, options);
  },

  /**
   * Two numbers, the smaller one first; either may be infinite. JSON Schema has no words for their order, so `takes` lets any two
   * pass, and the reader of the setting checks their order.
   */
  interval(options: FieldText<readonly number[]>): Field<readonly number[]> {
    const items = { anyOf: [numberSchema('number', {}), { enum: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] }] };
    const text = { title: 'interval', description: 'two numbers, the smaller one first' };
    return make({ ...text, type: 'array', items, minItems: 2, maxItems: 2 }, options);
  },

  /** Units of each hidden layer, from the input on; an empty list is a linear network. */
  sizes(options: FieldText<readonly number[]>): Field<readonly number[]> {
    return make({ type: 'array', items: integerSchema({ above: 0 }) }, options);
  },

  /** A value that may change over the run: a number in a range, or a `Schedule` whose values all lie in it. */
  scheduled<const Default extends Schedule | null>(options: FieldText<Default> & NumberRange): Field<OrNull<Schedule, Default>> {
    return make({ anyOf: [numberSchema('number', options), scheduleSchema(numberSchema('number', options))] }, options);
  },

  /** What any of several settings takes, with a default and a text of its own. */
  either<const Options extends readonly Field<unknown>[]>(
    options: Options,
    text: FieldText<Options[number] extends Field<infer Value> ? Value : never>,
  ): Field<Options[number] extends Field<infer Value> ? Value : never> {
    return make({ anyOf: options.map(({ schema }) => schema) }, text);
  },

  /** A list of texts. */
  texts(options: FieldText<readonly string[]>): Field<readonly string[]> {
    return make({ type: 'array', items: { type: 'string' } }, options);
  },
};

/** Name of the schema of a schedule, by which others know it. */
export const SCHEDULE_TITLE = 'schedule';

function make<Value>(schema: JsonSchema, text: FieldText<unknown>): Field<Value> {
  const { default: standard, meaning, unit } = text;
  const nullable = standard === null && !takesNull(schema) ? { anyOf: [schema, { type: 'null' }] } : schema;
  return { schema: nullable, default: standard as Value, meaning, ...(unit !== undefined && { unit }) };
}

function takesNull({ type, anyOf }: JsonSchema): boolean {
  return type === 'null' || (anyOf?.some(takesNull) ?? false);
}

function numberSchema(type: 'number' | 'integer', { min, above, max, below }: NumberRange): JsonSchema {
  return {
    type,
    ...(min !== undefined && { minimum: min }),
    ...(above !== undefined && { exclusiveMinimum: above }),
    ...(max !== undefined && { maximum: max }),
    ...(below !== undefined && { exclusiveMaximum: below }),
  };
}

/** Whole numbers beyond 2^53 are not told apart, so they are none of them. */
function integerSchema(range: NumberRange): JsonSchema {
  const min = range.above === undefined ? { min: Number.MIN_SAFE_INTEGER } : {};
  const max = range.below === undefined ? { max: Number.MAX_SAFE_INTEGER } : {};
  return numberSchema('integer', { ...min, ...max, ...range });
}

/** A schedule of values, in the words of JSON Schema. */
function scheduleSchema(value: JsonSchema): JsonSchema {
  const share = { type: 'number', exclusiveMinimum: 0, maximum: 1 };
  const object = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema => ({
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  });
  const point = { type: 'array', prefixItems: [{ type: 'number', minimum: 0, maximum: 1 }, value] };
  return {
    title: SCHEDULE_TITLE,
    description: 'a schedule such as type=linear,from=1,to=0.1',
    anyOf: [
      object({ type: { type: 'string', const: 'constant' }, value }, ['type', 'value']),
      object({ type: { type: 'string', enum: ['linear', 'exponential'] }, from: value, to: value, end: share }, [
        'type',
        'from',
        'to',
      ]),
      object({ type: { type: 'string', const: 'piecewise' }, points: { type: 'array', items: point, minItems: 1 } }, [
        'type',
        'points',
      ]),
    ],
  };
}
