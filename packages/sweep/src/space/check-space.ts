import { ConfigError, message, nearestName } from '@zpin/contracts';
import type { NumericParameter, Parameter, ParameterValue, SearchSpace } from './parameter.ts';

/**
 * Checks that a search space can be searched: bounds in order, steps and logarithms where they make sense, conditions that can hold.
 * @param where named in the error @throws ConfigError that names the parameter and what is wrong with it
 */
export function checkSpace(space: SearchSpace, where = 'checkSpace'): void {
  const names = Object.keys(space);
  if (names.length === 0)
    throw new ConfigError(message(where, 'there must be something to search', 'an empty space', 'Name parameters'));
  names.forEach((name, place) => {
    const parameter = space[name];
    const wrong = parameter.type === 'categorical' ? wrongChoices(parameter.choices) : wrongRange(parameter);
    if (wrong) throw new ConfigError(message(where, `${name} ${wrong.expectation}`, wrong.actual, wrong.remedy));
    checkCondition(space, name, names.slice(0, place), where);
  });
}

interface Wrong {
  readonly expectation: string;
  readonly actual: unknown;
  readonly remedy: string;
}

function wrongChoices(choices: readonly ParameterValue[]): Wrong | null {
  if (!Array.isArray(choices) || choices.length === 0) {
    return { expectation: 'must have choices', actual: choices, remedy: 'Give at least one' };
  }
  if (new Set(choices).size !== choices.length) {
    return { expectation: 'must have different choices', actual: choices, remedy: 'Leave out those that are there twice' };
  }
  const isPlain = (choice: unknown) =>
    choice === null || ['string', 'boolean'].includes(typeof choice) || (typeof choice === 'number' && Number.isFinite(choice));
  return choices.every(isPlain)
    ? null
    : {
        expectation: 'must have choices that are finite numbers, texts, booleans or null',
        actual: choices,
        remedy: 'Name the others by a text',
      };
}

function wrongRange({ type, low, high, log = false, step }: NumericParameter): Wrong | null {
  const isNumber = type === 'int' ? Number.isSafeInteger : Number.isFinite;
  const kind = type === 'int' ? 'integers' : 'finite numbers';
  if (!isNumber(low) || !isNumber(high)) {
    return { expectation: `must have bounds that are ${kind}`, actual: [low, high], remedy: 'Give low and high' };
  }
  if (low > high) return { expectation: 'must have low <= high', actual: [low, high], remedy: 'Swap them' };
  if (log && !(low > 0)) {
    return { expectation: 'must be above 0 to be searched by its logarithm', actual: low, remedy: 'Raise low, or leave log out' };
  }
  if (step === undefined || (type === 'int' && step === 1)) return null;
  if (log) return { expectation: 'must have either log or step', actual: step, remedy: 'Leave one of them out' };
  const isStep = isNumber(step) && step > 0;
  return isStep
    ? null
    : { expectation: `must have a step above 0${type === 'int' ? ' that is an integer' : ''}`, actual: step, remedy: 'Widen it' };
}

function checkCondition(space: SearchSpace, name: string, before: readonly string[], where: string): void {
  const { when } = space[name];
  if (when === undefined) return;
  const { parameter, isOneOf } = when;
  if (!before.includes(parameter)) {
    const near = nearestName(parameter, before);
    const remedy = near === undefined ? `Put ${parameter} before ${name}` : `Did you mean ${near}?`;
    throw new ConfigError(message(where, `${name} must depend on a parameter before it`, parameter, remedy));
  }
  const possible = isOneOf.some(value => holds(space[parameter], value));
  if (!possible) {
    const remedy = `Choose from what ${parameter} can be`;
    throw new ConfigError(message(where, `${name} must be there for some value of ${parameter}`, isOneOf, remedy));
  }
}

/** Whether a parameter can have a value. */
export function holds(parameter: Parameter, value: ParameterValue | undefined): boolean {
  if (parameter.type === 'categorical') return value !== undefined && parameter.choices.includes(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (value < parameter.low || value > parameter.high) return false;
  return parameter.type === 'float' || Number.isInteger(value);
}
