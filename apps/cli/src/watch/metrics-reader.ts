import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { metricEvent } from 'zpin/node';
import { tellMeasures } from '../run-curves.ts';
import { BucketSeries } from './bucket-series.ts';

/** Bytes read at a time: their lines take a few milliseconds, in which nobody else is answered. */
const CHUNK = 1 << 18;
/** A line that is longer is none of these files. */
const LONGEST_LINE = 1 << 26;
/** Files from this size on are looked over first, and read whole afterwards. */
const GLANCE_FROM = 1 << 21;
/** Pieces, at even distances, of the first look at a file, and their bytes: some 100 lines each. */
const GLANCES = 24;
const GLANCE_BYTES = 1 << 13;
/** Bytes at the begin, and before the place that was read to, by which a file is known again. */
const MARK = 64;
/** Episodes that the last return is the mean of. */
const RECENT = 100;

/** What is known of a run by its metrics. */
class Told {
  readonly series = new Map<string, BucketSeries>();
  lastStep = 0;
  /** Returns of the last episodes, the oldest first. */
  readonly returns: number[] = [];
  lastEvaluation: number | null = null;
  readonly #tell = (measure: string, value: number) => {
    if (!Number.isFinite(value)) return;
    let series = this.series.get(measure);
    if (!series) {
      series = new BucketSeries();
      this.series.set(measure, series);
    }
    series.add(this.#step, value);
    if (measure === 'evaluation') this.lastEvaluation = value;
  };
  #step = 0;

  /** @returns whether it was an event */
  line(text: string): boolean {
    const event = metricEvent(text);
    if (!event) return false;
    this.#step = event.step;
    this.lastStep = Math.max(this.lastStep, event.step);
    tellMeasures(event, this.#tell);
    if (event.type === 'episode') {
      this.returns.push(event.episodeReturn);
      if (this.returns.length > 2 * RECENT) this.returns.splice(0, RECENT);
    }
    return true;
  }

  get lastReturn(): number | null {
    const recent = this.returns.slice(-RECENT);
    if (recent.length === 0) return this.lastEvaluation;
    return recent.reduce((sum, value) => sum + value, 0) / recent.length;
  }
}

/**
 * Follows a file of metrics that another process writes, perhaps on another machine: looks whether it is another one than before,
 * and reads what came since, from where it was. A line without an end is left for later. A file that was cut off, replaced, or
 * removed is read from its start; until that is done, what was known stays. It needs no lock, and compares no clocks.
 */
export class MetricsReader {
  readonly #path: string;
  /** What is shown. */
  #told = new Told();
  /** What is read into: the same, but while a file is read again from its start. */
  #reading = this.#told;
  /** Bytes of whole lines that were read. */
  #offset = 0;
  #size = 0;
  #marks: { readonly head: Buffer; readonly tail: Buffer } | null = null;
  #seen = '';
  #version = 0;
  /** What is being done: one thing after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  get series(): ReadonlyMap<string, BucketSeries> {
    return this.#told.series;
  }

  get lastStep(): number {
    return this.#told.lastStep;
  }

  get lastReturn(): number | null {
    return this.#told.lastReturn;
  }

  /** Grows with each change of what is known. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes that are read. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether something is left to read. */
  get isBehind(): boolean {
    return this.#offset < this.#size;
  }

  /** Looks whether the file changed. At first it is looked over, where it is large. @returns whether it did */
  look(): Promise<boolean> {
    return this.#inTurn(() => this.#look());
  }

  /** Reads on, by a piece. */
  readOn(): Promise<void> {
    return this.#inTurn(() => this.#readOn());
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #look(): Promise<boolean> {
    const found = await stat(this.#path, { bigint: true }).catch(() => null);
    const seen = found === null ? '' : stampOf(found);
    if (seen === this.#seen) return false;
    const isNew = this.#seen === '';
    this.#seen = seen;
    if (found === null) {
      this.#restart(0);
      this.#show();
      return true;
    }
    const size = Number(found.size);
    await this.#opened(async file => {
      if (size < this.#offset || (this.#marks && !(await this.#isSame(file)))) this.#restart(size);
      this.#size = size;
      if (isNew && size >= GLANCE_FROM) await this.#glance(file, size);
      // Nothing is left of what there was.
      if (this.#reading !== this.#told && !this.isBehind) this.#show();
    });
    return true;
  }

  async #readOn(): Promise<void> {
    if (!this.isBehind) return;
    await this.#opened(async file => {
      for (let bytes = CHUNK; ; bytes *= 2) {
        const chunk = await piece(file, this.#offset, Math.min(bytes, this.#size - this.#offset));
        const end = chunk.lastIndexOf(10) + 1;
        const isAll = this.#offset + chunk.length >= this.#size;
        if (end === 0 && !isAll && bytes < LONGEST_LINE) continue;
        if (end === 0 && isAll) {
          // A line whose end is not there yet: the file will have changed when it is.
          this.#size = this.#offset;
          break;
        }
        const whole = end === 0 ? chunk : chunk.subarray(0, end);
        for (const line of whole.toString('utf8').split('\n')) if (line !== '') this.#reading.line(line);
        this.#offset += whole.length;
        await this.#mark(file);
        break;
      }
    });
    if (!this.isBehind) this.#show();
    else if (this.#reading === this.#told) this.#version++;
  }

  #restart(size: number): void {
    this.#reading = new Told();
    this.#offset = 0;
    this.#size = size;
    this.#marks = null;
  }

  #show(): void {
    this.#told = this.#reading;
    this.#version++;
  }

  /** A picture of a large file by pieces of it, until it is read. */
  async #glance(file: FileHandle, size: number): Promise<void> {
    const told = new Told();
    for (let k = 0; k < GLANCES; k++) {
      const chunk = await piece(file, Math.floor((k * (size - GLANCE_BYTES)) / (GLANCES - 1)), GLANCE_BYTES);
      const lines = chunk.toString('utf8').split('\n');
      // The first and the last are cut.
      for (const line of k === 0 ? lines.slice(0, -1) : lines.slice(1, -1)) told.line(line);
    }
    this.#told = told;
    this.#reading = new Told();
    this.#version++;
  }

  async #mark(file: FileHandle): Promise<void> {
    const head =
      this.#marks && this.#marks.head.length === MARK ? this.#marks.head : await piece(file, 0, Math.min(MARK, this.#offset));
    this.#marks = { head, tail: await piece(file, Math.max(0, this.#offset - MARK), Math.min(MARK, this.#offset)) };
  }

  /** Whether what was read still stands in the file. */
  async #isSame(file: FileHandle): Promise<boolean> {
    const { head, tail } = this.#marks as { readonly head: Buffer; readonly tail: Buffer };
    return (
      head.equals(await piece(file, 0, head.length)) && tail.equals(await piece(file, this.#offset - tail.length, tail.length))
    );
  }

  /** A file that went away meanwhile, or cannot be read now, is looked for again at the next look. */
  async #opened(use: (file: FileHandle) => Promise<void>): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.#path, 'r');
      await use(file);
    } catch (error) {
      if (!('code' in (error as Error))) throw error;
      this.#seen = '?';
      this.#size = this.#offset;
    } finally {
      await file?.close();
    }
  }
}

/** By which a change is seen: never by the clock of this machine, which may be another than that of the writer. */
function stampOf({ size, mtimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ino}`;
}

async function piece(file: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafe(Math.max(0, bytes));
  let read = 0;
  while (read < chunk.length) {
    const { bytesRead } = await file.read(chunk, read, chunk.length - read, from + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return chunk.subarray(0, read);
}
