import {
  CheckpointError,
  createRows,
  type MaybePromise,
  message,
  type NumericArray,
  type Recurrence,
  type Rollout,
  type StateValue,
} from '@zpin/contracts';
import type { Collected, Collector } from './collector.ts';
import { takeArray } from './take-back.ts';

/** What acts and judges while a rollout is collected; the methods of an `OnPolicyAgent`. */
export interface Explorer {
  explore(
    obs: NumericArray,
    logProb: Float32Array,
    value: Float32Array,
    actionMask?: Uint8Array,
    recurrence?: Recurrence,
  ): MaybePromise<NumericArray>;
  value(obs: NumericArray, value: Float32Array): MaybePromise<void>;
}

export interface RolloutBufferOptions {
  /** T */
  readonly numSteps: number;
  /** M, numbers that the explorer remembers per environment; 0 when omitted. */
  readonly memorySize?: number;
}

/**
 * The arrays of a `Rollout`. Some are empty: the mask where actions are not masked, start and memory where nothing is remembered.
 */
interface RolloutArrays {
  readonly obs: NumericArray;
  readonly action: NumericArray;
  readonly reward: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly logProb: Float32Array;
  readonly value: Float32Array;
  readonly nextValue: Float32Array;
  readonly actionMask: Uint8Array;
  readonly start: Uint8Array;
  readonly memory: Float32Array;
}

/**
 * Collects rollouts, T steps in each of N environments: the one place where a rollout's columns are written, and where it is
 * decided what value follows each step. Its arrays are reused by every rollout.
 */
export class RolloutBuffer {
  readonly numSteps: number;
  readonly #collector: Collector;
  readonly #memorySize: number;
  readonly #arrays: RolloutArrays;
  /** `[N]`: values of what followed the last step. */
  readonly #following: Float32Array;
  #length = 0;
  /** Whether anything was ever written. */
  #isUsed = false;

  constructor(collector: Collector, { numSteps, memorySize = 0 }: RolloutBufferOptions) {
    this.numSteps = numSteps;
    this.#collector = collector;
    this.#memorySize = memorySize;
    const { spec, numEnvs } = collector.env;
    const rows = numSteps * numEnvs;
    this.#following = new Float32Array(numEnvs);
    this.#arrays = {
      obs: createRows(spec.observationSpace, rows),
      action: createRows(spec.actionSpace, rows),
      reward: new Float32Array(rows),
      terminated: new Uint8Array(rows),
      truncated: new Uint8Array(rows),
      logProb: new Float32Array(rows),
      value: new Float32Array(rows),
      nextValue: new Float32Array(rows),
      actionMask: new Uint8Array(numSteps * (collector.actionMask?.length ?? 0)),
      start: new Uint8Array(memorySize > 0 ? rows : 0),
      memory: new Float32Array(rows * memorySize),
    };
  }

  /** Steps that are there. */
  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length === this.numSteps;
  }

  /** The whole rollout, valid until the next step. */
  get rollout(): Rollout {
    const { actionMask, start, memory, ...columns } = this.#arrays;
    return {
      numSteps: this.numSteps,
      numEnvs: this.#collector.env.numEnvs,
      ...columns,
      ...(actionMask.length > 0 && { actionMask }),
      ...(memory.length > 0 && { recurrence: { start, memory } }),
    };
  }

  /** Begins the next rollout. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * Plays one step in each environment and writes it down.
   * @param isLast whether no step of this rollout follows, so that the value of what follows is asked for
   */
  async step(explorer: Explorer, isLast: boolean): Promise<Collected> {
    const collector = this.#collector;
    const { numEnvs } = collector.env;
    const { obs, action, reward, terminated, truncated, logProb, value, actionMask } = this.#arrays;
    const t = this.#length;
    const row = t * numEnvs;
    obs.set(collector.obs, t * collector.obs.length);
    if (collector.actionMask) actionMask.set(collector.actionMask, t * collector.actionMask.length);
    const end = row + numEnvs;
    const [ownLogProb, ownValue] = [logProb.subarray(row, end), value.subarray(row, end)];
    const chosen = await explorer.explore(collector.obs, ownLogProb, ownValue, collector.actionMask, this.#recurrence(row));
    action.set(chosen, t * chosen.length);
    const collected = collector.step(chosen);
    reward.set(collected.reward, row);
    terminated.set(collected.terminated, row);
    truncated.set(collected.truncated, row);
    // What follows an end is known now or never; what follows any other step is the value of the next row.
    if (isLast || collected.episodes.some(({ truncated: isCut }) => isCut))
      await explorer.value(collected.nextObs, this.#following);
    this.#value(row, isLast);
    this.#length++;
    this.#isUsed = true;
    return collected;
  }

  /** Fills in what the rows of the step before were followed by, and what is known of those of this step. */
  #value(row: number, isLast: boolean): void {
    const { terminated, truncated, value, nextValue } = this.#arrays;
    const { numEnvs } = this.#collector.env;
    for (let i = 0; i < numEnvs; i++) {
      const before = row - numEnvs + i;
      if (row > 0 && !terminated[before] && !truncated[before]) nextValue[before] = value[row + i];
      nextValue[row + i] = !terminated[row + i] && (isLast || truncated[row + i]) ? this.#following[i] : 0;
    }
  }

  /** The rows of one step, with the starts filled in. */
  #recurrence(row: number): Recurrence | undefined {
    if (this.#memorySize === 0) return undefined;
    const { start, memory } = this.#arrays;
    const starts = this.#collector.start;
    start.set(starts, row);
    const end = row + starts.length;
    return { start: start.subarray(row, end), memory: memory.subarray(row * this.#memorySize, end * this.#memorySize) };
  }

  state(): { readonly length: number; readonly arrays: StateValue } {
    return { length: this.#length, arrays: this.#isUsed ? copied(this.#arrays) : null };
  }

  restore({ length, arrays }: { readonly length: number; readonly arrays: Readonly<Record<string, NumericArray>> | null }): void {
    if (!(Number.isInteger(length) && length >= 0 && length <= this.numSteps)) {
      const expectation = `the length of a saved rollout must be a whole number <= ${this.numSteps}`;
      throw new CheckpointError(message('train', expectation, length, 'Resume with the same settings'));
    }
    this.#length = length;
    this.#isUsed = arrays !== null;
    if (!arrays) return;
    for (const [name, array] of Object.entries(this.#arrays) as [string, NumericArray][]) takeArray(name, array, arrays[name]);
  }
}

function copied(arrays: RolloutArrays): Readonly<Record<string, NumericArray>> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]: [string, NumericArray]) => [name, array.slice()]));
}
