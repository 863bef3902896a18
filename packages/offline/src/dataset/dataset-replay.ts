import {
  type AgentState,
  CheckpointError,
  type EnvSpec,
  InputError,
  message,
  type NumericArray,
  type ReplaySource,
  type Rng,
  type TransitionBatch,
} from '@zpin/contracts';
import { emptyColumn, type Transitions } from './transitions.ts';

/** The data that batches are drawn from. */
export interface ReplayedData {
  readonly spec: EnvSpec;
  readonly transitions: Transitions;
  /** Transitions. */
  readonly size: number;
  /** Tells data sets apart. */
  readonly checksum: number;
}

export interface DatasetReplayOptions {
  /** γ in [0, 1]: the discount per step. */
  readonly gamma: number;
  /** Steps summed into one reward. */
  readonly nSteps: number;
}

/**
 * Batches drawn uniformly, with replacement, from a data set.
 *
 * The reward of a transition is that of up to n rows, r₀ + γ r₁ + …, its successor that of the last one, with discount γᵏ for k
 * rows. It ends early at an end of the episode: a termination makes the discount 0, and a truncation does not.
 */
export class DatasetReplay implements ReplaySource {
  readonly #data: ReplayedData;
  readonly #gamma: number;
  readonly #nSteps: number;
  #batch: ReplayedBatch | undefined;

  /** @throws InputError when a setting is out of range */
  constructor(data: ReplayedData, { gamma, nSteps }: DatasetReplayOptions) {
    if (!(gamma >= 0 && gamma <= 1)) {
      throw new InputError(message('OfflineDataset.discounted', 'gamma must be in [0, 1]', gamma, 'Typical is 0.99'));
    }
    if (!(Number.isSafeInteger(nSteps) && nSteps >= 1)) {
      throw new InputError(message('OfflineDataset.discounted', 'nSteps must be an integer >= 1', nSteps, 'Typical is 1'));
    }
    this.#data = data;
    this.#gamma = gamma;
    this.#nSteps = nSteps;
  }

  get size(): number {
    return this.#data.size;
  }

  sample(batchSize: number, rng: Rng): TransitionBatch {
    if (this.#batch?.size !== batchSize) this.#batch = createBatch(this.#data, batchSize);
    const batch = this.#batch;
    const { obs, action, nextObs, actionMask, nextActionMask } = this.#data.transitions;
    for (let i = 0; i < batchSize; i++) {
      batch.index[i] = rng.integers(0, this.size);
      this.#sum(batch, i, batch.index[i]);
    }
    gather(obs, batch.index, batch.obs);
    gather(action, batch.index, batch.action);
    gather(nextObs, batch.last, batch.nextObs);
    if (actionMask && batch.actionMask) gather(actionMask, batch.index, batch.actionMask);
    if (nextActionMask && batch.nextActionMask) gather(nextActionMask, batch.last, batch.nextActionMask);
    return batch;
  }

  /** Which data these are; the data themselves do not change. */
  state(): AgentState {
    return { size: this.size, checksum: this.#data.checksum };
  }

  /** @throws CheckpointError when the state is of other data */
  restore({ size, checksum }: AgentState): void {
    if (size === this.size && checksum === this.#data.checksum) return;
    const expectation = `the data set must be the one of the run, ${String(size)} transitions with checksum ${String(checksum)}`;
    const found = `${this.size} with checksum ${this.#data.checksum}`;
    throw new CheckpointError(message('train', expectation, found, 'Go on with the same file'));
  }

  /** Reward, discount and last row of the transition that begins at `start`. */
  #sum(batch: ReplayedBatch, i: number, start: number): void {
    const { reward, terminated, truncated } = this.#data.transitions;
    let row = start;
    let sum = reward[row];
    let discount = this.#gamma;
    for (let step = 1; step < this.#nSteps && !terminated[row] && !truncated[row]; step++) {
      row++;
      sum += discount * reward[row];
      discount *= this.#gamma;
    }
    batch.reward[i] = sum;
    batch.discount[i] = terminated[row] ? 0 : discount;
    batch.last[i] = row;
  }
}

type ReplayedBatch = ReturnType<typeof createBatch>;

/** The arrays of a batch. */
function createBatch({ spec, transitions }: ReplayedData, size: number) {
  return {
    size,
    obs: emptyColumn(spec, 'obs', size),
    action: emptyColumn(spec, 'action', size),
    reward: new Float32Array(size),
    nextObs: emptyColumn(spec, 'nextObs', size),
    discount: new Float32Array(size),
    index: new Int32Array(size),
    /** `[B]`: the row of the last step of each transition. */
    last: new Int32Array(size),
    ...(transitions.actionMask && {
      actionMask: emptyColumn(spec, 'actionMask', size) as Uint8Array,
      nextActionMask: emptyColumn(spec, 'nextActionMask', size) as Uint8Array,
    }),
  };
}

/** Copies rows `index` of a column to `out`, one behind the other. */
function gather(column: NumericArray, index: Int32Array, out: NumericArray): void {
  const width = out.length / index.length;
  for (let i = 0, to = 0; i < index.length; i++) {
    for (let from = index[i] * width, end = from + width; from < end; from++) out[to++] = column[from];
  }
}
