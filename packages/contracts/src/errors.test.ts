import { describe, expect, it } from 'vitest';
import { message, nearestName, printable } from './errors.ts';

describe('printable', () => {
  it('spells out what would move the cursor, colour the terminal or turn the text around, and leaves writing alone', () => {
    expect(printable('a\u001b[31mb\r\n\u0007\u009b\u202ec\ud800')).toBe(
      'a\\u001b[31mb\\u000d\\u000a\\u0007\\u009b\\u202ec\\ud800',
    );
    expect(printable('Größe, 大きさ, 😀, ε ± σ')).toBe('Größe, 大きさ, 😀, ε ± σ');
  });
});

describe('message', () => {
  it('is one line that any terminal shows as it is, whatever was given', () => {
    expect(message('zpin\u001b[2J', 'x must hold', 'y\nz', 'Do it')).toBe('zpin\\u001b[2J: x must hold, got "y\\u000az". Do it.');
  });

  it('cuts long values, also those that cannot be written', () => {
    expect(message('f', 'x', 'y'.repeat(1e6), 'z')).toBe(`f: x, got "${'y'.repeat(116)}.... z.`);
    let deep: unknown = [];
    for (let k = 0; k < 1e5; k++) deep = [deep];
    expect(message('f', 'x', deep, 'z').length).toBeLessThan(200);
  });
});

describe('nearestName', () => {
  it('finds the name with the fewest letters to change', () => {
    expect(nearestName('gama', ['lambda', 'gamma', 'alpha'])).toBe('gamma');
    expect(nearestName('x', ['gamma'])).toBe(undefined);
    expect(nearestName('g'.repeat(1e6), ['gamma'])).toBe(undefined);
  });

  it.each([
    ['pppo', ['a2c', 'dppo', 'ppo', 'trpo'], 'ppo'],
    ['ddqn', ['c51', 'dqn', 'iqn'], 'dqn'],
    ['dnq', ['dqn', 'ddpg'], 'dqn'],
    ['colect', ['eval', 'collect'], 'collect'],
    ['CartPole-V1', ['CartPole-v0', 'CartPole-v1'], 'CartPole-v1'],
  ])('takes %s for a slip of the finger', (typed, names, meant) => expect(nearestName(typed, names)).toBe(meant));

  it.each([
    ['her', ['bc', 'ppo', 'cql']],
    ['ppo', ['plot', 'play', 'stop']],
    ['go', ['bc', 'fqe']],
  ])('does not take %s for any other short word', (typed, names) => expect(nearestName(typed, names)).toBe(undefined));
});
