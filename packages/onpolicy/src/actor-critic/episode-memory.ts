/** What an agent with a memory remembers of N episodes in progress, `[N, M]`. */
export class EpisodeMemory {
  readonly #size: number;
  #rows = new Float32Array(0);

  /** @param size M */
  constructor(size: number) {
    this.#size = size;
  }

  /**
   * The memory with which N observations are to be seen; valid until the next call.
   * @param start `[N]`: 1 where an episode begins, so that nothing is remembered there; omitted: nowhere. Another N begins anew
   * everywhere.
   */
  before(episodes: number, start?: Uint8Array): Float32Array {
    if (this.#rows.length !== episodes * this.#size) this.#rows = new Float32Array(episodes * this.#size);
    else if (start) {
      for (let i = 0; i < episodes; i++) if (start[i]) this.#rows.fill(0, i * this.#size, (i + 1) * this.#size);
    }
    return this.#rows;
  }

  /** The memory as it is, for N observations that are not part of the episodes' course; zeros for another N. */
  peek(episodes: number): Float32Array {
    return this.#rows.length === episodes * this.#size ? this.#rows : new Float32Array(episodes * this.#size);
  }

  /** @param rows `[N, M]`, copied */
  set(rows: ArrayLike<number>): void {
    this.#rows.set(rows);
  }

  state(): Float32Array {
    return this.#rows.slice();
  }

  restore(rows: Float32Array): void {
    this.#rows = rows.slice();
  }
}
