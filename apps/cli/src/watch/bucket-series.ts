/** Buckets at most; half of them at least are in use once there are more points than that. */
const CAPACITY = 1024;
/** Numbers of a bucket: how many values, their sum, the least, the greatest, and the sum of their steps. */
const FIELDS = 5;
const [COUNT, SUM, LOW, HIGH, STEPS] = [0, 1, 2, 3, 4] as const;

/** A series made thin: one entry for each bucket that holds values, in rising order. */
export interface ThinSeries {
  /** Steps that a bucket spans: a power of two. Bucket `k` holds steps from `k · width` on. */
  readonly width: number;
  /** Mean step of the values of each bucket. */
  readonly steps: readonly number[];
  /** How many values each holds. */
  readonly counts: readonly number[];
  readonly means: readonly number[];
  /** Least and greatest of each; null where no bucket holds more than one value. */
  readonly lows: readonly number[] | null;
  readonly highs: readonly number[] | null;
}

/**
 * Values over steps in a bounded room, however many there are: sums and extremes over intervals of equal width, which doubles
 * when they come to be too many. Widths are powers of two and begin at step 0, so that intervals of two series coincide or nest.
 */
export class BucketSeries {
  #width = 1;
  #data = new Float64Array(32 * FIELDS);
  /** Buckets up to the last one that holds a value. */
  #used = 0;

  /** @param step whole, 0 or above, in any order @param value finite */
  add(step: number, value: number): void {
    let index = Math.floor(step / this.#width);
    while (index >= CAPACITY) {
      this.#halve();
      index = Math.floor(step / this.#width);
    }
    this.#reach(index + 1);
    const data = this.#data;
    const at = index * FIELDS;
    const isFirst = data[at + COUNT] === 0;
    data[at + COUNT]++;
    data[at + SUM] += value;
    data[at + LOW] = isFirst ? value : Math.min(data[at + LOW], value);
    data[at + HIGH] = isFirst ? value : Math.max(data[at + HIGH], value);
    data[at + STEPS] += step;
  }

  thin(): ThinSeries {
    const [steps, counts, means, lows, highs]: number[][] = [[], [], [], [], []];
    let isMany = false;
    for (let at = 0; at < this.#used * FIELDS; at += FIELDS) {
      const count = this.#data[at + COUNT];
      if (count === 0) continue;
      isMany ||= count > 1;
      steps.push(Math.round(this.#data[at + STEPS] / count));
      counts.push(count);
      means.push(short(this.#data[at + SUM] / count));
      lows.push(short(this.#data[at + LOW]));
      highs.push(short(this.#data[at + HIGH]));
    }
    return { width: this.#width, steps, counts, means, lows: isMany ? lows : null, highs: isMany ? highs : null };
  }

  #halve(): void {
    const data = this.#data;
    for (let k = 0; k < Math.ceil(this.#used / 2); k++) {
      const [to, left] = [k * FIELDS, 2 * k * FIELDS];
      const right = left + FIELDS;
      const [first, second] = [data[left + COUNT], 2 * k + 1 < this.#used ? data[right + COUNT] : 0];
      const [low, high] = second === 0 ? [left, left] : first === 0 ? [right, right] : [null, null];
      const least = low === null ? Math.min(data[left + LOW], data[right + LOW]) : data[low + LOW];
      const greatest = high === null ? Math.max(data[left + HIGH], data[right + HIGH]) : data[high + HIGH];
      const sum = data[left + SUM] + (second === 0 ? 0 : data[right + SUM]);
      const steps = data[left + STEPS] + (second === 0 ? 0 : data[right + STEPS]);
      data.set([first + second, sum, least, greatest, steps], to);
    }
    const half = Math.ceil(this.#used / 2);
    data.fill(0, half * FIELDS, this.#used * FIELDS);
    this.#used = half;
    this.#width *= 2;
  }

  #reach(count: number): void {
    this.#used = Math.max(this.#used, count);
    if (count * FIELDS <= this.#data.length) return;
    const more = new Float64Array(Math.min(CAPACITY, Math.max(count, (2 * this.#data.length) / FIELDS)) * FIELDS);
    more.set(this.#data);
    this.#data = more;
  }
}

/** Six significant digits: more than a picture shows. */
function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}
