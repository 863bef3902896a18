import {
  type AgentState,
  createRows,
  flatDtype,
  flatSize,
  InputError,
  message,
  type NumericArray,
  type ReplaySource,
  type Rng,
  type Space,
  type TransitionBatch,
} from '@zpin/contracts';
import { checkMemory, Ring } from '@zpin/replay';

export interface SmdpReplayOptions {
  /** Transitions kept; the oldest go first. */
  readonly capacity: number;
  readonly observationSpace: Space;
  /** `Discrete`. */
  readonly actionSpace: Space;
}

/** One transition of an upper level. */
export interface SmdpTransition {
  /** `[D]` */
  readonly obs: NumericArray;
  readonly action: number;
  /** Of all primitive steps. */
  readonly reward: number;
  /** `[D]`: the true successor. */
  readonly nextObs: NumericArray;
  /** γᵏ, or 0 after a termination. */
  readonly discount: number;
}

type Name = 'obs' | 'action' | 'reward' | 'nextObs' | 'discount';

/**
 * Transitions that last different numbers of steps, so that each has a discount of its own; drawn uniformly, with replacement.
 */
export class SmdpReplay implements ReplaySource {
  readonly #ring: Ring<Name>;
  readonly #observationSpace: Space;
  #batch: (TransitionBatch & { readonly index: Int32Array }) | undefined;

  /** @throws InputError when the capacity is no number of transitions; ConfigError where no machine has the memory */
  constructor({ capacity, observationSpace, actionSpace }: SmdpReplayOptions) {
    checkMemory('SmdpReplay', { capacity, observationSpace, actionSpace });
    const obs = { dtype: flatDtype(observationSpace), size: flatSize(observationSpace) };
    const number = { dtype: 'float32', size: 1 } as const;
    const columns = { obs, action: { dtype: 'int32', size: 1 } as const, reward: number, nextObs: obs, discount: number };
    this.#ring = new Ring(capacity, columns, 'SmdpReplay');
    this.#observationSpace = observationSpace;
  }

  get size(): number {
    return this.#ring.size;
  }

  add({ obs, action, reward, nextObs, discount }: SmdpTransition): void {
    this.#ring.append({ obs, action: [action], reward: [reward], nextObs, discount: [discount] }, 1);
  }

  /** @throws InputError when nothing is stored yet */
  sample(batchSize: number, rng: Rng): TransitionBatch {
    const ring = this.#ring;
    if (ring.size === 0) {
      throw new InputError(message('SmdpReplay.sample', 'at least one transition must be stored', 0, 'Raise learningStarts'));
    }
    if (this.#batch?.size !== batchSize) {
      this.#batch = {
        size: batchSize,
        obs: createRows(this.#observationSpace, batchSize),
        action: new Int32Array(batchSize),
        reward: new Float32Array(batchSize),
        nextObs: createRows(this.#observationSpace, batchSize),
        discount: new Float32Array(batchSize),
        index: new Int32Array(batchSize),
      };
    }
    const batch = this.#batch;
    for (let i = 0; i < batchSize; i++) batch.index[i] = rng.integers(0, ring.size);
    for (const name of ['obs', 'action', 'reward', 'nextObs', 'discount'] as const) ring.gather(name, batch.index, batch[name]);
    return batch;
  }

  state(): AgentState {
    return this.#ring.state();
  }

  restore(state: AgentState): void {
    this.#ring.restore(state);
  }
}
