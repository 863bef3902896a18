import { ConfigError, kebabCase } from '@zpin/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sampleConfig } from './config.fixture.ts';
import { parseConfig } from './parse-config.ts';

function problemsOf(raw: unknown, label?: (name: string) => string): string[] {
  try {
    parseConfig(sampleConfig, raw, 'ppo', label);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split('\n');
  }
  return [];
}

test('fills in defaults, and no two configurations share a list', () => {
  const first = parseConfig(sampleConfig, { gamma: 0.9 }, 'ppo');
  const second = parseConfig(sampleConfig, undefined, 'ppo');
  expect(first).toMatchObject({ gamma: 0.9, numEnvs: 8, hiddenSizes: [64, 64] });
  (first.hiddenSizes as number[]).push(1);
  expect(second.hiddenSizes).toEqual([64, 64]);
});

test('names setting, range, value and remedy', () => {
  expect(problemsOf({ gamma: 2 })).toEqual(['ppo: gamma must be a number in [0, 1], got 2. Leave it out for the default, 0.99.']);
});

test('a preset decides what leaving a setting out means', () => {
  const preset = { gamma: 0.98 };
  const refused = (raw: object) => () => parseConfig(sampleConfig, { ...preset, ...raw }, 'ppo', undefined, preset);
  expect(refused({ gamma: 2 })).toThrow('got 2. Leave it out for that of the preset, 0.98.');
  expect(refused({ numEnvs: 0 })).toThrow('got 0. Leave it out for the default, 8.');
});

test('reports every problem on a line of its own, once per setting', () => {
  const problems = problemsOf({ gamma: 'high', numEnvs: 1.5, hiddenSizes: [0, -1], clipRange: Number.NaN, targetKl: '?' });
  expect(problems).toHaveLength(5);
  expect(problems.map(line => line.split(' ')[1])).toEqual(['gamma', 'clipRange', 'numEnvs', 'hiddenSizes', 'targetKl']);
  expect(problems[1]).toContain('got NaN');
  expect(problems[3]).toContain('must be a list of integers > 0, got [0,-1]');
});

test('offers the nearest name of an unknown key, and all names when none is near', () => {
  expect(problemsOf({ learningrate: 1 })).toEqual([
    'ppo: learningrate must be a known setting, got "learningrate". Write learningRate.',
  ]);
  expect(problemsOf({ zzzzzzzzzzzz: 1 })[0]).toContain('Use one of learningRate, gamma,');
});

test('writes settings as the user wrote them', () => {
  const flag = (name: string) => `--${kebabCase(name)}`;
  expect(problemsOf({ clipRange: -1 }, flag)[0]).toMatch(/^ppo: --clip-range must be a number > 0, got -1\./);
});

test('passes on rules between settings, with the default of a setting that was not given', () => {
  expect(problemsOf({ numEnvs: 4 })).toEqual(['ppo: batchSize must be at most 8 * numEnvs, got 64. Change one of them.']);
});

test('refuses what is no object', () => {
  for (const raw of ['text', 3, [1], true]) expect(problemsOf(raw)).toHaveLength(1);
});

test('a setting without default must be given', () => {
  const schema = z.strictObject({ path: z.string() });
  expect(() => parseConfig(schema, {}, 'bc')).toThrow('bc: path must be a text, got undefined. Give such a value.');
});

test('whatever is given, the answer is a configuration or a ConfigError', () => {
  const keys = fc.constantFrom('gamma', 'numEnvs', 'hiddenSizes', 'activation', 'learningRate', '__proto__', 'toString', 'x');
  fc.assert(
    fc.property(fc.oneof(fc.dictionary(keys, fc.anything()), fc.anything()), raw => {
      try {
        expect(parseConfig(sampleConfig, raw, 'ppo')).toHaveProperty('batchSize');
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
      }
    }),
    { numRuns: 500 },
  );
});

test('tells of 20 problems at most, however many and long they are', () => {
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`unknown${i}`.padEnd(2000, 'x'), i]));
  const problems = problemsOf(unknown);
  expect(problems).toHaveLength(21);
  expect(problems[0].length).toBeLessThan(400);
  expect(problems[20]).toBe('ppo: settings must be right, 20 of those that are not are shown, got 20000. Correct them.');
});
