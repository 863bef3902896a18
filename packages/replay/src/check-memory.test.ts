import { box, ConfigError, discrete, InputError } from '@zpin/core/spec';
import { describe, expect, it } from 'vitest';
import { checkMemory, transitionBytes } from './check-memory.ts';

const numbers = { observationSpace: box({ low: -1, high: 1, shape: [4] }), actionSpace: discrete(2) };
const pixels = { observationSpace: box({ low: 0, high: 255, shape: [84, 84, 4], dtype: 'uint8' }), actionSpace: discrete(4) };

describe('transitionBytes', () => {
  it('counts both observations, the action and the rest', () => {
    expect(transitionBytes(numbers)).toBe(2 * 4 * 4 + 4 + 24);
  });

  it('counts one frame of a stack: a million transitions of Atari fit into 8 GB', () => {
    expect(transitionBytes({ ...pixels, frameStack: 4 })).toBe(84 * 84 + 4 + 24);
    expect(1e6 * transitionBytes({ ...pixels, frameStack: 4 })).toBeLessThan(8e9);
  });
});

describe('checkMemory', () => {
  it('lets pass what fits', () => {
    expect(() => checkMemory('dqn', { ...numbers, capacity: 1_000_000 })).not.toThrow();
    expect(() => checkMemory('dqn', { ...pixels, capacity: 1_000_000, frameStack: 4 })).not.toThrow();
  });

  it('refuses what no machine holds, with the size', () => {
    const check = () => checkMemory('dqn', { ...numbers, capacity: 1e12 }, 'bufferSize');
    expect(check).toThrow(ConfigError);
    expect(check).toThrow(
      /^dqn: bufferSize must be at most \d+, got 1000000000000. At 60 bytes per transition that is 55,880 GiB/,
    );
  });

  it('refuses an array that is too long for one piece of memory', () => {
    expect(() => checkMemory('dqn', { ...pixels, capacity: 1_000_000 })).toThrow(/must be at most 152174, got 1000000/);
  });

  it.each([0, 1.5, -3, Number.NaN])('refuses a capacity of %d', capacity => {
    expect(() => checkMemory('replay', { ...numbers, capacity })).toThrow(InputError);
  });
});
