import {
  type AgentState,
  flatDtype,
  flatLayout,
  flatSize,
  type GoalOutcomes,
  InputError,
  message,
  type NumericArray,
  type ReplayBuffer,
  type Rng,
  type Space,
  type TransitionBatch,
  type TransitionRows,
} from '@zpin/contracts';
import { checkMemory, Ring } from '@zpin/replay';
import { checkHindsight, type HindsightOptions } from './goal-strategy.ts';

export interface HindsightReplayOptions extends HindsightOptions {
  /** Transitions kept; the oldest go first. */
  readonly capacity: number;
  /** A `Dict` of `observation`, `achieved_goal` and `desired_goal`. */
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** γ in [0, 1]: the discount per step. */
  readonly gamma: number;
  /** What transitions would have been with other goals: `goals` of the vector environment. */
  readonly outcomes: GoalOutcomes;
}

/** A stretch of numbers in a flat observation. */
interface Part {
  readonly offset: number;
  readonly size: number;
}

type Name = 'obs' | 'action' | 'reward' | 'nextObs' | 'terminated' | 'place' | 'length';

/** A batch whose arrays are written at every call. The first rows have goals in hindsight. */
interface HindsightBatch extends TransitionBatch {
  readonly index: Int32Array;
  readonly terminated: Uint8Array;
  /** `[M, G]` */
  readonly achieved: NumericArray;
  /** `[M, G]` */
  readonly desired: NumericArray;
  /** `[M]`: the first rows of `reward` and `terminated`. */
  readonly newReward: Float32Array;
  readonly newTerminated: Uint8Array;
}

/**
 * Hindsight experience replay (Andrychowicz et al. 2017, arXiv:1707.01495, algorithm 1): the goal of most transitions is replaced
 * by one that their own episode achieved, and their rewards are computed anew.
 *
 * The paper stores each transition k more times with other goals. Here it is stored once, and its goal is chosen when it is
 * drawn: of a batch of B, the first ⌊B k / (k + 1)⌋ rows get goals in hindsight, the share that the paper's rows have on average,
 * rounded down to whole rows. `future` takes what was achieved after the transition's first observation, from its own successor
 * on to the end of the episode; of an episode in progress, to its newest step.
 */
export class HindsightReplay implements ReplayBuffer {
  readonly #ring: Ring<Name>;
  readonly #gamma: number;
  readonly #outcomes: GoalOutcomes;
  readonly #options: HindsightOptions;
  readonly #width: number;
  readonly #achieved: Part;
  readonly #desired: Part;
  /** Rows from one step of an environment to its next: those of one call of `add`. 0 before the first. */
  #stride = 0;
  /** `[N]`: steps so far of the episode in progress of each environment. */
  #elapsed = new Int32Array(0);
  /** `[N]` zeros: the lengths of episodes that have not ended. */
  #open = new Int32Array(0);
  #batch: HindsightBatch | undefined;

  /**
   * @throws InputError when the observations have no goals, a setting is out of range, or the memory would not fit into a machine
   */
  constructor({ capacity, observationSpace, actionSpace, gamma, outcomes, ...options }: HindsightReplayOptions) {
    if (!(gamma >= 0 && gamma <= 1)) {
      throw new InputError(message('HindsightReplay', 'gamma must be in [0, 1]', gamma, 'Typical is 0.98'));
    }
    this.#options = checkHindsight(options);
    checkMemory('HindsightReplay', { capacity, observationSpace, actionSpace });
    this.#gamma = gamma;
    this.#outcomes = outcomes;
    this.#width = flatSize(observationSpace);
    this.#achieved = part(observationSpace, 'achieved_goal');
    this.#desired = part(observationSpace, 'desired_goal');
    const obs = { dtype: flatDtype(observationSpace), size: this.#width };
    this.#ring = new Ring<Name>(
      capacity,
      {
        obs,
        action: { dtype: flatDtype(actionSpace), size: flatSize(actionSpace) },
        reward: { dtype: 'float32', size: 1 },
        nextObs: obs,
        terminated: { dtype: 'uint8', size: 1 },
        // Steps of the episode before this one, and of the whole episode: 0 while it goes on.
        place: { dtype: 'int32', size: 1 },
        length: { dtype: 'int32', size: 1 },
      },
      'HindsightReplay',
    );
  }

  get size(): number {
    return this.#ring.size;
  }

  get capacity(): number {
    return this.#ring.capacity;
  }

  /** @throws InputError when an array does not hold one row per reward, or rows come in another number than before */
  add(rows: TransitionRows): void {
    const { obs, action, reward, nextObs, terminated, truncated } = rows;
    const count = reward.length;
    if (this.#stride === 0) {
      this.#stride = count;
      this.#elapsed = new Int32Array(count);
      this.#open = new Int32Array(count);
    }
    if (count !== this.#stride || count > this.capacity) {
      const expectation = `transitions must come ${this.#stride} at a time, one per environment, and fit ${this.capacity}`;
      throw new InputError(message('HindsightReplay.add', expectation, count, 'Use one replay for each number of environments'));
    }
    const first = this.#ring.next;
    const elapsed = this.#elapsed;
    this.#ring.append({ obs, action, reward, nextObs, terminated, place: elapsed, length: this.#open }, count);
    for (let env = 0; env < count; env++) {
      elapsed[env]++;
      if (!terminated[env] && !truncated[env]) continue;
      this.#close((first + env) % this.capacity, elapsed[env]);
      elapsed[env] = 0;
    }
  }

  cut(): void {
    for (let env = 0; env < this.#stride; env++) {
      const last = (this.#ring.next - this.#stride + env + this.capacity) % this.capacity;
      if (this.#elapsed[env] > 0) this.#close(last, this.#elapsed[env]);
    }
    this.#elapsed.fill(0);
  }

  /** @throws InputError when nothing is stored yet */
  sample(batchSize: number, rng: Rng): TransitionBatch {
    const ring = this.#ring;
    const gamma = this.#gamma;
    if (ring.size === 0) {
      throw new InputError(
        message('HindsightReplay.sample', 'at least one transition must be stored', 0, 'Raise learningStarts'),
      );
    }
    if (this.#batch?.size !== batchSize) this.#batch = this.#createBatch(batchSize);
    const batch = this.#batch;
    const { index, obs, nextObs, reward, terminated, discount } = batch;
    for (let i = 0; i < batchSize; i++) index[i] = rng.integers(0, ring.size);
    ring.gather('obs', index, obs);
    ring.gather('action', index, batch.action);
    ring.gather('reward', index, reward);
    ring.gather('nextObs', index, nextObs);
    ring.gather('terminated', index, terminated);
    this.#relabel(batch, rng);
    for (let i = 0; i < batchSize; i++) discount[i] = terminated[i] ? 0 : gamma;
    return batch;
  }

  state(): AgentState {
    return { ring: this.#ring.state(), stride: this.#stride, elapsed: this.#elapsed.slice() };
  }

  restore(state: AgentState): void {
    this.#ring.restore(state.ring as AgentState);
    this.#stride = state.stride as number;
    this.#elapsed = (state.elapsed as Int32Array).slice();
    this.#open = new Int32Array(this.#stride);
  }

  /** Gives the first rows of a batch goals in hindsight. */
  #relabel(batch: HindsightBatch, rng: Rng): void {
    const achieved = this.#achieved;
    const desired = this.#desired;
    const width = this.#width;
    const { size } = achieved;
    const rows = batch.newReward.length;
    if (rows === 0) return;
    const later = this.#ring.columns.nextObs;
    for (let i = 0; i < rows; i++) {
      const row = this.#goalRow(batch.index[i], rng);
      const here = i * width + desired.offset;
      const reached = i * width + achieved.offset;
      for (let k = 0; k < size; k++) {
        const goal = later.at(row, achieved.offset + k);
        batch.obs[here + k] = goal;
        batch.nextObs[here + k] = goal;
        batch.desired[i * size + k] = goal;
        batch.achieved[i * size + k] = batch.nextObs[reached + k];
      }
    }
    this.#outcomes.computeReward(batch.achieved, batch.desired, batch.newReward);
    this.#outcomes.computeTerminated?.(batch.achieved, batch.desired, batch.newTerminated);
  }

  /** The row of the same episode whose successor shows the new goal. */
  #goalRow(row: number, rng: Rng): number {
    const ring = this.#ring;
    const stride = this.#stride;
    const { place, length } = ring.columns;
    const younger = Math.floor(this.#distance(row, ring.next - 1) / stride);
    const steps = length.at(row);
    const after = steps > 0 ? steps - 1 - place.at(row) : younger;
    const oldest = ring.size < ring.capacity ? 0 : ring.next;
    const before = Math.min(place.at(row), Math.floor(this.#distance(oldest, row) / stride));
    const away =
      this.#options.strategy === 'final' ? after : rng.integers(this.#options.strategy === 'future' ? 0 : -before, after + 1);
    return (((row + away * stride) % ring.capacity) + ring.capacity) % ring.capacity;
  }

  /** Rows from an older to a newer one. */
  #distance(older: number, newer: number): number {
    return (newer - older + this.#ring.capacity) % this.#ring.capacity;
  }

  /** Writes the length of an episode into those of its rows that are still there. */
  #close(last: number, steps: number): void {
    const ring = this.#ring;
    const stride = this.#stride;
    const oldest = ring.size < ring.capacity ? 0 : ring.next;
    const stored = Math.min(steps, Math.floor(this.#distance(oldest, last) / stride) + 1);
    for (let k = 0, row = last; k < stored; k++, row = (row - stride + ring.capacity) % ring.capacity) {
      ring.columns.length.set(row, steps);
    }
  }

  #createBatch(size: number): HindsightBatch {
    const { goals } = this.#options;
    const rows = Math.floor((size * goals) / (goals + 1));
    const reward = new Float32Array(size);
    const terminated = new Uint8Array(size);
    const obs = this.#ring.batch('obs', size);
    // No more numbers than the observations have: these are arrays of the same type.
    const goalRows = () => obs.slice(0, rows * this.#achieved.size);
    return {
      size,
      obs,
      action: this.#ring.batch('action', size),
      reward,
      nextObs: this.#ring.batch('nextObs', size),
      discount: new Float32Array(size),
      index: new Int32Array(size),
      terminated,
      achieved: goalRows(),
      desired: goalRows(),
      newReward: reward.subarray(0, rows),
      newTerminated: terminated.subarray(0, rows),
    };
  }
}

/** Where a part of goal observations lies in their flat rows. @throws InputError when there is none */
function part(space: Space, name: string): Part {
  const found = flatLayout(space).find(({ path }) => path === name);
  if (found) return found;
  throw new InputError(
    message('HindsightReplay', `observations must have the part ${name}`, space.type, 'Use a goal environment'),
  );
}
