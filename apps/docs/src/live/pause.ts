/** A gate that a worker waits at while its page wants it to rest. */
export class Pause {
  #open: (() => void) | null = null;
  #wait: Promise<void> | null = null;

  set(isPaused: boolean): void {
    if (isPaused && !this.#wait) {
      this.#wait = new Promise(resolve => {
        this.#open = resolve;
      });
    } else if (!isPaused) {
      this.#open?.();
      this.#wait = null;
    }
  }

  get isPaused(): boolean {
    return this.#wait !== null;
  }

  /** Kept at once while the gate is open. */
  async passed(): Promise<void> {
    while (this.#wait) await this.#wait;
  }
}
