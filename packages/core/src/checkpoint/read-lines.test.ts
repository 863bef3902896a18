import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readLines } from './read-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'zpin-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

function linesOf(content: string | Uint8Array): string[] {
  writeFileSync(join(folder, 'text'), content);
  return [...readLines(join(folder, 'text'))];
}

it('gives whole lines, and nothing of one that was cut short', () => {
  expect(linesOf('a\n\nb\r\nc')).toEqual(['a', '', 'b\r']);
  expect(linesOf('')).toEqual([]);
  expect(linesOf('a')).toEqual([]);
  expect([...readLines(join(folder, 'text'), true)]).toEqual(['a']);
});

it('puts lines together that lie in several pieces, characters that do too', () => {
  // 'é' has two bytes: at an odd distance from the start one of them ends a piece.
  const text = `x${'é'.repeat(2 ** 20)}`;
  expect(linesOf(`${text}\nshort\n${text}\n`)).toEqual([text, 'short', text]);
});

it('leaves out a line that no text file has', () => {
  expect(linesOf(`a\n${'x'.repeat(2 ** 26 + 1)}\nb\n`).map(line => line.length)).toEqual([1, 0, 1]);
});
