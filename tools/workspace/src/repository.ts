import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the workspace. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly homepage?: string;
  readonly repository?: { readonly type: string; readonly url: string; readonly directory?: string };
  readonly keywords?: readonly string[];
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface WorkspacePackage {
  /** Name of its folder. */
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
}

/** Every package under `packages/`. */
export function libraries(): WorkspacePackage[] {
  return readdirSync(join(root, 'packages')).map(folder => packageIn('packages', folder));
}

/** Every package that is published: the libraries and the command line. */
export function published(): WorkspacePackage[] {
  return [...libraries(), packageIn('apps', 'cli')];
}

function packageIn(group: string, folder: string): WorkspacePackage {
  const path = join(root, group, folder);
  return { folder, path, manifest: readManifest(path) };
}

/** What stands in the `package.json` of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Files under `folder` that are published: TypeScript, but no tests and nothing that only tests read. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name));
}

/** Folders of all sources, by their paths. */
export function sourceFolders(): string[] {
  const grouped = ['packages', 'apps', 'tools'].flatMap(group =>
    readdirSync(join(root, group)).map(name => join(root, group, name)),
  );
  return [...grouped, join(root, 'benchmarks')].map(path => join(path, 'src')).filter(path => existsSync(path));
}
