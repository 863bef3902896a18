import { checkSchedule, type Schedule } from '@zpin/contracts';
import { z } from 'zod';

/** What a reader needs to know about a setting beside its schema. */
export interface FieldText<Value> {
  readonly default: Value;
  /** One line: what the setting is and does. */
  readonly meaning: string;
  /** What it is counted or measured in, where that is not plain from the meaning: `environment steps`. */
  readonly unit?: string;
}

/**
 * One setting of a configuration: a schema with its default, meaning and unit, which become flags, validation and documentation.
 * @example gamma: field(z.number().min(0).max(1), { default: 0.99, meaning: 'discount factor' })
 */
export function field<Schema extends z.ZodType>(schema: Schema, text: FieldText<z.output<Schema>>): z.ZodDefault<Schema> {
  const unit = text.unit === undefined ? {} : { unit: text.unit };
  return schema.default(text.default as z.util.NoUndefined<z.output<Schema>>).meta({ description: text.meaning, ...unit });
}

export interface CountText extends FieldText<number> {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number of things, at least `min` (1 when omitted) and at most `max` (what a number can count when omitted). */
export function count({ min = 1, max, ...text }: CountText): z.ZodDefault<z.ZodInt> {
  return field(max === undefined ? z.int().min(min) : z.int().min(min).max(max), text);
}

/** A number above 0. */
export function positive(text: FieldText<number>): z.ZodDefault<z.ZodNumber> {
  return field(z.number().positive(), text);
}

/** A number of at least 0, such as the weight of a loss term. */
export function nonNegative(text: FieldText<number>): z.ZodDefault<z.ZodNumber> {
  return field(z.number().nonnegative(), text);
}

/** A number in [0, 1]: a probability, a share, a discount factor. */
export function probability(text: FieldText<number>): z.ZodDefault<z.ZodNumber> {
  return field(z.number().min(0).max(1), text);
}

/** Units of each hidden layer, from the input on; an empty list is a linear network. */
export function hiddenSizes(text: FieldText<number[]>): z.ZodDefault<z.ZodArray<z.ZodInt>> {
  return field(z.array(z.int().positive()), text);
}

/**
 * A value that may change over the run: a number, or a `Schedule` whose values all satisfy `value`.
 * @example learningRate: scheduled(z.number().positive(), { default: { type: 'linear', from: 1e-3, to: 1e-5 }, meaning: 'step size' })
 */
export function scheduled(value: z.ZodNumber, text: FieldText<Schedule>): z.ZodDefault<z.ZodType<Schedule>> {
  const end = z.number().gt(0).max(1).exactOptional();
  const schedule = z
    .union([
      z.strictObject({ type: z.literal('constant'), value }),
      z.strictObject({ type: z.enum(['linear', 'exponential']), from: value, to: value, end }),
      z.strictObject({
        type: z.literal('piecewise'),
        points: z.array(z.tuple([z.number().min(0).max(1), value])).min(1),
      }),
    ])
    .meta({ title: 'schedule', description: 'a schedule such as type=linear,from=1,to=0.1' });
  const schema: z.ZodType<Schedule> = z.union([value, schedule]).check(context => {
    try {
      checkSchedule(context.value);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      context.issues.push({ code: 'custom', message: text, input: context.value });
    }
  });
  return field(schema, text);
}
