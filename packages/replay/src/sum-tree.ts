import { InputError, message } from '@zpin/contracts';

/**
 * Priorities in a binary tree whose inner nodes hold the sums of their children: update and search in O(log n).
 *
 * A changed leaf recomputes the sums above it from both children. Adding the difference instead would let rounding errors pile up
 * over millions of updates, until a search falls off the end.
 */
export class SumTree {
  readonly capacity: number;
  /** Leaf i lies at `leaves + i`; node k has the children 2k and 2k + 1; the root is node 1. */
  readonly #nodes: Float64Array;
  readonly #leaves: number;

  /** @throws InputError unless `capacity` is an integer ≥ 1 */
  constructor(capacity: number) {
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw new InputError(message('SumTree', 'capacity must be an integer >= 1', capacity, 'Pass the number of priorities'));
    }
    this.capacity = capacity;
    this.#leaves = 2 ** Math.ceil(Math.log2(capacity));
    this.#nodes = new Float64Array(2 * this.#leaves);
  }

  /** Sum of all priorities. */
  get total(): number {
    return this.#nodes[1];
  }

  /** Memory taken. */
  get bytes(): number {
    return this.#nodes.byteLength;
  }

  get(index: number): number {
    return this.#nodes[this.#leaves + index];
  }

  /** @throws InputError unless `priority` is finite and ≥ 0 and `index` one of the tree */
  set(index: number, priority: number): void {
    if (!(priority >= 0 && priority < Number.POSITIVE_INFINITY)) {
      throw new InputError(message('SumTree.set', 'priority must be finite and >= 0', priority, 'Look for NaN in the TD errors'));
    }
    if (!(Number.isInteger(index) && index >= 0 && index < this.capacity)) {
      throw new InputError(message('SumTree.set', `index must be in [0, ${this.capacity})`, index, 'Pass an index of a batch'));
    }
    const nodes = this.#nodes;
    let node = this.#leaves + index;
    nodes[node] = priority;
    for (node >>= 1; node >= 1; node >>= 1) nodes[node] = nodes[2 * node] + nodes[2 * node + 1];
  }

  /**
   * The first index at which the running sum of priorities is above `sum`, for `sum` in [0, total). Never one of priority 0 while
   * the total is above 0, whatever the rounding.
   */
  find(sum: number): number {
    const nodes = this.#nodes;
    const leaves = this.#leaves;
    let node = 1;
    let rest = sum;
    while (node < leaves) {
      const left = nodes[2 * node];
      if (rest < left || nodes[2 * node + 1] === 0) node = 2 * node;
      else {
        rest -= left;
        node = 2 * node + 1;
      }
    }
    return node - leaves;
  }

  /** Copy of the first `count` priorities. */
  read(count: number): Float64Array {
    return this.#nodes.slice(this.#leaves, this.#leaves + count);
  }

  /** Sets the first priorities and all others to 0, in O(n). The sums are those that single updates would give, bit for bit. */
  write(priorities: Float64Array): void {
    const nodes = this.#nodes;
    const leaves = this.#leaves;
    nodes.fill(0);
    nodes.set(priorities, leaves);
    for (let node = leaves - 1; node >= 1; node--) nodes[node] = nodes[2 * node] + nodes[2 * node + 1];
  }
}
