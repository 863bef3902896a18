import { InputError, message } from './errors.ts';
import { SeedSequence } from './seed-sequence.ts';
import { normalAccept, normalHeight, normalScale, TAIL_START } from './ziggurat-tables.ts';

/** Exact position of an `Rng`, as plain JSON. */
export interface RngState {
  readonly generator: 'pcg64';
  /** 128-bit state, four 32-bit words, lowest first. */
  readonly state: readonly number[];
  /** 128-bit odd increment (the stream), four 32-bit words, lowest first. */
  readonly increment: readonly number[];
  /** Upper half of a 64-bit draw of which a 32-bit draw used the lower half; `null` when there is none. */
  readonly buffered: number | null;
  /** Seed as 32-bit words, lowest first. */
  readonly entropy: readonly number[];
  readonly spawnKey: readonly number[];
  /** Children spawned so far. */
  readonly spawned: number;
}

// Words of numpy's 128-bit PCG multiplier 0x2360ED051FC65DA44385DF649FCCF645, lowest first, as signed and as unsigned numbers.
const M0 = 0x9fccf645 | 0;
const M1 = 0x4385df64;
const M2 = 0x1fc65da4;
const M3 = 0x2360ed05;
const U0 = M0 >>> 0;

const TWO_32 = 4294967296;
const TWO_M32 = 1 / TWO_32;
const TWO_M53 = 2 ** -53;
const TAIL_START_INVERSE = 1 / TAIL_START;
/** Adding and subtracting 1.5 · 2^52 rounds a float64 below 2^51 to the nearest integer. */
const ROUND = 1.5 * 2 ** 52;

// Places in the word array: the state, the increment, then the 64 bits drawn last.
const LOW = 8;
const HIGH = 9;

/**
 * Seeded random numbers, bit for bit those of `numpy.random.default_rng(seed)`: SeedSequence and PCG64 (XSL-RR 128/64, O'Neill
 * 2014). Every source of randomness of the project is one of these.
 */
export class Rng {
  readonly #words = new Int32Array(10);
  readonly #increment = new Float64Array(3);
  #seeds: SeedSequence;
  #buffered = 0;
  #hasBuffered = false;

  /**
   * @param seed integer in [0, 2^53), or several such integers (all of them count, as in numpy)
   * @throws InputError when it is anything else
   */
  constructor(seed: number | readonly number[] | SeedSequence) {
    this.#seeds = seed instanceof SeedSequence ? seed : new SeedSequence(seed);
    const [a, b, c, d, e, f, g, h] = this.#seeds.generate(8);
    // numpy reads 64-bit words: high half of the state first, then the low half; the same for the stream.
    this.#place([c, d, a, b], [(g << 1) | 1, (h << 1) | (g >>> 31), (e << 1) | (h >>> 31), (f << 1) | (e >>> 31)]);
    const initial = this.#words.slice(0, 4);
    this.#words.fill(0, 0, 4);
    this.#next();
    addWords(this.#words, initial);
    this.#next();
  }

  /** A generator at the position that `state` describes. */
  static fromState(state: RngState): Rng {
    const rng = new Rng(0);
    rng.restore(state);
    return rng;
  }

  /** Uniform in [0, 1), 53 bits. */
  random(): number {
    this.#next();
    return ((this.#words[HIGH] >>> 0) * 2097152 + (this.#words[LOW] >>> 11)) * TWO_M53;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /**
   * Uniform integer in [low, high), without bias (Lemire 2019).
   * @throws InputError when the range holds no integer or more than 2^53
   */
  integers(low: number, high: number): number {
    const range = high - low;
    if (!(range >= 1 && range <= Number.MAX_SAFE_INTEGER && Number.isInteger(low) && Number.isInteger(high))) {
      throw new InputError(
        message('Rng.integers', 'low and high must be integers with low < high', [low, high], 'Widen the range'),
      );
    }
    if (range === 1) return low;
    if (range >= TWO_32) return low + (range === TWO_32 ? this.#bits32() : this.#below64(range));
    return low + this.#below32(range);
  }

  /** Standard normal, by numpy's ziggurat with 256 levels (Marsaglia and Tsang 2000). */
  standardNormal(): number {
    const words = this.#words;
    for (;;) {
      this.#next();
      const low = words[LOW];
      const level = low & 0xff;
      // 52 bits above the 8 bits of the level and the one of the sign.
      const magnitude = ((words[HIGH] >>> 9) & 0xfffff) * TWO_32 + (((words[HIGH] << 23) | (low >>> 9)) >>> 0);
      const scaled = magnitude * normalScale[level];
      const value = low & 0x100 ? -scaled : scaled;
      if (magnitude < normalAccept[level]) return value;
      if (level === 0) return this.#normalTail(magnitude);
      const bottom = normalHeight[level];
      if ((normalHeight[level - 1] - bottom) * this.random() + bottom < Math.exp(-0.5 * value * value)) return value;
    }
  }

  /** Fills `out` with standard normals, and returns it. */
  standardNormalInto(out: Float32Array): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = this.standardNormal();
    return out;
  }

  /** Fills `out` with uniforms in [low, high) (rounding to float32 may give `high`), and returns it. */
  uniformInto(out: Float32Array, low = 0, high = 1): Float32Array {
    const range = high - low;
    for (let i = 0; i < out.length; i++) out[i] = low + range * this.random();
    return out;
  }

  /**
   * Index drawn at random: uniform in [0, n), or with the given probabilities (scaled to sum to 1).
   * @throws InputError when a probability is negative or not a number, or all are 0
   */
  choice(options: number | ArrayLike<number>): number {
    if (typeof options === 'number') return this.integers(0, options);
    let total = 0;
    for (let i = 0; i < options.length; i++) {
      if (!(options[i] >= 0)) throw notProbabilities(options);
      total += options[i];
    }
    if (!(total > 0 && total < Number.POSITIVE_INFINITY)) throw notProbabilities(options);
    const point = this.random();
    let sum = 0;
    let last = 0;
    for (let i = 0; i < options.length; i++) {
      if (options[i] === 0) continue;
      sum += options[i];
      if (sum / total > point) return i;
      last = i;
    }
    return last;
  }

  /** Puts the elements of `array` in random order, in place, and returns it. */
  shuffle<A extends { readonly length: number; [index: number]: unknown }>(array: A): A {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.#upTo(i);
      const swapped = array[i];
      array[i] = array[j];
      array[j] = swapped;
    }
    return array;
  }

  /** The numbers 0 … n − 1 in random order. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** `n` independent generators, numpy's `Generator.spawn`. Does not draw from this one; a second call gives others. */
  spawn(n: number): Rng[] {
    return this.#seeds.spawn(n).map(seeds => new Rng(seeds));
  }

  /** Exact position; `restore` or `Rng.fromState` goes on from it. */
  state(): RngState {
    const words = Array.from(this.#words, word => word >>> 0);
    return {
      generator: 'pcg64',
      state: words.slice(0, 4),
      increment: words.slice(4, 8),
      buffered: this.#hasBuffered ? this.#buffered : null,
      entropy: [...this.#seeds.entropy],
      spawnKey: [...this.#seeds.spawnKey],
      spawned: this.#seeds.spawned,
    };
  }

  /** @throws InputError when `state` was not made by `state()` */
  restore(state: RngState): void {
    if (state?.generator !== 'pcg64' || !areWords(state.state, 4) || !areWords(state.increment, 4)) {
      throw new InputError(message('Rng.restore', 'state must come from Rng.state()', state, 'Pass an unchanged state'));
    }
    this.#seeds = new SeedSequence(state.entropy, state.spawnKey, state.spawned);
    this.#place(state.state, state.increment);
    this.#hasBuffered = state.buffered !== null;
    this.#buffered = state.buffered ?? 0;
  }

  #place(state: readonly number[], increment: readonly number[]): void {
    this.#words.set(state, 0);
    this.#words.set(increment, 4);
    for (let i = 0; i < 3; i++) this.#increment[i] = increment[i] >>> 0;
  }

  /**
   * state ← state · M + increment (mod 2^128), then the 64 output bits.
   * A product of two words needs 64 bits: its lower half comes from `Math.imul`, its upper half from the float64 product, which
   * is off by less than 2^13, so that (product − lower) / 2^32 lies near the wanted integer and rounding makes it exact.
   */
  #next(): void {
    const words = this.#words;
    const increment = this.#increment;
    const a0 = words[0];
    const a1 = words[1];
    const a2 = words[2];
    const a3 = words[3];
    const u0 = a0 >>> 0;
    const u1 = a1 >>> 0;
    const u2 = a2 >>> 0;
    const low0 = Math.imul(a0, M0) >>> 0;
    const low1 = (Math.imul(a0, M1) + Math.imul(a1, M0)) >>> 0;
    const low2 = (Math.imul(a0, M2) + Math.imul(a1, M1) + Math.imul(a2, M0)) >>> 0;
    const low3 = Math.imul(a0, M3) + Math.imul(a1, M2) + Math.imul(a2, M1) + Math.imul(a3, M0) + words[7];
    const high0 = (u0 * U0 - low0) * TWO_M32 + ROUND - ROUND;
    const high1 = (u0 * M1 + u1 * U0 - low1) * TWO_M32 + ROUND - ROUND;
    const high2 = (u0 * M2 + u1 * M1 + u2 * U0 - low2) * TWO_M32 + ROUND - ROUND;
    const sum0 = low0 + increment[0];
    const sum1 = low1 + increment[1] + high0 + (sum0 >= TWO_32 ? 1 : 0);
    const sum2 = low2 + increment[2] + high1 + Math.floor(sum1 * TWO_M32);
    const s0 = sum0 | 0;
    const s1 = sum1 | 0;
    const s2 = sum2 | 0;
    const s3 = (low3 + high2 + Math.floor(sum2 * TWO_M32)) | 0;
    words[0] = s0;
    words[1] = s1;
    words[2] = s2;
    words[3] = s3;
    // Both halves xored, rotated right by the top six bits; the swap for a rotation by 32 or more takes no branch.
    const rotation = s3 >>> 26;
    const high = s3 ^ s1;
    const low = s2 ^ s0;
    const swap = (high ^ low) & -(rotation >>> 5);
    const h = high ^ swap;
    const l = low ^ swap;
    const r = rotation & 31;
    words[LOW] = (l >>> r) | ((h << 1) << (31 - r));
    words[HIGH] = (h >>> r) | ((l << 1) << (31 - r));
  }

  #bits32(): number {
    if (this.#hasBuffered) {
      this.#hasBuffered = false;
      return this.#buffered;
    }
    this.#next();
    this.#hasBuffered = true;
    this.#buffered = this.#words[HIGH] >>> 0;
    return this.#words[LOW] >>> 0;
  }

  /** Uniform integer in [0, range), 2 ≤ range < 2^32: the upper half of bits · range, unless the lower half shows a bias. */
  #below32(range: number): number {
    let bits = this.#bits32();
    let lower = Math.imul(bits, range) >>> 0;
    if (lower < range) {
      const threshold = (TWO_32 - range) % range;
      while (lower < threshold) {
        bits = this.#bits32();
        lower = Math.imul(bits, range) >>> 0;
      }
    }
    return Math.round((bits * range - lower) * TWO_M32);
  }

  /** Uniform integer in [0, max], max < 2^32, as numpy shuffles: as many bits as max has, until they fit. */
  #upTo(max: number): number {
    const shift = Math.clz32(max);
    for (;;) {
      const value = (this.#bits32() << shift) >>> shift;
      if (value <= max) return value;
    }
  }

  /** As `below32` with 64 bits; rare, so clarity wins over speed. */
  #below64(range: number): number {
    const big = BigInt(range);
    const threshold = (2n ** 64n - big) % big;
    for (;;) {
      this.#next();
      const product = ((BigInt(this.#words[HIGH] >>> 0) << 32n) | BigInt(this.#words[LOW] >>> 0)) * big;
      if (BigInt.asUintN(64, product) >= threshold) return Number(product >> 64n);
    }
  }

  /** Normal beyond the last level (Marsaglia 1964). */
  #normalTail(magnitude: number): number {
    for (;;) {
      const x = -Math.log1p(-this.random()) * TAIL_START_INVERSE;
      const y = -Math.log1p(-this.random());
      if (y + y > x * x) return Math.floor(magnitude / 256) % 2 === 1 ? -(TAIL_START + x) : TAIL_START + x;
    }
  }
}

/** sum ← sum + words (mod 2^128), both lowest word first. */
function addWords(sum: Int32Array, words: Int32Array): void {
  let carry = 0;
  for (let i = 0; i < words.length; i++) {
    const total = (sum[i] >>> 0) + (words[i] >>> 0) + carry;
    sum[i] = total;
    carry = total >= TWO_32 ? 1 : 0;
  }
}

function areWords(words: unknown, length: number): boolean {
  return (
    Array.isArray(words) && words.length === length && words.every(word => Number.isInteger(word) && word >= 0 && word < TWO_32)
  );
}

function notProbabilities(options: ArrayLike<number>): InputError {
  return new InputError(
    message('Rng.choice', 'probabilities must be >= 0 and not all 0', Array.from(options), 'Check them for NaN and signs'),
  );
}
