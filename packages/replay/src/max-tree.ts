/**
 * The largest of n numbers of at least 0, each of which may change: a binary tree whose inner nodes hold the larger of their
 * children. A change costs O(log n) at most, and less where a larger number stands beside it.
 */
export class MaxTree {
  /** Leaf i lies at `leaves + i`; node k has the children 2k and 2k + 1; the root is node 1. */
  readonly #nodes: Float64Array;
  readonly #leaves: number;

  /** @param capacity n, an integer ≥ 1 */
  constructor(capacity: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(capacity));
    this.#nodes = new Float64Array(2 * this.#leaves);
  }

  /** The largest number; 0 when none was set. */
  get largest(): number {
    return this.#nodes[1];
  }

  /** Memory taken. */
  get bytes(): number {
    return this.#nodes.byteLength;
  }

  set(index: number, value: number): void {
    const nodes = this.#nodes;
    let node = this.#leaves + index;
    nodes[node] = value;
    for (node >>= 1; node >= 1; node >>= 1) {
      const larger = Math.max(nodes[2 * node], nodes[2 * node + 1]);
      if (nodes[node] === larger) return;
      nodes[node] = larger;
    }
  }

  /** Sets the first numbers and all others to 0, in O(n). */
  write(values: Float64Array): void {
    const nodes = this.#nodes;
    nodes.fill(0);
    nodes.set(values, this.#leaves);
    for (let node = this.#leaves - 1; node >= 1; node--) nodes[node] = Math.max(nodes[2 * node], nodes[2 * node + 1]);
  }
}
