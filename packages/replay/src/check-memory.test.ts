import { box, ConfigError, discrete, InputError } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { checkMemory, transitionBytes } from './check-memory.ts';
import { PrioritizedReplay } from './prioritized-replay.ts';
import { UniformReplay } from './uniform-replay.ts';

const numbers = { observationSpace: box({ low: -1, high: 1, shape: [4] }), actionSpace: discrete(2) };
const pixels = { observationSpace: box({ low: 0, high: 255, shape: [84, 84, 4], dtype: 'uint8' }), actionSpace: discrete(4) };

describe('transitionBytes', () => {
  it('counts both observations, the action, the reward and the two ends', () => {
    expect(transitionBytes(numbers)).toBe(2 * 4 * 4 + 4 + 4 + 2);
  });

  it('counts one frame of a stack, and eight places: a million transitions of Atari fit into 8 GB', () => {
    expect(transitionBytes({ ...pixels, frameStack: 4 })).toBe(84 * 84 + 8 * 4 + 4 + 4 + 2);
    expect(1e6 * transitionBytes({ ...pixels, frameStack: 4 })).toBeLessThan(8e9);
  });

  it('counts observations that are no stacks whole', () => {
    expect(transitionBytes({ ...pixels, frameStack: 3 })).toBe(transitionBytes(pixels));
  });

  const stacked = { ...pixels, observationSpace: box({ low: 0, high: 255, shape: [8, 8, 4], dtype: 'uint8' }), frameStack: 4 };
  it.each([
    ['numbers', numbers, {}],
    ['pixels', pixels, {}],
    ['continuous actions', { ...numbers, actionSpace: box({ low: -1, high: 1, shape: [3] }) }, {}],
    ['masks', numbers, { hasActionMask: true }],
    ['frames', stacked, {}],
  ])('is what a memory takes: %s', (_, spaces, options) => {
    const capacity = 128;
    const settings = { ...spaces, ...options };
    // A second flag is stored where transitions have several steps.
    const replay = new UniformReplay({ ...settings, capacity, gamma: 0.9, nSteps: 2 });
    const prioritized = new PrioritizedReplay({ ...settings, capacity, gamma: 0.9, nSteps: 2, betaAnnealing: 1 });
    const tree = prioritized.bytes - replay.bytes;
    // Frames take memory as they come.
    const frames = 'frameStack' in settings ? 64 * capacity : 0;
    expect(replay.bytes + frames).toBe(capacity * transitionBytes(settings));
    // One leaf per transition, where their number is a power of two; else up to two.
    expect(tree).toBe((capacity * (transitionBytes({ ...settings, isPrioritized: true }) - transitionBytes(settings))) / 2);
    const odd = new PrioritizedReplay({ ...settings, capacity: capacity + 1, gamma: 0.9, betaAnnealing: 1 });
    expect(odd.bytes).toBeLessThan((capacity + 1) * transitionBytes({ ...settings, isPrioritized: true }));
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
      /^dqn: bufferSize must be at most \d+, got 1000000000000. At 42 bytes per transition that is 39,116 GiB/,
    );
  });

  it('lets a column be longer than one array can be', () => {
    expect(() => checkMemory('dqn', { ...pixels, capacity: 1_000_000 })).not.toThrow();
    expect(() => checkMemory('dqn', { ...pixels, capacity: 10_000_000 })).toThrow(/must be at most 1217178, got 10000000/);
  });

  it('counts masks and priorities', () => {
    const check = (options: object) => () => checkMemory('dqn', { ...numbers, capacity: 1e12, ...options });
    expect(check({ hasActionMask: true })).toThrow(/At 46 bytes per transition/);
    expect(check({ isPrioritized: true })).toThrow(/At 74 bytes per transition/);
    expect(() => new PrioritizedReplay({ ...numbers, capacity: 1e12, gamma: 0.9, betaAnnealing: 1 })).toThrow(
      /^PrioritizedReplay: capacity must be at most \d+, got 1000000000000. At 74 bytes per transition/,
    );
  });

  it.each([0, 1.5, -3, Number.NaN])('refuses a capacity of %d', capacity => {
    expect(() => checkMemory('replay', { ...numbers, capacity })).toThrow(InputError);
  });
});
