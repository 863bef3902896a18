/** A real number in [low, high]. */
export interface FloatParameter {
  readonly type: 'float';
  readonly low: number;
  readonly high: number;
  /** Searched by its logarithm: a factor counts the same everywhere. */
  readonly log?: boolean;
  /** Only `low`, `low + step`, `low + 2·step`, … up to `high`. Not together with `log`. */
  readonly step?: number;
}

/** A whole number in [low, high]. */
export interface IntParameter {
  readonly type: 'int';
  readonly low: number;
  readonly high: number;
  /** Searched by its logarithm. */
  readonly log?: boolean;
  /** Only `low`, `low + step`, … up to `high`; 1 when omitted. Not together with `log`, unless it is 1. */
  readonly step?: number;
}

/** One of some values without an order. */
export interface CategoricalParameter {
  readonly type: 'categorical';
  readonly choices: readonly ParameterValue[];
}

/** What a parameter may be; all of it is plain data that travels as JSON. */
export type ParameterValue = number | string | boolean | null;

/** The parameter is there only where another one has one of these values. */
export interface Condition {
  /** Name of a parameter that stands before this one in the space. */
  readonly parameter: string;
  readonly isOneOf: readonly ParameterValue[];
}

/** One thing that is searched for. */
export type Parameter = (FloatParameter | IntParameter | CategoricalParameter) & { readonly when?: Condition };

/** A parameter whose values are numbers. */
export type NumericParameter = Extract<Parameter, { readonly type: 'float' | 'int' }>;

/** What is searched, by name; a parameter with a condition stands behind the one that it depends on. */
export type SearchSpace = Readonly<Record<string, Parameter>>;

/** One point of a search space: the parameters whose conditions hold. */
export type Params = Readonly<Record<string, ParameterValue>>;
