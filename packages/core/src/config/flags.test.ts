import { camelCase, kebabCase, parseFlag } from '@zpin/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleConfig } from './config.fixture.ts';
import { describeConfig } from './describe-config.ts';
import { parseConfig } from './parse-config.ts';

const fields = new Map(describeConfig(sampleConfig).map(field => [field.name, field]));

function read(name: string, text: string): unknown {
  const field = fields.get(name);
  if (!field) throw new Error(`no field ${name}`);
  return parseFlag(field, text);
}

test('flags and keys name the same setting', () => {
  expect(kebabCase('targetUpdateEverySteps')).toBe('target-update-every-steps');
  for (const name of [...fields.keys(), 'layer2Size']) expect(camelCase(kebabCase(name))).toBe(name);
});

test.each([
  ['gamma', '1e-4', 1e-4],
  ['gamma', '.5', 0.5],
  ['numEnvs', '16', 16],
  ['numEnvs', '1e3', 1000],
  ['batchSize', '10_000', 10000],
  ['clipRange', '-2', -2],
  ['hiddenSizes', '64,64', [64, 64]],
  ['hiddenSizes', '[256, 128]', [256, 128]],
  ['hiddenSizes', '', []],
  ['activation', 'relu', 'relu'],
  ['targetKl', 'null', null],
  ['targetKl', '0.02', 0.02],
  ['valueMin', '-50', -50],
  ['valueMin', '0', 0],
  ['valueMin', 'null', null],
  ['normalizeAdvantage', 'false', false],
  ['learningRate', '3e-4', 3e-4],
  ['learningRate', 'start=1e-3,end=0', { start: 1e-3, end: 0 }],
  ['learningRate', '{"start":1,"end":0.5}', { start: 1, end: 0.5 }],
  ['epsilon', '0.1', 0.1],
  ['epsilon', 'type=constant,value=0.1', { type: 'constant', value: 0.1 }],
  ['epsilon', 'type=linear,from=1,to=0.1,end=0.5', { type: 'linear', from: 1, to: 0.1, end: 0.5 }],
])('%s %s', (name, text, value) => {
  expect(read(name, text)).toEqual(value);
});

test.each([
  ['gamma', 'abc'],
  ['gamma', ''],
  ['gamma', '0x10'],
  ['gamma', 'Infinity'],
  ['numEnvs', '1,2'],
  ['hiddenSizes', '64,,64'],
  ['hiddenSizes', '64,x'],
  ['activation', 'gelu'],
  ['targetKl', 'none'],
  ['valueMin', 'low'],
  ['normalizeAdvantage', 'yes'],
  ['learningRate', '{"start":'],
  ['learningRate', 'begin=1'],
  ['epsilon', 'type=linear,from=1'],
  ['epsilon', 'type=cubic,from=1,to=0'],
])('%s does not take "%s", and validation says so', (name, text) => {
  expect(() => parseConfig(sampleConfig, { [name]: read(name, text) }, 'ppo')).toThrow(`ppo: ${name} must be`);
});

test('every finite number survives the way through a flag', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
      expect(read('gamma', String(value))).toBe(value === 0 ? Number(String(value)) : value);
    }),
  );
});
