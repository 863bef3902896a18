import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, packageOf } from '../src/imports.ts';
import { libraries, sourceFiles } from '../src/repository.ts';

/** Which package may import which; nothing sideways, no cycles. A new package is entered here first. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  plot: [],
  core: ['@zpin/contracts', '@zpin/contracts/webassembly'],
  envs: ['@zpin/contracts'],
  python: ['@zpin/contracts', '@zpin/envs'],
  atari: ['@zpin/contracts', '@zpin/contracts/webassembly', '@zpin/envs'],
  policies: ['@zpin/core', '@zpin/contracts'],
  replay: ['@zpin/contracts'],
  sweep: ['@zpin/contracts'],
  her: ['@zpin/contracts', '@zpin/replay'],
  hrl: ['@zpin/core', '@zpin/contracts', '@zpin/replay', '@zpin/value-based'],
  onpolicy: ['@zpin/core', '@zpin/contracts'],
  offline: ['@zpin/core', '@zpin/core/node', '@zpin/contracts', '@zpin/replay', '@zpin/offpolicy', '@zpin/value-based'],
  offpolicy: ['@zpin/core', '@zpin/contracts', '@zpin/replay'],
  zpin: [
    '@zpin/atari/register',
    '@zpin/contracts',
    '@zpin/core',
    '@zpin/core/node',
    '@zpin/envs',
    '@zpin/her',
    '@zpin/hrl',
    '@zpin/offline',
    '@zpin/offline/node',
    '@zpin/offpolicy',
    '@zpin/onpolicy',
    '@zpin/onpolicy/node',
    '@zpin/policies',
    '@zpin/python',
    '@zpin/replay',
    '@zpin/value-based',
  ],
  'value-based': ['@zpin/core', '@zpin/contracts', '@zpin/replay'],
};

describe.each(libraries())('$folder', ({ folder, path, manifest }) => {
  const imports = sourceFiles(join(path, 'src')).flatMap(file => importsOf(file).map(specifier => ({ file, specifier })));

  test('imports only packages it may depend on', () => {
    const wrong = imports.filter(({ specifier }) => specifier.startsWith('@zpin/') && !allowed[folder]?.includes(specifier));
    expect(allowed).toHaveProperty([folder]);
    expect(wrong).toEqual([]);
  });

  test('declares what it imports, and imports what it declares', () => {
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    const used = new Set(imports.map(({ specifier }) => packageOf(specifier)).filter(name => name !== undefined));
    expect([...used].filter(name => !(name in declared))).toEqual([]);
    // A peer may be there for what a dependency asks of it.
    expect(Object.keys(manifest.dependencies ?? {}).filter(name => !used.has(name))).toEqual([]);
  });

  test('stays inside its own folder', () => {
    const outside = imports.filter(
      ({ file, specifier }) => specifier.startsWith('.') && !join(file, '..', specifier).startsWith(path),
    );
    expect(outside).toEqual([]);
  });
});
