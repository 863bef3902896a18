import { InputError, message } from '@zpin/contracts';

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
 * Reset options `low` and `high`, or their defaults: the very array of them where neither is given, so that a reset allocates
 * nothing.
 * @throws InputError unless both are finite numbers and low ≤ high
 */
export function boundOptions(
  id: string,
  options: Readonly<Record<string, unknown>>,
  defaults: readonly [low: number, high: number],
): readonly [low: number, high: number] {
  if (options.low === undefined && options.high === undefined) return defaults;
  const bounds = [numberOption(id, options, 'low', defaults[0]), numberOption(id, options, 'high', defaults[1])] as const;
  if (bounds[0] <= bounds[1]) return bounds;
  throw new InputError(message(`${id}.reset`, 'low must be <= high', bounds, 'Swap them'));
}
