import {
  type AgentState,
  type BoxSpace,
  CheckpointError,
  freezeArray,
  isFrozenArray,
  message,
  type NumericArray,
} from '@zpin/contracts';

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/** Memory is taken in pieces of about this many bytes, as frames come in. */
const CHUNK_BYTES = 2 ** 22;

const NOWHERE = -1;

/** What was stored of the observations of one call: a place per frame, the oldest first. Valid until the next call. */
export interface FramePlaces {
  /** `[N, K]` */
  readonly obs: Int32Array;
  /** `[N, K]` */
  readonly nextObs: Int32Array;
}

/**
 * Observations that are stacks of K frames, with each frame stored once: the successor of a step shares K − 1 frames with its
 * observation, and is itself the observation of the next step, so a step costs one frame where plain storage takes 2 K.
 *
 * What is shared is found by comparing the frames themselves. So what comes out equals what went in, bit for bit, whatever the
 * environment does at the ends of episodes; observations that are no stacks only take more room.
 */
export class FrameStore {
  /** Frames in each observation (K). */
  readonly count: number;
  readonly #capacity: number;
  readonly #owner: string;
  readonly #dtype: BoxSpace['dtype'];
  /** Numbers in a frame, and how many of them stay side by side in a stack: the channels of a pixel, or a whole vector. */
  readonly #frameSize: number;
  readonly #group: number;
  readonly #chunkFrames: number;
  #chunks: NumericArray[] = [];
  /** For each chunk: whether a snapshot holds it. */
  #held: boolean[] = [];
  /** For each chunk: the number of the last transition that refers to it. */
  #lastUse: number[] = [];
  /** The chunk that is being filled, and the frames in it. */
  #open = -1;
  #filled = 0;
  /** Transitions ever added. */
  #added = 0;
  /** `[N, K]`: where the last successor of each environment is, and `[N, D]`: what it was. */
  #latest = new Int32Array(0);
  #latestObs: NumericArray;
  #places: FramePlaces = { obs: this.#latest, nextObs: this.#latest };

  /**
   * @param space of the stacks: `[H, W, K · C]` or `[K · D]`, the oldest frame first, as `FrameStack` makes them
   * @param capacity transitions that are kept
   * @param owner named in errors
   */
  constructor({ shape, dtype, low }: BoxSpace, count: number, capacity: number, owner = 'FrameStore') {
    this.count = count;
    this.#capacity = capacity;
    this.#owner = owner;
    this.#dtype = dtype;
    this.#frameSize = low.length / count;
    this.#group = (shape.at(-1) as number) / count;
    const frameBytes = this.#frameSize * arrays[dtype].BYTES_PER_ELEMENT;
    this.#chunkFrames = Math.max(1, Math.min(Math.floor(CHUNK_BYTES / frameBytes), capacity));
    this.#latestObs = new arrays[dtype](0);
  }

  /** Whether observations of a space can be kept so. */
  static fits({ shape, low }: BoxSpace, count: number): boolean {
    return low.length > 0 && (shape.at(-1) ?? 1) % count === 0;
  }

  /** Memory taken for frames. */
  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  /**
   * Stores what is new of N transitions, one per environment.
   * @param obs `[N, D]` @param nextObs `[N, D]`
   */
  add(obs: NumericArray, nextObs: NumericArray): FramePlaces {
    const { count } = this;
    const size = this.#frameSize * count;
    const rows = obs.length / size;
    if (this.#latest.length !== rows * count) this.#makeRoom(rows);
    for (let row = 0; row < rows; row++) {
      const at = row * count;
      const now = this.#added + row;
      if (this.#isLatest(obs, row)) this.#places.obs.set(this.#latest.subarray(at, at + count), at);
      else this.#keep(obs, row, now, this.#latest, at, this.#places.obs);
      this.#markUse(this.#places.obs, at, now);
      if (this.#isShifted(obs, nextObs, row)) {
        this.#places.nextObs.set(this.#places.obs.subarray(at + 1, at + count), at);
        this.#places.nextObs[at + count - 1] = this.#store(nextObs, row, count - 1);
      } else {
        // One place further: the oldest frame of the observation is gone from its successor.
        this.#keep(nextObs, row, now, this.#places.obs, at + 1, this.#places.nextObs);
      }
      this.#markUse(this.#places.nextObs, at, now);
    }
    this.#latest.set(this.#places.nextObs);
    this.#latestObs.set(nextObs);
    this.#added += rows;
    return this.#places;
  }

  /** Puts stacks together. @param places `[B, K]` @param out `[B, D]` */
  read(places: Int32Array, out: NumericArray): void {
    const { count } = this;
    const frameSize = this.#frameSize;
    const group = this.#group;
    const chunkFrames = this.#chunkFrames;
    const chunks = this.#chunks;
    if (count === 4 && group === 1 && out instanceof Uint8Array && out.byteOffset % 4 === 0) {
      this.#readBytes(places, out);
      return;
    }
    for (let i = 0; i < places.length; i++) {
      const inside = places[i] % chunkFrames;
      const chunk = chunks[(places[i] - inside) / chunkFrames];
      const k = i % count;
      let to = (i - k) * frameSize + k * group;
      let from = inside * frameSize;
      for (const end = from + frameSize; from < end; to += group * (count - 1)) {
        for (let c = 0; c < group; c++) out[to++] = chunk[from++];
      }
    }
  }

  /** The usual case, four frames of bytes, written four at a time: several times as fast. */
  #readBytes(places: Int32Array, out: Uint8Array): void {
    const frameSize = this.#frameSize;
    const chunkFrames = this.#chunkFrames;
    const chunks = this.#chunks;
    const pixels = new Uint32Array(out.buffer, out.byteOffset, out.length / 4);
    const frame = (place: number) => {
      const inside = place % chunkFrames;
      return (chunks[(place - inside) / chunkFrames] as Uint8Array).subarray(inside * frameSize, (inside + 1) * frameSize);
    };
    for (let i = 0, to = 0; i < places.length; i += 4) {
      const [a, b, c, d] = [frame(places[i]), frame(places[i + 1]), frame(places[i + 2]), frame(places[i + 3])];
      // The first byte in memory is the lowest of a number on every machine that runs JavaScript today.
      for (let p = 0; p < frameSize; p++) pixels[to++] = a[p] | (b[p] << 8) | (c[p] << 16) | (d[p] << 24);
    }
  }

  /** Full chunks are given as they are, frozen; of the one that is being filled, a copy of its frames. */
  state(): AgentState {
    const lastUse = [...this.#lastUse];
    const open = this.#open;
    const filled = this.#filled;
    const added = this.#added;
    const isFull = filled === this.#chunkFrames;
    this.#held = this.#chunks.map((_, i) => i !== open || isFull);
    const chunks = this.#chunks.map((chunk, i) => {
      return this.#held[i] ? freezeArray(chunk) : chunk.slice(0, filled * this.#frameSize);
    });
    return { chunks, lastUse, open, filled, added, latest: this.#latest.slice(), latestObs: this.#latestObs.slice() };
  }

  /** Frozen chunks are kept themselves, others are copied. @throws CheckpointError when the state is of other frames */
  restore(state: AgentState): void {
    const chunks = state.chunks as readonly NumericArray[] | undefined;
    const open = state.open as number;
    const filled = state.filled as number;
    const size = this.#chunkFrames * this.#frameSize;
    const ArrayType = arrays[this.#dtype];
    const fits = (chunk: NumericArray, i: number) =>
      chunk instanceof ArrayType && (chunk.length === size || (i === open && chunk.length === filled * this.#frameSize));
    if (!chunks?.every(fits)) {
      throw new CheckpointError(
        message(
          `${this.#owner}.restore`,
          'stored frames must fit this replay',
          chunks?.find((chunk, i) => !fits(chunk, i)),
          'Resume with the environment of the run',
        ),
      );
    }
    const isFull = (i: number) => i !== open || filled === this.#chunkFrames;
    this.#held = chunks.map((chunk, i) => isFrozenArray(chunk) && isFull(i));
    this.#chunks = chunks.map((chunk, i) => {
      if (this.#held[i]) return chunk;
      const own = new ArrayType(size);
      own.set(chunk);
      return own;
    });
    this.#lastUse = [...(state.lastUse as number[])];
    this.#open = open;
    this.#filled = filled;
    this.#added = state.added as number;
    const latest = state.latest as Int32Array;
    this.#makeRoom(latest.length / this.count);
    this.#latest.set(latest);
    this.#latestObs.set(state.latestObs as NumericArray);
  }

  #makeRoom(rows: number): void {
    this.#latest = new Int32Array(rows * this.count).fill(NOWHERE);
    this.#latestObs = new arrays[this.#dtype](rows * this.count * this.#frameSize);
    this.#places = { obs: this.#latest.slice(), nextObs: this.#latest.slice() };
  }

  /** Whether an observation is the successor of the step before. Said of bytes alone, whose comparison is quick and exact. */
  #isLatest(obs: NumericArray, row: number): boolean {
    const { count } = this;
    const latest = this.#latest;
    const latestObs = this.#latestObs;
    // With fewer transitions kept than environments, its frames may be gone.
    if (this.#dtype !== 'uint8' || latest[row * count] === NOWHERE || latest.length > this.#capacity * count) return false;
    const size = this.#frameSize * count;
    for (let i = row * size; i < (row + 1) * size; i++) if (obs[i] !== latestObs[i]) return false;
    return true;
  }

  /** Whether a successor is its observation with one frame more, and the oldest gone. Said of bytes alone. */
  #isShifted(obs: NumericArray, nextObs: NumericArray, row: number): boolean {
    if (this.#dtype !== 'uint8') return false;
    const { count } = this;
    const frameSize = this.#frameSize;
    const group = this.#group;
    const kept = group * (count - 1);
    const end = (row + 1) * frameSize * count;
    for (let at = row * frameSize * count; at < end; at += group) {
      for (const stop = at + kept; at < stop; at++) if (nextObs[at] !== obs[at + group]) return false;
    }
    return true;
  }

  /**
   * Finds or stores the frames of one observation. Frame k is looked for at `known[from + k]`, within the row, and where its
   * elder is: the first observation of an episode repeats one frame.
   */
  #keep(obs: NumericArray, row: number, now: number, known: Int32Array, from: number, places: Int32Array): void {
    const { count } = this;
    const start = row * count;
    for (let k = 0; k < count; k++) {
      const candidate = from + k;
      let place = -1;
      if (candidate < start + count && this.#holds(known[candidate], obs, row, k)) place = known[candidate];
      else if (k > 0 && this.#holds(places[start + k - 1], obs, row, k)) place = places[start + k - 1];
      else place = this.#store(obs, row, k);
      places[start + k] = place;
      // At once, lest the next frame takes the same chunk for free.
      this.#lastUse[Math.floor(place / this.#chunkFrames)] = now;
    }
  }

  #markUse(places: Int32Array, from: number, now: number): void {
    for (let k = from; k < from + this.count; k++) this.#lastUse[Math.floor(places[k] / this.#chunkFrames)] = now;
  }

  /** Whether the frame stored at `place` equals frame k of the stack, bit for bit. */
  #holds(place: number, obs: NumericArray, row: number, k: number): boolean {
    if (place === NOWHERE) return false;
    const { count } = this;
    const frameSize = this.#frameSize;
    const group = this.#group;
    const inside = place % this.#chunkFrames;
    const chunk = this.#chunks[(place - inside) / this.#chunkFrames];
    let from = row * frameSize * count + k * group;
    let at = inside * frameSize;
    for (const end = at + frameSize; at < end; from += group * (count - 1)) {
      for (let c = 0; c < group; c++) if (!Object.is(chunk[at++], obs[from++])) return false;
    }
    return true;
  }

  #store(obs: NumericArray, row: number, k: number): number {
    const { count } = this;
    const frameSize = this.#frameSize;
    const group = this.#group;
    if (this.#open < 0 || this.#filled === this.#chunkFrames) this.#openChunk();
    const chunk = this.#chunks[this.#open];
    let from = row * frameSize * count + k * group;
    let at = this.#filled * frameSize;
    for (const end = at + frameSize; at < end; from += group * (count - 1)) {
      for (let c = 0; c < group; c++) chunk[at++] = obs[from++];
    }
    return this.#open * this.#chunkFrames + this.#filled++;
  }

  /** Takes a chunk that no kept transition refers to any more, or a new one. */
  #openChunk(): void {
    const oldest = this.#added - this.#capacity;
    const free = this.#lastUse.findIndex(use => use < oldest);
    this.#filled = 0;
    this.#open = free >= 0 ? free : this.#chunks.length;
    // What a snapshot holds is left to it.
    if (free < 0 || this.#held[free]) this.#chunks[this.#open] = new arrays[this.#dtype](this.#chunkFrames * this.#frameSize);
    this.#held[this.#open] = false;
    this.#lastUse[this.#open] = Number.POSITIVE_INFINITY;
  }
}
