import { ConfigError, message } from '@zpin/contracts';
import { countOfValues, valueAt } from '../space/numeric-scale.ts';
import type { Parameter, ParameterValue, Params, SearchSpace } from '../space/parameter.ts';
import { isActive } from '../space/parameter-groups.ts';

/** Points of a grid beyond which nobody waits for its end. */
const MOST_POINTS = 100_000;

/**
 * All points of a space, the last parameter changing fastest. A parameter without a step has `points` values, evenly spread over its
 * line from `low` to `high`.
 * @param points of a continuous parameter, at least 1; a single one is the middle
 * @throws ConfigError when there are more than 100,000
 */
export function gridPoints(space: SearchSpace, points = 3): Params[] {
  if (!(Number.isInteger(points) && points >= 1)) {
    throw new ConfigError(message('gridPoints', 'points must be an integer >= 1', points, 'Give a whole number'));
  }
  let grid: Params[] = [{}];
  for (const [name, parameter] of Object.entries(space)) {
    const values = gridValues(parameter, points);
    const count = grid.reduce((sum, point) => sum + (isActive(parameter, point) ? values.length : 1), 0);
    if (count > MOST_POINTS) throw tooMany(`${count} up to ${name}`);
    grid = grid.flatMap(point => (isActive(parameter, point) ? values.map(value => ({ ...point, [name]: value })) : [point]));
  }
  return grid;
}

function gridValues(parameter: Parameter, points: number): readonly ParameterValue[] {
  if (parameter.type === 'categorical') return parameter.choices;
  const { low, high, log = false } = parameter;
  const count = countOfValues(parameter);
  const isSpread = log && parameter.type === 'int';
  if (Number.isFinite(count) && !isSpread) {
    if (count > MOST_POINTS) throw tooMany(count);
    return Array.from({ length: count }, (_, index) => valueAt(parameter, index));
  }
  const [from, to] = log ? [Math.log(low), Math.log(high)] : [low, high];
  const values = Array.from({ length: points }, (_, index) => {
    // The ends exactly: a logarithm and back may miss them by a bit.
    if (points > 1 && index === 0) return low;
    if (points > 1 && index === points - 1) return high;
    const at = points === 1 ? (from + to) / 2 : from + ((to - from) * index) / (points - 1);
    const value = log ? Math.exp(at) : at;
    return parameter.type === 'int' ? Math.round(value) : value;
  });
  return [...new Set(values)];
}

function tooMany(count: number | string): ConfigError {
  const remedy = 'Give wider steps, or sample at random';
  return new ConfigError(message('gridPoints', `a grid must have at most ${MOST_POINTS} points`, count, remedy));
}
