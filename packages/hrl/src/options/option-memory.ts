/** Which option each of N episodes in progress follows, as numbers from 1 on; 0 where none was chosen yet. */
export class OptionMemory {
  #options = new Float32Array(0);

  /**
   * The options with which N observations are met, `[N]`; valid until the next call.
   * @param start `[N]`: 1 where an episode begins, and no option goes on; omitted: nowhere. Another N begins anew everywhere.
   */
  before(episodes: number, start?: Uint8Array): Float32Array {
    if (this.#options.length !== episodes) this.#options = new Float32Array(episodes);
    else if (start) {
      for (let i = 0; i < episodes; i++) if (start[i]) this.#options[i] = 0;
    }
    return this.#options;
  }

  /** The options as they are; none for another N. */
  peek(episodes: number): Float32Array {
    return this.#options.length === episodes ? this.#options : new Float32Array(episodes);
  }

  /** @param options `[N]`, numbers from 0 on */
  set(options: ArrayLike<number>): void {
    for (let i = 0; i < this.#options.length; i++) this.#options[i] = options[i] + 1;
  }

  state(): Float32Array {
    return this.#options.slice();
  }

  restore(options: Float32Array): void {
    this.#options = options.slice();
  }
}
