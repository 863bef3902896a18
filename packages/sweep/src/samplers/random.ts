import type { Rng } from '@zpin/contracts';
import { numericScale } from '../space/numeric-scale.ts';
import type { Parameter, ParameterValue, Params, SearchSpace } from '../space/parameter.ts';
import { isActive } from '../space/parameter-groups.ts';

/**
 * A point drawn at random: numbers uniform on their line (by logarithm where the parameter says so), all separate values and all
 * choices equally likely.
 */
export function sampleRandom(space: SearchSpace, rng: Rng): Params {
  const params: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(space)) {
    if (isActive(parameter, params)) params[name] = randomValue(parameter, rng);
  }
  return params;
}

/** One value of a parameter, drawn at random. */
export function randomValue(parameter: Parameter, rng: Rng): ParameterValue {
  if (parameter.type === 'categorical') return parameter.choices[rng.choice(parameter.choices.length)];
  const { low, high, value } = numericScale(parameter);
  return value(rng.uniform(low, high));
}
