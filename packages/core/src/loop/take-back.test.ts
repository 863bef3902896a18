import { CheckpointError, SpaceError } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { takeArray, takeBack } from './take-back.ts';

describe('takeBack', () => {
  it('makes a fault of the file of what a piece throws, but leaves errors of the project as they are', async () => {
    const forged = takeBack('run', () => (undefined as unknown as { words: string }).words);
    await expect(forged).rejects.toThrow(CheckpointError);
    await expect(forged).rejects.toThrow(
      /^run: the saved state must be as it was written, got ".*words.*"\. The file is damaged/,
    );
    const own = new SpaceError('x');
    await expect(
      takeBack('run', async () => {
        throw own;
      }),
    ).rejects.toBe(own);
  });
});

describe('takeArray', () => {
  it('copies what is of the same kind', () => {
    const target = new Float32Array(2);
    takeArray('obs', target, Float32Array.of(1, 2));
    expect(target).toEqual(Float32Array.of(1, 2));
  });

  it.each([[undefined], [[1, 2]], [Float32Array.of(1)], [new Float32Array(3)], [Float64Array.of(1, 2)]])(
    'refuses %j, and changes nothing',
    saved => {
      const target = Float32Array.of(5, 6);
      expect(() => takeArray('obs', target, saved)).toThrow('train: obs of the saved state must be a Float32Array of 2, got ');
      expect(target).toEqual(Float32Array.of(5, 6));
    },
  );
});
