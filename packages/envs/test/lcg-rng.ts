import { Rng } from '@zpin/contracts';

/** The linear congruential generator in place of which traces of other engines were recorded. */
export class LcgRng extends Rng {
  #current: number;

  constructor(seed: number) {
    super(0);
    this.#current = seed;
  }

  override random(): number {
    this.#current = (Math.imul(this.#current, 1664525) + 1013904223) >>> 0;
    return this.#current / 2 ** 32;
  }

  override uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  override integers(low: number, high: number): number {
    return low + Math.floor((high - low) * this.random());
  }
}
