import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the workspace. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
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
  return readdirSync(join(root, 'packages')).map(folder => {
    const path = join(root, 'packages', folder);
    return { folder, path, manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) };
  });
}

/** Files under `folder` that are published: TypeScript, but no tests and nothing that only tests read. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name));
}
