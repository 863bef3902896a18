import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What `package.json` of this program says. */
interface OwnPackage {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

// One folder above, for the sources as for what is built of them.
const own = () => createRequire(import.meta.url)('../package.json') as OwnPackage;

export function ownVersion(): string {
  return own().version;
}

/** A package as a module at `from` (a file, or its URL) would find it; null where it would find none. */
export function installedFrom(from: string, name: string): { readonly folder: string; readonly version: string } | null {
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    const file = join(folder, name, 'package.json');
    if (!existsSync(file)) continue;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: string };
    return { folder: realpathSync(join(folder, name)), version: version ?? 'unknown' };
  }
  return null;
}

/** The range of versions of a package that goes with this program. */
export function rangeOf(name: string): string {
  const range = own().dependencies[name];
  // In the workspace, dependencies have no versions.
  if (range !== undefined && !/^(workspace|catalog):/.test(range)) return range;
  return `^${name === '@zpin/cli' ? ownVersion() : installedFrom(import.meta.url, name)?.version}`;
}
