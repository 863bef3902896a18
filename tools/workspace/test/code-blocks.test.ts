import { expect, test } from 'vitest';
import { codeBlocks } from '../src/code-blocks.ts';

const fence = '```';

test('finds the blocks of TypeScript and where they begin', () => {
  const markdown = [
    '# Title',
    `${fence}ts`,
    'a;',
    '',
    'b;',
    fence,
    `${fence}sh`,
    'npm test',
    fence,
    `${fence}ts`,
    'c;',
    fence,
  ].join('\n');
  expect(codeBlocks(markdown)).toEqual([
    { line: 2, code: 'a;\n\nb;\n' },
    { line: 10, code: 'c;\n' },
  ]);
});

test('refuses a block that is never closed', () => {
  expect(() => codeBlocks(`text\n${fence}ts\na;`)).toThrow('got an open one in line 2');
});
