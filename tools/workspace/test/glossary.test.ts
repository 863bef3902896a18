import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, sourceFiles, sourceFolders } from '../src/repository.ts';

/** Rows of the table: the term, and what stands for it in code. */
const rows = readFileSync(join(root, 'GLOSSARY.md'), 'utf8')
  .split('\n')
  .filter(line => line.startsWith('| '))
  .slice(2)
  .map(line => line.split(/(?<!\\)\|/).map(cell => cell.trim()))
  .map(([, term, code]) => ({ term, code }));

test('terms are in the order of the alphabet, each once', () => {
  const terms = rows.map(({ term }) =>
    term
      .replace(/ \(.*\)$/, '')
      .toLowerCase()
      .replaceAll('-', ' '),
  );
  expect(terms.length).toBeGreaterThan(100);
  expect(terms).toEqual([...new Set(terms)].sort());
});

test('names in code are in the code', () => {
  const words = new Set(
    sourceFolders()
      .flatMap(folder => sourceFiles(folder))
      .flatMap(file => readFileSync(file, 'utf8').match(/\w+/g) ?? []),
  );
  const names = rows.flatMap(({ code }) => [...code.matchAll(/`'?([A-Za-z_]\w*)'?`/g)].map(([, name]) => name));
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter(name => !words.has(name))).toEqual([]);
});

test('every term is there in Chinese, with what it means', () => {
  const chinese = readFileSync(join(root, 'GLOSSARY.zh.md'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| '))
    .slice(2)
    .map(line => line.split(/(?<!\\)\|/).map(cell => cell.trim()));
  expect(chinese.map(([, , term]) => term)).toEqual(rows.map(({ term }) => term));
  for (const [, word, term, meaning] of chinese) {
    expect(word, term).toMatch(/\p{Script=Han}|^(?:MJCF|γ|λ|ε|τ)$/u);
    expect(meaning, term).toMatch(/\p{Script=Han}/u);
  }
});
