import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { RunFolder } from 'zpin/node';
import { WatchedRun } from './watched-run.ts';

/** Runs that are followed at most. */
const MOST_RUNS = 500;
/** Folders within folders in which runs are looked for. */
const DEPTH = 5;
/** Milliseconds between two looks at the files, and between two looks for new runs. */
const LOOK_INTERVAL = 500;
const FIND_INTERVAL = 2000;
/** Bytes of a run that are read before anybody is answered; more than that afterwards. */
const READ_AT_ONCE = 1 << 16;

export interface RunIndexOptions {
  /** Run folders, or folders that hold some. */
  readonly roots: readonly string[];
  readonly where: string;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
}

/** The runs of some folders, as their files are at the last look. Files are looked at when somebody asks, and never otherwise. */
export class RunIndex {
  readonly #options: RunIndexOptions;
  #roots: readonly string[] = [];
  #runs = new Map<string, WatchedRun>();
  #left = 0;
  #found = Number.NEGATIVE_INFINITY;
  #looked = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #reading: Promise<void> | null = null;
  #isClosed = false;

  private constructor(options: RunIndexOptions) {
    this.#options = options;
  }

  /** @throws InputError when a folder does not exist, or holds no run */
  static async open(options: RunIndexOptions): Promise<RunIndex> {
    const index = new RunIndex(options);
    const { roots, where } = options;
    for (const root of roots) {
      const remedy = 'Give folders that zpin train made, or one that holds them, such as runs';
      if (!existsSync(root)) throw new InputError(message(where, 'the folder must exist', root, remedy));
      const { found } = await runFolders([root]);
      if (found.length > 0) continue;
      throw new InputError(message(where, 'the folder must be that of a run, or hold runs', root, remedy));
    }
    index.#roots = await Promise.all(roots.map(root => realpath(root)));
    await index.look();
    return index;
  }

  get folders(): readonly string[] {
    return this.#roots;
  }

  /** In the order of their names. */
  get runs(): readonly WatchedRun[] {
    return [...this.#runs.values()];
  }

  /** Runs that are not followed, because there are too many. */
  get left(): number {
    return this.#left;
  }

  /** Share of the metrics that is read. */
  get read(): number {
    let [offset, size] = [0, 0];
    for (const { metrics } of this.runs) {
      offset += metrics.offset;
      size += metrics.size;
    }
    return size === 0 ? 1 : offset / size;
  }

  run(id: string): WatchedRun | undefined {
    return this.#runs.get(id);
  }

  /** Looks at the files, unless that was done just now. What is new in them is read afterwards, piece by piece. */
  look(): Promise<void> {
    const now = this.#options.now();
    if (this.#looking === null && now - this.#looked < LOOK_INTERVAL) return Promise.resolve();
    this.#looking ??= this.#lookAt(now).finally(() => {
      this.#looked = this.#options.now();
      this.#looking = null;
    });
    return this.#looking;
  }

  /** All that was seen is read. */
  async settled(): Promise<void> {
    await this.#looking;
    await this.#reading;
  }

  close(): void {
    this.#isClosed = true;
  }

  async #lookAt(now: number): Promise<void> {
    if (now - this.#found >= FIND_INTERVAL) {
      await this.#find(now);
      this.#found = now;
    }
    await Promise.all(
      this.runs.map(async run => {
        const { metrics } = run;
        if (!(await run.look(now))) this.#runs.delete(run.id);
        else if (metrics.size - metrics.offset <= READ_AT_ONCE) await metrics.readOn();
      }),
    );
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = null;
    });
  }

  async #find(now: number): Promise<void> {
    const before = new Map(this.runs.map(run => [run.folder.path, run]));
    const { found, left } = await runFolders(this.#roots, before);
    this.#left = left;
    const runs = found.map(({ root, path, description }) => {
      return before.get(path) ?? new WatchedRun(path, nameOf(path, root, this.#roots), description, now);
    });
    this.#runs = new Map(runs.toSorted((a, b) => collator.compare(a.name, b.name)).map(run => [run.id, run]));
  }

  /** A piece of each in turn, so that no run waits for the others. */
  async #readAll(): Promise<void> {
    for (;;) {
      const behind = this.runs.filter(({ metrics }) => metrics.isBehind);
      if (behind.length === 0) return;
      for (const { metrics } of behind) {
        await metrics.readOn();
        // Whoever asks meanwhile is answered first.
        await new Promise(resolve => setImmediate(resolve));
        if (this.#isClosed) return;
      }
    }
  }
}

/** `seed2` before `seed10`. */
const collator = new Intl.Collator('en', { numeric: true });

function nameOf(path: string, root: string, roots: readonly string[]): string {
  const below = relative(root, path).replaceAll('\\', '/');
  if (below === '') return basename(path);
  return roots.length === 1 ? below : `${basename(root)}/${below}`;
}

interface FoundRun {
  readonly root: string;
  readonly path: string;
  readonly description: ReturnType<RunFolder['describe']>;
}

interface FoundRuns {
  readonly found: readonly FoundRun[];
  /** How many more there are than can be followed. */
  readonly left: number;
}

/**
 * All run folders below some folders, each once. Links are not followed below them, and a run holds no other runs.
 * @param known runs by their paths, which look after themselves
 */
async function runFolders(roots: readonly string[], known: ReadonlyMap<string, WatchedRun> = new Map()): Promise<FoundRuns> {
  const found = new Map<string, FoundRun>();
  let left = 0;
  const visit = async (root: string, path: string, depth: number): Promise<void> => {
    const description = known.get(path)?.description ?? describe(path);
    if (description) {
      if (found.size < MOST_RUNS) found.set(path, { root, path, description });
      else if (!found.has(path)) left++;
      return;
    }
    if (depth === DEPTH) return;
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      await visit(root, join(path, entry.name), depth + 1);
    }
  };
  for (const root of roots) await visit(root, root, 0);
  return { found: [...found.values()], left };
}

/** What a run folder says of itself; null for a folder that is none, or whose description is torn. */
function describe(path: string): FoundRun['description'] | null {
  const folder = new RunFolder(path);
  if (!folder.has('description')) return null;
  try {
    return folder.describe('zpin watch');
  } catch {
    return null;
  }
}
