import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { libraries, root, sourceFiles, sourceFolders } from '../src/repository.ts';
import { functionLengths, importCircles } from '../src/structure.ts';

const MAX_FUNCTION_LINES = 100;
const MAX_ALGORITHM_LINES = 300;
const MAX_ENTRIES = 16;

const files = sourceFolders().flatMap(folder => sourceFiles(folder));
/** A file that gives an algorithm its name, as `id: 'ppo',`. */
const algorithmFiles = files.filter(
  file =>
    /packages.(onpolicy|offpolicy|value-based|hrl|offline)./.test(file) && /^ +id: '[\w-]+',$/m.test(readFileSync(file, 'utf8')),
);

test('no files import each other in a circle, not even for their types', () => {
  expect(files.length).toBeGreaterThan(300);
  expect(importCircles(files)).toEqual([]);
});

test(`no function is longer than ${MAX_FUNCTION_LINES} lines`, () => {
  expect(files.flatMap(file => functionLengths(file)).filter(({ lines }) => lines > MAX_FUNCTION_LINES)).toEqual([]);
});

test(`no file of an algorithm is longer than ${MAX_ALGORITHM_LINES} lines`, () => {
  const lengths = algorithmFiles.map(file => ({
    file: relative(root, file),
    lines: readFileSync(file, 'utf8').trimEnd().split('\n').length,
  }));
  expect(lengths.length).toBeGreaterThan(35);
  expect(lengths.filter(({ lines }) => lines > MAX_ALGORITHM_LINES)).toEqual([]);
});

describe.each(libraries().filter(({ path }) => algorithmFiles.some(file => file.startsWith(join(path, 'src')))))(
  '$folder',
  ({ path }) => {
    const source = join(path, 'src');

    test('has papers and the entries of the package on its first floor, and nothing else', () => {
      const papers = new Set(algorithmFiles.filter(file => file.startsWith(source)).map(file => basename(file)));
      const others = readdirSync(source, { withFileTypes: true })
        .filter(entry => entry.isFile() && !papers.has(entry.name) && !['index.ts', 'node.ts'].includes(entry.name))
        .map(({ name }) => name);
      expect(others).toEqual([]);
    });

    test(`has at most ${MAX_ENTRIES} entries there`, () => {
      const entries = readdirSync(source);
      expect(entries.length, entries.join(' ')).toBeLessThanOrEqual(MAX_ENTRIES);
    });
  },
);

describe('what is counted', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'zpin-structure-'));
  afterAll(() => rmSync(scratch, { recursive: true }));
  const write = (name: string, text: string) => {
    const file = join(scratch, name);
    writeFileSync(file, text);
    return file;
  };

  test('a circle through a type is found, a chain is none', () => {
    const circle = [
      write('a.ts', "import { b } from './b.ts';\nexport const a = b;\n"),
      write('b.ts', "import type { C } from './c.ts';\nexport const b: C = 1;\n"),
      write('c.ts', "export type { A } from './a.ts';\nexport type C = 1;\n"),
      write('d.ts', "import { a } from './a.ts';\nexport const d = a;\n"),
    ];
    const names = importCircles(circle).map(group => group.map(file => basename(file)).sort());
    expect(names).toEqual([['a.ts', 'b.ts', 'c.ts']]);
    expect(importCircles(circle.slice(1))).toEqual([]);
  });

  test('functions are counted from their first line to their last, nested ones too', () => {
    const file = write('e.ts', 'export function outer() {\n  const inner = () => {\n    return 1;\n  };\n  return inner;\n}\n');
    expect(functionLengths(file).map(({ name, lines }) => [name.split(' ')[1], lines])).toEqual([
      ['outer', 6],
      ['inner', 3],
    ]);
  });
});
