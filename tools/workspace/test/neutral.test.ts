import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, nodeGlobals, packageOf, reachableFiles } from '../src/imports.ts';
import { libraries, root } from '../src/repository.ts';

/** Libraries that are about what a tab has not: child processes. */
const NODE_ONLY = ['python'];

const entries = libraries().flatMap(({ folder }) => (NODE_ONLY.includes(folder) ? [] : [`${folder}/src/index.ts`]));

describe.each(entries)('%s runs in a browser tab', entry => {
  const files = reachableFiles(join(root, 'packages', entry));

  test('imports no module of Node', () => {
    expect(
      files.flatMap(file =>
        importsOf(file)
          .filter(name => name.startsWith('node:'))
          .map(name => `${file} ${name}`),
      ),
    ).toEqual([]);
  });

  test('reads no global of Node', () => {
    expect(files.flatMap(nodeGlobals)).toEqual([]);
  });
});

test('the contracts and the environments work without tensors', () => {
  const files = ['contracts/src/index.ts', 'envs/src/index.ts'].flatMap(entry => reachableFiles(join(root, 'packages', entry)));
  const packages = new Set(files.flatMap(file => importsOf(file).map(packageOf)).filter(name => name !== undefined));
  // MuJoCo is loaded on demand.
  expect([...packages].sort()).toEqual(['@mujoco/mujoco', '@zpin/contracts']);
});

test('the check itself sees bare globals of Node and passes guarded ones', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'zpin-neutral-')), 'sample.ts');
  writeFileSync(
    file,
    [
      'export const a = process.env;',
      'const b = [Buffer];',
      'f(process);',
      "export const c = typeof process === 'object' ? globalThis.process : { process: 1 };",
      'const d = { Buffer };',
    ].join('\n'),
  );
  expect(nodeGlobals(file).map(found => found.slice(file.length))).toEqual([
    ':1 process',
    ':2 Buffer',
    ':3 process',
    ':5 Buffer',
  ]);
});
