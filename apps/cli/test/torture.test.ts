import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { algorithmIds } from 'zpin/catalog';
import { RandomLines } from '../torture/random-lines.ts';
import { faultOf, type Outcome } from '../torture/verdict.ts';

describe('faultOf', () => {
  const clear = 'zpin train ppo: --gamma must be a number in [0, 1], got 2. Leave it out for the default, 0.99.\n';
  const outcome = (given: Partial<Outcome>): Outcome => ({ exitCode: 2, out: '', err: clear, hung: false, seconds: 1, ...given });

  it('finds nothing wrong with one clear line, and with what came to its end or was stopped', () => {
    expect(faultOf(outcome({}))).toBe(null);
    expect(faultOf(outcome({ err: `warning: 2 lines were skipped.\n${clear}${clear}` }))).toBe(null);
    expect(faultOf(outcome({ exitCode: 0, err: '' }))).toBe(null);
    expect(faultOf(outcome({ exitCode: 130, err: 'Stopped.\n' }))).toBe(null);
  });

  it.each<[string, Partial<Outcome>]>([
    ['still at it after 20 s', { hung: true, exitCode: null }],
    ['took 31 s', { seconds: 31 }],
    ['a stack trace', { err: 'TypeError: x is undefined\n    at main (file:///cli.ts:12:3)\n' }],
    ['a control character in an error', { err: 'zpin: \u001b[31m must not be, got 1. Do it.\n' }],
    ['exit code 1', { exitCode: 1 }],
    ['exit code null', { exitCode: null }],
    ['bad input without a word', { err: '' }],
    ['an error in another form', { err: 'something failed\n' }],
  ])('finds %s', (fault, given) => expect(faultOf(outcome(given))).toBe(fault));
});

it('draws the same lines for a seed, of all commands and algorithms', async () => {
  const draw = async (seed: number) => {
    const lines = await RandomLines.from(new Rng(seed));
    return Array.from({ length: 2000 }, () => lines.next());
  };
  const [one, again, other] = await Promise.all([draw(1), draw(1), draw(2)]);
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  const commands = new Set(one.map(([command]) => command));
  for (const command of ['train', 'eval', 'record', 'collect', 'plot', 'list']) expect(commands).toContain(command);
  const algorithms = new Set(one.flatMap(([command, id]) => (command === 'train' ? [id] : [])));
  for (const id of algorithmIds) expect(algorithms).toContain(id);
});
