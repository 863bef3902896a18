import { InputError, message } from './errors.ts';

const POOL_SIZE = 4;

/**
 * numpy's SeedSequence (O'Neill 2015, "Developing a seed_seq alternative"): turns a seed into well-mixed words, and into any
 * number of independent children.
 */
export class SeedSequence {
  /** Seed as 32-bit words, lowest first. */
  readonly entropy: readonly number[];
  /** Path from the root: which child of which child. */
  readonly spawnKey: readonly number[];
  /** Children spawned so far. */
  spawned: number;

  /** @param seed integer in [0, 2^53), or several */
  constructor(seed: number | readonly number[], spawnKey: readonly number[] = [], spawned = 0) {
    const seeds = typeof seed === 'number' ? [seed] : seed;
    this.entropy = seeds.flatMap(toWords);
    this.spawnKey = spawnKey;
    this.spawned = spawned;
  }

  /** `n` new children. */
  spawn(n: number): SeedSequence[] {
    return Array.from({ length: n }, () => new SeedSequence(this.entropy, [...this.spawnKey, this.spawned++]));
  }

  /** The first `n` 32-bit words of this sequence. */
  generate(n: number): Uint32Array {
    const pool = this.#pool();
    const words = new Uint32Array(n);
    let constant = 0x8b51f9dd;
    for (let i = 0; i < n; i++) {
      let word = pool[i % POOL_SIZE] ^ constant;
      constant = Math.imul(constant, 0x58f38ded);
      word = Math.imul(word, constant);
      words[i] = word ^ (word >>> 16);
    }
    return words;
  }

  #pool(): Uint32Array {
    // A child pads its seed to the pool's size, so that seed and path cannot be confused.
    const padding = this.spawnKey.length > 0 ? new Array<number>(Math.max(0, POOL_SIZE - this.entropy.length)).fill(0) : [];
    const words = [...this.entropy, ...padding, ...this.spawnKey.flatMap(toWords)];
    const pool = new Uint32Array(POOL_SIZE);
    let constant = 0x43b0d7e5;
    const hash = (word: number): number => {
      const mixed = word ^ constant;
      constant = Math.imul(constant, 0x931e8875);
      const product = Math.imul(mixed, constant);
      return product ^ (product >>> 16);
    };
    for (let i = 0; i < POOL_SIZE; i++) pool[i] = hash(words[i] ?? 0);
    for (let from = 0; from < POOL_SIZE; from++) {
      for (let to = 0; to < POOL_SIZE; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
    }
    for (let from = POOL_SIZE; from < words.length; from++) {
      for (let to = 0; to < POOL_SIZE; to++) pool[to] = mix(pool[to], hash(words[from]));
    }
    return pool;
  }
}

function mix(a: number, b: number): number {
  const mixed = Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b);
  return mixed ^ (mixed >>> 16);
}

function toWords(seed: number): number[] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(message('Rng', 'the seed must be an integer in [0, 2^53)', seed, 'Pass a whole number such as 1'));
  }
  return seed < 2 ** 32 ? [seed] : [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
}
