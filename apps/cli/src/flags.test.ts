import { flagText, InputError, kebabCase } from '@zpin/contracts';
import { describeConfig } from '@zpin/core';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { loadAlgorithm } from 'zpin/catalog';
import { addConfigFlags, addTrainFlags, helpText, readInteger, readSeed } from './flags.ts';

const fields = describeConfig((await loadAlgorithm('ppo')).config);
const field = (name: string) => {
  const found = fields.find(candidate => candidate.name === name);
  if (!found) throw new Error(`no setting ${name}`);
  return found;
};
const parse = (...argv: string[]) => {
  const command = addConfigFlags(addTrainFlags(new Command('train')), 'ppo', fields);
  return command.exitOverride().parse(argv, { from: 'user' }).opts();
};

describe('readInteger', () => {
  it.each([
    ['0', 0],
    ['100000', 100_000],
    ['1e5', 100_000],
    ['1.5e3', 1500],
    ['100_000', 100_000],
    ['+7', 7],
  ])('reads %s', (text, value) => expect(readInteger('zpin', '--steps', text, 0)).toBe(value));

  it.each(['', ' ', 'x', '1.5', '-1', '0x10', '1e400', 'Infinity', '12 34', '9007199254740993', '1e-2'])('refuses "%s"', text => {
    expect(() => readInteger('zpin train', '--steps', text, 0)).toThrow(InputError);
    expect(() => readInteger('zpin train', '--steps', text, 0)).toThrow(
      `zpin train: --steps must be an integer >= 0, got "${text}".`,
    );
  });

  it('knows the ends of the range', () => {
    expect(readInteger('zpin', '--n', '3', 3, 5)).toBe(3);
    expect(readInteger('zpin', '--n', '5', 3, 5)).toBe(5);
    expect(() => readInteger('zpin', '--n', '2', 3, 5)).toThrow('--n must be an integer in [3, 5], got "2"');
    expect(() => readInteger('zpin', '--n', '6', 3, 5)).toThrow('--n must be an integer in [3, 5], got "6"');
  });
});

it('takes every seed that a generator takes', () => {
  expect(readSeed('zpin', String(Number.MAX_SAFE_INTEGER))).toBe(2 ** 53 - 1);
  for (const text of [String(2 ** 53), '-1']) expect(() => readSeed('zpin', text)).toThrow('--seed must be an integer >= 0');
});

describe('help', () => {
  it('tells meaning, unit, range and default', () => {
    expect(helpText(field('gamma'))).toBe('discount factor per step; a number in [0, 1] (default: 0.99)');
    expect(helpText(field('rolloutLength'))).toMatch(
      /^steps .+, in environment steps per copy; an integer >= 1 \(default: 2048\)$/,
    );
  });

  it('tells what the preset has, where the environment is named', () => {
    const preset = { env: 'X-v0', totalSteps: 5000, config: { gamma: 0.98 } };
    const help = addConfigFlags(new Command('train'), 'ppo', fields, [], preset).helpInformation();
    expect(help).toContain('Settings of ppo, with its preset for X-v0 (5000 steps):');
    expect(help.replace(/\s+/g, ' ')).toContain('a number in [0, 1] (preset: 0.98; default: 0.99)');
    expect(help.match(/\(preset: /g)).toHaveLength(1);
  });

  it.each([
    [[64, 64], '64,64'],
    [[], '[]'],
    [null, 'null'],
    [1e-5, '0.00001'],
    ['tanh', 'tanh'],
    [{ type: 'linear', from: 0.001, to: 0 }, 'type=linear,from=0.001,to=0'],
    [{ type: 'piecewise', points: [[0, 1]] }, '{"type":"piecewise","points":[[0,1]]}'],
  ])('writes %j as on the command line', (value, text) => expect(flagText(value)).toBe(text));
});

describe('flags of an algorithm', () => {
  it('has one for each setting, which takes any text', () => {
    for (const { name, type } of fields) {
      if (type === 'boolean') continue;
      expect(Object.values(parse(`--${kebabCase(name)}`, 'some text'))).toContain('some text');
    }
  });

  it('takes booleans bare, with a value and negated', () => {
    expect(parse('--normalize-advantage')).toMatchObject({ normalizeAdvantage: true });
    expect(parse('--normalize-advantage', 'false')).toMatchObject({ normalizeAdvantage: 'false' });
    expect(parse('--no-normalize-advantage')).toMatchObject({ normalizeAdvantage: false });
  });
});
