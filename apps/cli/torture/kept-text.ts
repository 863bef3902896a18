import type { Output } from '../src/io.ts';

/** Characters that are kept. */
const KEPT = 20_000;

/** A text output that keeps the end of what is written. */
export class KeptText implements Output {
  #text = '';

  write(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT);
  }

  get text(): string {
    return this.#text;
  }
}
