import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@zpin/contracts';
import { afterAll, expect, it } from 'vitest';
import { readSettings } from './settings-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'zpin-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return readSettings(join(folder, name));
};

it('reads YAML and JSON alike', () => {
  const settings = { gamma: 0.9, hiddenSizes: [8, 8], learningRate: { type: 'linear', from: 0.001, to: 0 }, targetKl: null };
  expect(read('a.json', JSON.stringify(settings))).toEqual(settings);
  expect(
    read(
      'a.yaml',
      'gamma: 0.9 # short\nhiddenSizes: [8, 8]\nlearningRate: { type: linear, from: 1e-3, to: 0 }\ntargetKl: null\n',
    ),
  ).toEqual(settings);
  expect(read('a.YML', 'gamma: 0.9')).toEqual({ gamma: 0.9 });
});

it('takes an empty YAML file for no settings', () => {
  expect(read('empty.yaml', '# nothing yet\n')).toEqual({});
});

it.each([
  ['torn.json', '{"gamma": 0.9', 'the file must be valid JSON'],
  ['torn.yaml', 'gamma: [1', 'the file must be valid YAML'],
  ['twice.yaml', 'gamma: 1\ngamma: 2\n', 'the file must be valid YAML'],
  ['list.yaml', '- gamma\n', 'the file must map settings to values'],
  ['text.json', '"gamma"', 'the file must map settings to values'],
  ['gamma.txt', 'gamma: 0.9', 'the file must end in .yaml, .yml or .json'],
])('refuses %s', (name, content, expectation) => {
  expect(() => read(name, content)).toThrow(InputError);
  expect(() => read(name, content)).toThrow(`zpin train --config: ${expectation}, got "${join(folder, name)}".`);
});

it('refuses YAML whose aliases multiply', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x]',
    ...['b', 'c', 'd'].map((name, i) => `${name}: &${name} [${Array(6).fill(`*${'abc'[i]}`)}]`),
  ];
  expect(() => read('bomb.yaml', bomb.join('\n'))).toThrow('the file must be valid YAML');
});

it('refuses what cannot be read', () => {
  mkdirSync(join(folder, 'folder.yaml'));
  expect(() => readSettings(join(folder, 'folder.yaml'))).toThrow('the file must be readable');
  expect(() => readSettings(join(folder, 'none.yaml'))).toThrow('the file must be readable');
});
