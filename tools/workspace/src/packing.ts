import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './repository.ts';

/** Runs a command without the settings that npm or pnpm handed down to this process, and returns what it printed. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const clean = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|NODE_ENV|VITEST)/i.test(name));
  const env = { ...Object.fromEntries(clean), ONNXRUNTIME_NODE_INSTALL: 'skip', TURBO_TELEMETRY_DISABLED: '1' };
  const windows = process.platform === 'win32';
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: windows });
}

/** A package as it would be published. */
export interface Packed {
  readonly name: string;
  /** `file:…` of its tarball, as a dependency takes it. */
  readonly tarball: string;
}

/**
 * Builds packages of the workspace and packs them.
 * @param folders in the workspace: `packages/core` @param destination where the tarballs come to lie
 */
export function pack(folders: readonly string[], destination: string): Packed[] {
  const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
  run(process.execPath, [turbo, 'run', 'build', ...folders.map(folder => `--filter=./${folder}`)], root);
  return folders.map(folder => {
    const output = run('pnpm', ['pack', '--json', '--pack-destination', destination], join(root, folder));
    const { name, filename } = JSON.parse(output) as { name: string; filename: string };
    return { name, tarball: `file:${filename}` };
  });
}

/** Installs packages with npm alone. @param versions of those that are not packed, by name @param options of `npm install` */
export function install(
  folder: string,
  packed: readonly Packed[],
  versions: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): void {
  const dependencies = { ...Object.fromEntries(packed.map(({ name, tarball }) => [name, tarball])), ...versions };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...options], folder);
}

/** Names of all packages that npm chose for a folder, one that is there twice twice. */
export function chosen(folder: string): string[] {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { packages: Record<string, unknown> };
  return Object.keys(lock.packages)
    .flatMap(path => path.split('node_modules/').at(-1) || [])
    .sort();
}

/** What the files of all packages in a folder hold, in millions of bytes. */
export function megabytes(folder: string): number {
  const files = readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true }).filter(file => file.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 1e6;
}
