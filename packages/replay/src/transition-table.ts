import {
  type AgentState,
  createRows,
  flatDtype,
  flatSize,
  InputError,
  message,
  type Space,
  type TransitionBatch,
  type TransitionRows,
} from '@zpin/contracts';
import type { Column } from './block-column.ts';
import { checkMemory, keepsFrames, type MemoryOptions } from './check-memory.ts';
import { FrameStore } from './frame-store.ts';
import { Ring } from './ring.ts';

export interface TransitionTableOptions {
  /** Transitions kept; the oldest go first. */
  readonly capacity: number;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** γ in [0, 1]: the discount per step. */
  readonly gamma: number;
  /** Steps summed into one reward; 1 when omitted. */
  readonly nSteps?: number;
  /** Whether transitions carry the legal actions of the observation and of the successor. */
  readonly hasActionMask?: boolean;
  /**
   * Frames that an observation stacks, `frameStack` of the environment: each is stored once. Without it, observations are stored
   * whole.
   */
  readonly frameStack?: number | undefined;
}

type Name = 'obs' | 'action' | 'reward' | 'nextObs' | 'terminated' | 'truncated' | 'actionMask' | 'nextActionMask';

/** A batch that says where its transitions are stored. */
export interface StoredBatch extends TransitionBatch {
  /** `[B]`: the row of the first step of each transition. */
  readonly index: Int32Array;
  /** `[B]`: the row of the last step of each transition; `index` where each is of one step. */
  readonly last: Int32Array;
}

/** A batch whose arrays are written at every call. */
export interface TableBatch extends StoredBatch {
  /** `[B, K]`: where the frames of stacked observations are. */
  readonly places: Int32Array;
}

const NO_MASK = new Uint8Array(0);

/**
 * Transitions in a ring, and batches of n steps read from it. Every column keeps its element type, so pixels take one byte each.
 *
 * An n-step transition is put together when it is read (Sutton 1988): rewards of up to n rows of one environment, r₀ + γ r₁ + …,
 * then the successor of the last one with discount γᵏ for k rows. It ends early at an end of the episode, where a termination
 * makes the discount 0 and a time limit does not, and at the newest row.
 */
export class TransitionTable {
  readonly #ring: Ring<Name>;
  readonly #frames: FrameStore | undefined;
  readonly #obsSpace: Space;
  readonly #gamma: number;
  readonly #nSteps: number;
  readonly #hasActionMask: boolean;
  readonly #owner: string;
  /** Rows from one step of an environment to its next: those of one call of `add`. 0 before the first. */
  #stride = 0;
  #batch: TableBatch | undefined;

  /**
   * @param owner named in errors
   * @throws InputError when a setting is out of range, or a mask is asked for without `Discrete` actions; ConfigError where no
   * machine has the memory
   */
  constructor(owner: string, options: TransitionTableOptions & Pick<MemoryOptions, 'isPrioritized' | 'keepsLargest'>) {
    const { capacity, observationSpace, actionSpace, gamma, nSteps = 1, hasActionMask = false } = options;
    checkMemory(owner, options);
    if (!(gamma >= 0 && gamma <= 1)) {
      throw new InputError(message(owner, 'gamma must be in [0, 1]', gamma, 'Typical is 0.99'));
    }
    if (!(Number.isSafeInteger(nSteps) && nSteps >= 1)) {
      throw new InputError(message(owner, 'nSteps must be an integer >= 1', nSteps, 'Typical is 1 or 3'));
    }
    if (hasActionMask && actionSpace.type !== 'discrete') {
      throw new InputError(message(owner, 'only Discrete actions have masks', actionSpace.type, 'Leave hasActionMask out'));
    }
    this.#frames = framesOf(owner, options);
    this.#obsSpace = observationSpace;
    const obs = this.#frames
      ? ({ dtype: 'int32', size: this.#frames.count } as const)
      : { dtype: flatDtype(observationSpace), size: flatSize(observationSpace) };
    const mask = hasActionMask && actionSpace.type === 'discrete' ? actionSpace.n : 0;
    this.#owner = owner;
    this.#gamma = gamma;
    this.#nSteps = nSteps;
    this.#hasActionMask = hasActionMask;
    const columns: Readonly<Record<Name, Column>> = {
      obs,
      action: { dtype: flatDtype(actionSpace), size: flatSize(actionSpace) },
      reward: { dtype: 'float32', size: 1 },
      nextObs: obs,
      terminated: { dtype: 'uint8', size: 1 },
      // Only windows of several rows have to know where an episode was cut off.
      truncated: { dtype: 'uint8', size: nSteps > 1 ? 1 : 0 },
      actionMask: { dtype: 'uint8', size: mask },
      nextActionMask: { dtype: 'uint8', size: mask },
    };
    this.#ring = new Ring(capacity, columns, owner);
  }

  get size(): number {
    return this.#ring.size;
  }

  get capacity(): number {
    return this.#ring.capacity;
  }

  /** Where the next row goes. */
  get next(): number {
    return this.#ring.next;
  }

  /** Memory taken. */
  get bytes(): number {
    return this.#ring.bytes + (this.#frames?.bytes ?? 0);
  }

  /** @throws InputError when an array does not hold one row per reward, or n-step rows come in another number than before */
  add(rows: TransitionRows): void {
    const { action, reward, terminated } = rows;
    if (this.#nSteps > 1 && this.#stride !== 0 && reward.length !== this.#stride) {
      const expectation = `n-step transitions must come ${this.#stride} at a time, one per environment`;
      throw new InputError(
        message(`${this.#owner}.add`, expectation, reward.length, 'Use one replay for each number of environments'),
      );
    }
    const actionMask = this.#hasActionMask ? (rows.actionMask ?? NO_MASK) : NO_MASK;
    const nextActionMask = this.#hasActionMask ? (rows.nextActionMask ?? NO_MASK) : NO_MASK;
    const truncated = this.#nSteps > 1 ? rows.truncated : NO_MASK;
    const { obs, nextObs } = this.#frames ? this.#storeFrames(this.#frames, rows) : rows;
    const columns = { obs, action, reward, nextObs, terminated, truncated, actionMask, nextActionMask };
    this.#ring.append(columns, reward.length);
    this.#stride = reward.length;
  }

  /** Ends the windows of the newest rows there, as an episode that is cut off does. */
  cut(): void {
    const { truncated } = this.#ring.columns;
    // Empty where each transition is one row.
    if (truncated.size === 0) return;
    for (let k = 1; k <= Math.min(this.#stride, this.#ring.size); k++)
      truncated.set((this.#ring.next - k + this.capacity) % this.capacity, 1);
  }

  /** A batch of given size, whose `index` the caller writes before `fill`. @throws InputError when nothing is stored yet */
  open(size: number): TableBatch {
    if (this.#ring.size === 0) {
      throw new InputError(message(`${this.#owner}.sample`, 'at least one transition must be stored', 0, 'Raise learningStarts'));
    }
    if (this.#batch?.size !== size) this.#batch = this.#createBatch(size);
    return this.#batch;
  }

  /** Reads the transitions that begin at the rows `batch.index`. */
  fill(batch: TableBatch): void {
    const ring = this.#ring;
    const { index, last } = batch;
    for (let i = 0; i < index.length; i++) this.#sum(batch, i, index[i]);
    this.#gatherObs('obs', index, batch);
    ring.gather('action', index, batch.action);
    this.#gatherObs('nextObs', last, batch);
    if (batch.actionMask) ring.gather('actionMask', index, batch.actionMask);
    if (batch.nextActionMask) ring.gather('nextActionMask', last, batch.nextActionMask);
  }

  state(): AgentState {
    return { ...this.#ring.state(), stride: this.#stride, ...(this.#frames && { frames: this.#frames.state() }) };
  }

  restore(state: AgentState): void {
    this.#ring.restore(state);
    this.#frames?.restore(state.frames as AgentState);
    this.#stride = state.stride as number;
  }

  #gatherObs(name: 'obs' | 'nextObs', index: Int32Array, batch: TableBatch): void {
    if (this.#frames) {
      this.#ring.gather(name, index, batch.places);
      this.#frames.read(batch.places, batch[name]);
    } else this.#ring.gather(name, index, batch[name]);
  }

  #storeFrames(frames: FrameStore, { obs, nextObs, reward }: TransitionRows) {
    const wanted = reward.length * flatSize(this.#obsSpace);
    for (const [name, rows] of Object.entries({ obs, nextObs })) {
      if (rows.length === wanted) continue;
      const expectation = `${name} must have ${wanted} numbers for ${reward.length} rows`;
      throw new InputError(message(`${this.#owner}.add`, expectation, rows.length, 'Pass one row per environment'));
    }
    return frames.add(obs, nextObs);
  }

  /** Reward, discount and last row of the transition that begins at `start`. */
  #sum(batch: TableBatch, i: number, start: number): void {
    const ring = this.#ring;
    const gamma = this.#gamma;
    const nSteps = this.#nSteps;
    const stride = this.#stride;
    const { reward, terminated, truncated } = ring.columns;
    const newest = ring.next - 1;
    let row = start;
    let sum = reward.at(row);
    let discount = gamma;
    for (let step = 1; step < nSteps; step++) {
      // Rows between this one and the newest: fewer than a stride means that the environment's next step is not stored yet.
      const younger = (newest - row + ring.capacity) % ring.capacity;
      if (terminated.at(row) || truncated.at(row) || younger < stride) break;
      row = (row + stride) % ring.capacity;
      sum += discount * reward.at(row);
      discount *= gamma;
    }
    batch.reward[i] = sum;
    batch.discount[i] = terminated.at(row) ? 0 : discount;
    batch.last[i] = row;
  }

  #createBatch(size: number): TableBatch {
    const batch: TableBatch = {
      size,
      obs: createRows(this.#obsSpace, size),
      action: this.#ring.batch('action', size),
      reward: new Float32Array(size),
      nextObs: createRows(this.#obsSpace, size),
      discount: new Float32Array(size),
      index: new Int32Array(size),
      last: new Int32Array(size),
      places: new Int32Array(size * (this.#frames?.count ?? 0)),
    };
    if (!this.#hasActionMask) return batch;
    const mask = () => new Uint8Array(this.#ring.batch('nextActionMask', size));
    return { ...batch, actionMask: mask(), nextActionMask: mask() };
  }
}

/** A store of frames, where observations are stacks. */
function framesOf(owner: string, options: TransitionTableOptions): FrameStore | undefined {
  const { observationSpace, frameStack = 1, capacity } = options;
  if (observationSpace.type !== 'box' || !keepsFrames(options)) return undefined;
  return new FrameStore(observationSpace, frameStack, capacity, owner);
}
