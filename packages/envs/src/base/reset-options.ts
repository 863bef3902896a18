import { InputError, message } from '@zpin/core/spec';

/**
 * A number among the options of a reset, or its default.
 * @throws InputError when it is no finite number
 */
export function numberOption(id: string, options: Readonly<Record<string, unknown>>, name: string, fallback: number): number {
  const value = options[name] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new InputError(message(`${id}.reset`, `${name} must be a finite number`, value, `Its default is ${fallback}`));
}

/**
 * Reset options `low` and `high`, or their defaults.
 * @throws InputError unless both are finite numbers and low ≤ high
 */
export function boundOptions(
  id: string,
  options: Readonly<Record<string, unknown>>,
  low: number,
  high: number,
): [number, number] {
  const bounds: [number, number] = [numberOption(id, options, 'low', low), numberOption(id, options, 'high', high)];
  if (bounds[0] <= bounds[1]) return bounds;
  throw new InputError(message(`${id}.reset`, 'low must be <= high', bounds, 'Swap them'));
}
