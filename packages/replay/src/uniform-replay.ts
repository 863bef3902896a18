import {
  type AgentState,
  flatDtype,
  flatSize,
  InputError,
  message,
  type ReplayBuffer,
  type Rng,
  type Space,
  type TransitionBatch,
  type TransitionRows,
} from '@zpin/core/spec';
import { Ring } from './ring.ts';

export interface UniformReplayOptions {
  /** Transitions kept; the oldest go first. */
  readonly capacity: number;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** γ in [0, 1]: the discount of every transition that did not terminate. */
  readonly gamma: number;
  /** Whether transitions carry the legal actions of the successor. */
  readonly hasActionMask?: boolean;
}

type Name = 'obs' | 'action' | 'reward' | 'nextObs' | 'terminated' | 'nextActionMask';

interface Batch extends TransitionBatch {
  readonly terminated: Uint8Array;
  readonly index: Int32Array;
}

/**
 * Experience replay (Lin 1992; Mnih et al. 2015): keeps the last transitions and draws batches uniformly, with replacement. Every column
 * keeps its element type, so pixels take one byte each.
 */
export class UniformReplay implements ReplayBuffer {
  private readonly ring: Ring<Name>;
  private readonly gamma: number;
  private readonly hasActionMask: boolean;
  private batch: Batch | undefined;

  /** @throws InputError when capacity or gamma is out of range, or a mask is asked for without `Discrete` actions */
  constructor({ capacity, observationSpace, actionSpace, gamma, hasActionMask = false }: UniformReplayOptions) {
    if (!(gamma >= 0 && gamma <= 1)) {
      throw new InputError(message('UniformReplay', 'gamma must be in [0, 1]', gamma, 'Typical is 0.99'));
    }
    if (hasActionMask && actionSpace.type !== 'discrete') {
      throw new InputError(
        message('UniformReplay', 'only Discrete actions have masks', actionSpace.type, 'Leave hasActionMask out'),
      );
    }
    const obs = { dtype: flatDtype(observationSpace), size: flatSize(observationSpace) };
    const mask = hasActionMask && actionSpace.type === 'discrete' ? actionSpace.n : 0;
    this.gamma = gamma;
    this.hasActionMask = hasActionMask;
    this.ring = new Ring<Name>(capacity, {
      obs,
      action: { dtype: flatDtype(actionSpace), size: flatSize(actionSpace) },
      reward: { dtype: 'float32', size: 1 },
      nextObs: obs,
      terminated: { dtype: 'uint8', size: 1 },
      nextActionMask: { dtype: 'uint8', size: mask },
    });
  }

  get size(): number {
    return this.ring.size;
  }

  get capacity(): number {
    return this.ring.capacity;
  }

  /** @throws InputError when an array does not hold one row per reward */
  add(rows: TransitionRows): void {
    const { obs, action, reward, nextObs, terminated } = rows;
    const nextActionMask = this.hasActionMask ? (rows.nextActionMask ?? NO_MASK) : NO_MASK;
    this.ring.append({ obs, action, reward, nextObs, terminated, nextActionMask }, reward.length);
  }

  /** @throws InputError when nothing is stored yet */
  sample(batchSize: number, rng: Rng): TransitionBatch {
    const { ring, gamma } = this;
    if (ring.size === 0) {
      throw new InputError(message('UniformReplay.sample', 'at least one transition must be stored', 0, 'Raise learningStarts'));
    }
    if (this.batch?.size !== batchSize) this.batch = this.createBatch(batchSize);
    const batch = this.batch;
    const { index, terminated, discount } = batch;
    for (let i = 0; i < batchSize; i++) index[i] = rng.integers(0, ring.size);
    ring.gather('obs', index, batch.obs);
    ring.gather('action', index, batch.action);
    ring.gather('reward', index, batch.reward);
    ring.gather('nextObs', index, batch.nextObs);
    ring.gather('terminated', index, terminated);
    if (batch.nextActionMask) ring.gather('nextActionMask', index, batch.nextActionMask);
    for (let i = 0; i < batchSize; i++) discount[i] = terminated[i] ? 0 : gamma;
    return batch;
  }

  state(): AgentState {
    return this.ring.state();
  }

  restore(state: AgentState): void {
    this.ring.restore(state);
  }

  private createBatch(size: number): Batch {
    const batch: Batch = {
      size,
      obs: this.ring.batch('obs', size),
      action: this.ring.batch('action', size),
      reward: new Float32Array(size),
      nextObs: this.ring.batch('nextObs', size),
      terminated: new Uint8Array(size),
      discount: new Float32Array(size),
      index: new Int32Array(size),
    };
    return this.hasActionMask ? { ...batch, nextActionMask: new Uint8Array(this.ring.batch('nextActionMask', size)) } : batch;
  }
}

const NO_MASK = new Uint8Array(0);
