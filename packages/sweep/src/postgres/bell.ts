/** Wakes whoever waits for news, or whoever waits next. */
export class Bell {
  #hasRung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Settles at the next ring, at once where there was one since the last time, and at the latest after so many milliseconds. */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal?.aborted) {
      await new Promise<void>(fulfil => {
        const timer = setTimeout(done, milliseconds);
        function done(): void {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          fulfil();
        }
        signal?.addEventListener('abort', done);
        this.#wake = done;
      });
      this.#wake = null;
    }
    this.#hasRung = false;
  }
}
