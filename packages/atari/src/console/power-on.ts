const WORDS = 624;
const SEED = 4753849;

/**
 * 32-bit words of the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998) from the seed that the Arcade Learning Environment
 * starts its console with: what memory and timer hold after power-on there.
 */
export class PowerOnNoise {
  readonly #state = new Uint32Array(WORDS);
  #place = WORDS;
  /** Words drawn so far. */
  #drawn = 0;

  constructor() {
    this.restart();
  }

  /** Words drawn so far. */
  get drawn(): number {
    return this.#drawn;
  }

  restart(): void {
    const state = this.#state;
    state[0] = SEED;
    for (let i = 1; i < WORDS; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    this.#place = WORDS;
    this.#drawn = 0;
  }

  /** Goes to where `drawn` words have been drawn. */
  goTo(drawn: number): void {
    if (drawn < this.#drawn) this.restart();
    while (this.#drawn < drawn) this.next();
  }

  /** The next word, in [0, 2^32). */
  next(): number {
    if (this.#place === WORDS) this.#twist();
    this.#drawn++;
    let word = this.#state[this.#place++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < WORDS; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff);
      state[i] = state[(i + 397) % WORDS] ^ (joined >>> 1) ^ ((joined & 1) !== 0 ? 0x9908b0df : 0);
    }
    this.#place = 0;
  }
}
