import type * as tf from '@tensorflow/tfjs-core';
import { CheckpointError, type MaybePromise, message, ProgramError } from '@zpin/contracts';
import type { Engine, StateVector } from './engine.ts';

/** Nested names of flat vectors: `{ online, target, adam: { m, v, step } }`. */
export interface VectorTree {
  readonly [name: string]: Float32Array | VectorTree;
}

/** The same names with 1-D tensors in place of arrays: what a program's `run` gets. */
export type StateTensors<S> = { readonly [K in keyof S]: S[K] extends Float32Array ? tf.Tensor1D : StateTensors<S[K]> };

/** Some of the names, with new values: what a program's `run` returns. */
export type StateUpdate<S> = { readonly [K in keyof S]?: S[K] extends Float32Array ? tf.Tensor : StateUpdate<S[K]> };

/**
 * Named flat vectors (weights, optimiser moments, counters) that an agent's programs read and write. They live where the
 * engine computes; every copy, average, checkpoint and message about an agent is an operation on these vectors.
 */
export class Store<S extends VectorTree = VectorTree> {
  readonly engine: Engine;
  /** By dotted name, in the order of the tree. */
  readonly vectors: ReadonlyMap<string, StateVector>;
  #isDisposed = false;
  /** Only for the type of the tree. */
  declare readonly tree: S;

  /** @param initial first values; the arrays are copied */
  constructor(engine: Engine, initial: S) {
    this.engine = engine;
    const vectors = new Map<string, StateVector>();
    for (const [name, values] of flattenTree<Float32Array>(initial)) vectors.set(name, engine.allocate(values));
    this.vectors = vectors;
  }

  /** Whether its memory was given back, where other agents may be now. */
  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** A copy of one vector, by dotted name. @throws ProgramError when there is none, or it was disposed of */
  read(name: string): MaybePromise<Float32Array> {
    return this.#vector('Store.read', name).read();
  }

  /** Replaces one vector, by dotted name. @throws ProgramError as `read`, and when there are more or fewer numbers */
  write(name: string, values: Float32Array): void {
    const vector = this.#vector('Store.write', name);
    if (values.length !== vector.size) {
      throw new ProgramError(
        message(
          'Store.write',
          `vector "${name}" must have ${vector.size} numbers`,
          values.length,
          'Use values of the same network',
        ),
      );
    }
    vector.write(values);
  }

  /** Copies of all vectors, for a checkpoint. */
  async state(): Promise<Record<string, Float32Array>> {
    this.check('Store.state');
    const state: Record<string, Float32Array> = {};
    for (const [name, vector] of this.vectors) state[name] = await vector.read();
    return state;
  }

  /**
   * Takes back what `state` returned.
   * @throws CheckpointError unless names and lengths are the same; nothing is changed then
   */
  restore(state: Readonly<Record<string, Float32Array>>): void {
    this.check('Store.restore');
    for (const [name, vector] of this.vectors) {
      const values = state[name];
      if (!(values instanceof Float32Array) || values.length !== vector.size) {
        const found = values instanceof Float32Array ? `${values.length} numbers` : 'nothing';
        throw new CheckpointError(
          message(
            'Store.restore',
            `vector "${name}" must have ${vector.size} numbers`,
            found,
            'Restore with the config the state was saved with',
          ),
        );
      }
    }
    for (const [name, vector] of this.vectors) vector.write(state[name] as Float32Array);
  }

  /** @throws ProgramError when its memory was given back @param where named in the error */
  check(where: string): void {
    if (!this.#isDisposed) return;
    const expectation = 'the agent must not have been disposed of';
    throw new ProgramError(message(where, expectation, 'one that was', 'Dispose of it when nothing needs it any more'));
  }

  /** Gives the memory back. Once is enough: what another agent has there since then is not given away. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const vector of this.vectors.values()) vector.dispose();
  }

  #vector(where: string, name: string): StateVector {
    this.check(where);
    const vector = this.vectors.get(name);
    if (!vector)
      throw new ProgramError(
        message(where, `the name must be one of ${[...this.vectors.keys()].join(', ')}`, name, 'Check the name'),
      );
    return vector;
  }
}

/** Leaves of a tree with their dotted names, in order. */
export function flattenTree<Leaf extends object>(tree: object, prefix = ''): [string, Leaf][] {
  return Object.entries(tree).flatMap(([key, node]): [string, Leaf][] => {
    if (node === undefined) return [];
    const isBranch = Object.getPrototypeOf(node) === Object.prototype;
    return isBranch ? flattenTree<Leaf>(node as object, `${prefix}${key}.`) : [[`${prefix}${key}`, node as Leaf]];
  });
}

/** Inverse of `flattenTree`. */
export function nestTree<Leaf>(flat: Readonly<Record<string, Leaf>>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [name, leaf] of Object.entries(flat)) {
    const path = name.split('.');
    let branch = tree;
    for (const key of path.slice(0, -1)) {
      branch[key] ??= {};
      branch = branch[key] as Record<string, unknown>;
    }
    branch[path.at(-1) as string] = leaf;
  }
  return tree;
}
