import * as tf from '@tensorflow/tfjs-core';
import {
  type AgentState,
  flatSize,
  type ReplayBuffer,
  type Rng,
  type TransitionBatch,
  type TransitionRows,
} from '@zpin/contracts';
import type { InputShape } from '@zpin/core';
import { UniformReplay, type UniformReplayOptions } from '@zpin/replay';
import type { OptionDecisions } from './option-acting.ts';
import type { OptionHead } from './option-head.ts';

export interface OptionReplayOptions extends UniformReplayOptions {
  /** Tells how the actions of the rows that come next were decided. */
  decisions(): OptionDecisions;
}

/** Numbers that are kept of a decision: the option that arrived, the one that acted, and the log-probability. */
const DECISION_SIZE = 3;
/** Numbers that stand behind an action in a batch: those, and the option that acted in the last of n steps. */
const BATCH_DECISION_SIZE = DECISION_SIZE + 1;

/**
 * A replay memory that keeps, beside each transition, how its action was decided. Batches have `[B, K + 4]` as actions: the
 * action, the option that arrived (from 1 on; 0 where an episode began), the one that acted (from 0 on), log π_ω(a|s) as it was
 * then, and the option that acted in the last of the steps whose rewards were summed (from 0 on), which is the one that arrives
 * in the successor.
 */
export class OptionReplay implements ReplayBuffer {
  readonly #transitions: UniformReplay;
  readonly #decisionsOf: OptionReplayOptions['decisions'];
  /** `[capacity, 3]`, in the places of the transitions. */
  readonly #decisions: Float32Array;
  readonly #actionSize: number;
  #action = new Float32Array(0);
  #next = 0;

  constructor({ decisions, ...options }: OptionReplayOptions) {
    this.#transitions = new UniformReplay(options);
    this.#decisionsOf = decisions;
    this.#decisions = new Float32Array(options.capacity * DECISION_SIZE);
    this.#actionSize = flatSize(options.actionSpace);
  }

  get size(): number {
    return this.#transitions.size;
  }

  add(rows: TransitionRows): void {
    this.#transitions.add(rows);
    const { before, option, logProb } = this.#decisionsOf();
    for (let i = 0; i < before.length; i++) {
      const at = this.#next * DECISION_SIZE;
      this.#decisions[at] = before[i];
      this.#decisions[at + 1] = option[i];
      this.#decisions[at + 2] = logProb[i];
      this.#next = (this.#next + 1) % this.#transitions.capacity;
    }
  }

  cut(): void {
    this.#transitions.cut();
  }

  sample(batchSize: number, rng: Rng): TransitionBatch {
    const batch = this.#transitions.sample(batchSize, rng);
    const width = this.#actionSize + BATCH_DECISION_SIZE;
    if (this.#action.length !== batchSize * width) this.#action = new Float32Array(batchSize * width);
    const { index, last } = batch;
    for (let row = 0, at = 0; row < batchSize; row++) {
      for (let k = 0; k < this.#actionSize; k++) this.#action[at++] = batch.action[row * this.#actionSize + k];
      for (let k = 0; k < DECISION_SIZE; k++) this.#action[at++] = this.#decisions[index[row] * DECISION_SIZE + k];
      this.#action[at++] = this.#decisions[last[row] * DECISION_SIZE + 1];
    }
    return { ...batch, action: this.#action };
  }

  state(): AgentState {
    return { transitions: this.#transitions.state(), decisions: this.#decisions.slice(), next: this.#next };
  }

  restore({ transitions, decisions, next }: AgentState): void {
    this.#transitions.restore(transitions as AgentState);
    this.#decisions.set(decisions as Float32Array);
    this.#next = next as number;
  }
}

/** Shape of the actions of a batch of an `OptionReplay`, as the input of a program: `[B, K + 4]`. */
export function decidedAction({ normals }: OptionHead): InputShape {
  return ['batch', Math.max(1, normals) + BATCH_DECISION_SIZE];
}

/** Takes the actions of a batch of an `OptionReplay` apart. @param rows `[B, K + 4]` */
export function splitDecision(rows: tf.Tensor, { normals }: OptionHead) {
  const size = Math.max(1, normals);
  const [played, before, option, behavior, lastOption] = tf.split(rows, [size, 1, 1, 1, 1], 1);
  const column = (numbers: tf.Tensor) => tf.squeeze(numbers, [1]);
  return {
    /** `[B]` or `[B, K]` */
    action: normals > 0 ? played : tf.cast(column(played), 'int32'),
    /** `[B]`: the option that arrived, from 1 on; 0 where an episode began. */
    before: column(before),
    /** `[B]`: ω */
    option: column(option),
    /** `[B]`: log μ(a|s) */
    behavior: column(behavior),
    /** `[B]`: the option that arrives in the successor. */
    lastOption: column(lastOption),
  };
}
