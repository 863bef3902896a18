import { ConfigError, flatDtype, flatSize, InputError, message, type Space } from '@zpin/contracts';
import { FrameStore } from './frame-store.ts';

export interface MemoryOptions {
  /** Transitions. */
  readonly capacity: number;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly frameStack?: number | undefined;
  /** Whether transitions carry the legal actions of the observation and of the successor. */
  readonly hasActionMask?: boolean;
  /** Whether priorities are kept. */
  readonly isPrioritized?: boolean;
  /** Whether the largest of them is known at any time; it takes a second tree. */
  readonly keepsLargest?: boolean;
}

/** More memory than a machine for this kind of work is likely to have. */
const MOST_BYTES = 2 ** 36;
const NUMBER_BYTES = { float32: 4, int32: 4, uint8: 1 };
/** A reward, and the flags of the two ends. */
const OUTCOME_BYTES = NUMBER_BYTES.float32 + 2;
/** Two doubles per leaf of a tree, which has up to two leaves per transition. */
const PRIORITY_BYTES = 32;

/** Whether observations are kept as frames, each once. */
export function keepsFrames({
  observationSpace,
  frameStack = 1,
}: Pick<MemoryOptions, 'observationSpace' | 'frameStack'>): boolean {
  return frameStack > 1 && observationSpace.type === 'box' && FrameStore.fits(observationSpace, frameStack);
}

/**
 * Bytes that a transition takes at most, of stacked frames one: with it go its place and those of the other frames, in both
 * observations.
 */
export function transitionBytes(options: Omit<MemoryOptions, 'capacity'>): number {
  const { observationSpace, actionSpace, frameStack = 1, hasActionMask = false } = options;
  const trees = Number(options.isPrioritized ?? false) + Number(options.keepsLargest ?? false);
  const observation = flatSize(observationSpace) * NUMBER_BYTES[flatDtype(observationSpace)];
  const observations = keepsFrames(options) ? observation / frameStack + 2 * frameStack * NUMBER_BYTES.int32 : 2 * observation;
  const action = flatSize(actionSpace) * NUMBER_BYTES[flatDtype(actionSpace)];
  return observations + action + OUTCOME_BYTES + 2 * maskSize(actionSpace, hasActionMask) + trees * PRIORITY_BYTES;
}

function maskSize(actionSpace: Space, hasActionMask: boolean): number {
  return hasActionMask && actionSpace.type === 'discrete' ? actionSpace.n : 0;
}

/**
 * Refuses a replay that cannot be: agents call it when they are made, long before the memory is taken.
 * @param where named in errors @param setting how the caller names the capacity
 * @throws ConfigError when it would take more memory than a machine has; InputError unless the capacity is an integer ≥ 1
 */
export function checkMemory(where: string, options: MemoryOptions, setting = 'capacity'): void {
  const { capacity } = options;
  if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
    const remedy = 'Pass the number of transitions to keep';
    throw new InputError(message(where, `${setting} must be an integer >= 1`, capacity, remedy));
  }
  const bytes = transitionBytes(options);
  const most = Math.floor(MOST_BYTES / bytes);
  if (capacity <= most) return;
  const size = `${Math.ceil((capacity * bytes) / 2 ** 30).toLocaleString('en')} GiB`;
  const remedy = `At ${bytes.toLocaleString('en')} bytes per transition that is ${size}: give fewer`;
  throw new ConfigError(message(where, `${setting} must be at most ${most}`, capacity, remedy));
}
