import { ConfigError, flatDtype, flatSize, InputError, message, type Space } from '@zpin/core/spec';

export interface MemoryOptions {
  /** Transitions. */
  readonly capacity: number;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly frameStack?: number | undefined;
}

/** Numbers that a typed array can hold in today's engines. */
const LONGEST_ARRAY = 2 ** 32;
/** More memory than a machine for this kind of work is likely to have. */
const MOST_BYTES = 2 ** 36;
const NUMBER_BYTES = { float32: 4, int32: 4, uint8: 1 };
/** Reward, flags and priorities. */
const OTHER_BYTES = 24;

/** Bytes that a transition takes, of stacked frames one. */
export function transitionBytes({ observationSpace, actionSpace, frameStack = 1 }: Omit<MemoryOptions, 'capacity'>): number {
  const numbers = flatSize(observationSpace) * (frameStack > 1 ? 1 / frameStack : 2);
  return Math.ceil(numbers) * NUMBER_BYTES[flatDtype(observationSpace)] + 4 * flatSize(actionSpace) + OTHER_BYTES;
}

/**
 * Refuses a replay that cannot be: agents call it when they are made, long before the memory is taken.
 * @param where named in errors @param setting how the caller names the capacity
 * @throws ConfigError when it would take more memory than a machine has; InputError unless the capacity is an integer ≥ 1
 */
export function checkMemory(where: string, options: MemoryOptions, setting = 'capacity'): void {
  const { capacity, observationSpace, frameStack = 1 } = options;
  if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
    const remedy = 'Pass the number of transitions to keep';
    throw new InputError(message(where, `${setting} must be an integer >= 1`, capacity, remedy));
  }
  const bytes = transitionBytes(options);
  const longest = frameStack > 1 ? 1 : flatSize(observationSpace);
  const most = Math.floor(Math.min(MOST_BYTES / bytes, LONGEST_ARRAY / longest));
  if (capacity <= most) return;
  const size = `${Math.ceil((capacity * bytes) / 2 ** 30).toLocaleString('en')} GiB`;
  const remedy = `At ${bytes.toLocaleString('en')} bytes per transition that is ${size}: give fewer`;
  throw new ConfigError(message(where, `${setting} must be at most ${most}`, capacity, remedy));
}
