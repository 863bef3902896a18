import { message } from '@zpin/contracts';
import { holds } from '../space/check-space.ts';
import type { Parameter, ParameterValue } from '../space/parameter.ts';
import { JournalError } from './journal-error.ts';
import { isObject, type JsonObject, type JsonValue } from './operations.ts';

/** A parameter as a journal has it: a distribution of Optuna, as JSON in a text. Conditions are not part of it. */
export function formatDistribution(parameter: Parameter): string {
  switch (parameter.type) {
    case 'float': {
      const { low, high, log = false, step = null } = parameter;
      return JSON.stringify({ name: 'FloatDistribution', attributes: { step, low, high, log } });
    }
    case 'int': {
      const { low, high, log = false, step = 1 } = parameter;
      return JSON.stringify({ name: 'IntDistribution', attributes: { log, step, low, high } });
    }
    case 'categorical':
      return JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: parameter.choices } });
  }
}

/** @throws JournalError when the text is no distribution that is known */
export function parseDistribution(text: string): Parameter {
  const parameter = parameterOf(parsed(text));
  if (parameter) return parameter;
  const remedy = 'Known are FloatDistribution, IntDistribution and CategoricalDistribution';
  throw new JournalError(message('parseDistribution', 'a distribution must be known', text, remedy));
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

function parameterOf(found: JsonValue): Parameter | null {
  if (!isObject(found) || !isObject(found.attributes)) return null;
  const { low, high, log, step, choices } = found.attributes;
  if (found.name === 'CategoricalDistribution') {
    return Array.isArray(choices) && choices.every(isParameterValue) ? { type: 'categorical', choices } : null;
  }
  if (typeof low !== 'number' || typeof high !== 'number') return null;
  const scale = log === true ? { log } : {};
  if (found.name === 'FloatDistribution') {
    return { type: 'float', low, high, ...scale, ...(typeof step === 'number' && { step }) };
  }
  if (found.name !== 'IntDistribution') return null;
  return { type: 'int', low, high, ...scale, ...(typeof step === 'number' && step !== 1 && { step }) };
}

function isParameterValue(value: JsonValue): value is ParameterValue {
  return value === null || typeof value !== 'object';
}

/** Whether two trials of a study may have these under one name: equal kinds and scales, and for choices equal ones. */
export function areCompatible(a: Parameter, b: Parameter): boolean {
  if (a.type === 'categorical' || b.type === 'categorical') {
    return a.type === b.type && formatDistribution(a) === formatDistribution(b);
  }
  return a.type === b.type && (a.log ?? false) === (b.log ?? false);
}

/** A value as a journal has it: numbers as they are, a choice by its place. @throws JournalError when the parameter cannot have it */
export function toInternal(parameter: Parameter, value: ParameterValue): number {
  if (!holds(parameter, value)) {
    throw new JournalError(message('toInternal', 'a value must be one of its parameter', value, 'Check the search space'));
  }
  return parameter.type === 'categorical' ? parameter.choices.indexOf(value) : Number(value);
}

/** The value that a number in a journal stands for. @throws JournalError when there is none */
export function fromInternal(parameter: Parameter, internal: number): ParameterValue {
  if (parameter.type !== 'categorical') return internal;
  const value = parameter.choices[internal];
  if (value !== undefined) return value;
  const remedy = 'The journal belongs to other choices, or is damaged';
  throw new JournalError(message('fromInternal', `a choice must be one of ${parameter.choices.length}`, internal, remedy));
}

/** Distributions of a trial that was written whole. */
export function parseDistributions(found: JsonObject): Record<string, Parameter> {
  return Object.fromEntries(Object.entries(found).map(([name, text]) => [name, parseDistribution(String(text))]));
}
