import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { InputError, message, printable } from '@zpin/contracts';
import { makeFolder, writeFileAtomic } from '@zpin/core/node';
import { RunFolder } from 'zpin/node';

/** Names of the files of several seeds. */
const FILES = { plan: 'seeds.json', table: 'table.csv', curve: 'curve.svg' } as const;

/** What runs with several seeds are, apart from their seeds. */
export interface SeedsPlan {
  /** Arguments of `zpin train` for each seed, but for seed and folder. */
  readonly argv: readonly string[];
  /** Where paths among them are meant from. */
  readonly cwd: string;
  readonly seeds: readonly number[];
}

/** The folder of runs that differ in nothing but the seed: an ordinary run folder for each, a table and a picture. */
export class SeedsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Whether a folder is one of several seeds. */
  static isOne(path: string): boolean {
    return existsSync(join(path, FILES.plan));
  }

  /** Makes the folder. @throws InputError when something is there already */
  static create(path: string, plan: SeedsPlan, where: string, command: string): SeedsFolder {
    const folder = new SeedsFolder(path);
    if (existsSync(folder.path) && (!statSync(folder.path).isDirectory() || readdirSync(folder.path).length > 0)) {
      const remedy = `Choose another folder, or go on with what is there by ${command} train --resume`;
      throw new InputError(message(where, '--run-dir must be new or empty', path, remedy));
    }
    makeFolder(folder.path);
    writeFileAtomic(folder.file('plan'), `${JSON.stringify(plan, null, 2)}\n`);
    return folder;
  }

  /** Takes back what was made for runs that could not even begin. */
  discard(): void {
    rmSync(this.file('plan'), { force: true });
    if (readdirSync(this.path).length === 0) rmSync(this.path, { recursive: true });
  }

  /** @throws InputError when the file is damaged */
  plan(where: string): SeedsPlan {
    try {
      const { argv, cwd, seeds } = JSON.parse(readFileSync(this.file('plan'), 'utf8')) as SeedsPlan;
      const isText = (value: unknown) => typeof value === 'string';
      const isWhole = Array.isArray(argv) && argv.every(isText) && isText(cwd) && Array.isArray(seeds);
      if (isWhole && seeds.length > 0 && seeds.every(seed => Number.isSafeInteger(seed))) return { argv, cwd, seeds };
    } catch {
      // Told below, as every file that is no plan.
    }
    const remedy = 'The file is damaged; go on with each seed by itself';
    throw new InputError(message(where, `${FILES.plan} must say how the seeds are trained`, this.file('plan'), remedy));
  }

  file(name: keyof typeof FILES): string {
    return join(this.path, FILES[name]);
  }

  /** Folder of the run of one seed. */
  run(seed: number): RunFolder {
    return new RunFolder(join(this.path, `seed${seed}`));
  }

  write(name: 'table' | 'curve', content: string): void {
    writeFileAtomic(this.file(name), content);
  }

  /** Path from where the user stands, when that is shorter. */
  get shown(): string {
    const near = relative(process.cwd(), this.path);
    return printable(near.startsWith('..') || near === '' ? this.path : near);
  }
}
