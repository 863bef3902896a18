import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, type EnvSpec, Rng, type Space, SpaceError } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { actionBox } from './action-box.ts';

// Tensors are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });

const specOf = (actionSpace: Space): EnvSpec => ({
  id: 'Arm-v0',
  observationSpace: box({ low: -1, high: 1 }),
  actionSpace,
  maxEpisodeSteps: null,
  rewardThreshold: null,
});
const arm = actionBox('sac', specOf(box({ low: [-2, 0, 1], high: [2, 10, 1.5] })));
const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('actionBox', () => {
  it('maps the corners and the middle of the cube to those of the box, and back', () => {
    const unit = [-1, -1, -1, 0, 0, 0, 1, 1, 1, 0.5, -0.5, 0.5];
    const actions = [-2, 0, 1, 0, 5, 1.25, 2, 10, 1.5, 1, 2.5, 1.375];
    expect(arm.size).toBe(3);
    expect(numbers(arm.fromUnit(tf.tensor2d(unit, [4, 3])))).toEqual(actions);
    expect(numbers(arm.toUnit(tf.tensor2d(actions, [4, 3])))).toEqual(unit);
  });

  it('never leaves the bounds, whatever rounding does', () => {
    const odd = actionBox('sac', specOf(box({ low: -0.1, high: 0.7, shape: [1] })));
    const [low, high] = numbers(odd.fromUnit(tf.tensor2d([-1.0000001, 1.0000001], [2, 1])));
    expect([low, high]).toEqual([Math.fround(-0.1), Math.fround(0.7)]);
  });

  it('draws uniform actions: means and deviations of each component are those of its bounds', () => {
    const n = 20_000;
    const drawn = arm.uniformInto(new Float32Array(3 * n), new Rng(5));
    for (const [k, [low, high]] of [
      [-2, 2],
      [0, 10],
      [1, 1.5],
    ].entries()) {
      const column = drawn.filter((_, i) => i % 3 === k);
      const mean = column.reduce((sum, x) => sum + x, 0) / n;
      const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
      expect(Math.min(...column)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...column)).toBeLessThanOrEqual(high);
      expect(Math.abs(mean - (low + high) / 2) / (high - low)).toBeLessThan(0.01);
      expect(Math.abs(deviation - (high - low) / Math.sqrt(12)) / (high - low)).toBeLessThan(0.005);
    }
  });

  it('refuses other spaces, and says what to use instead', () => {
    const make = (space: Space) => () => actionBox('td3', specOf(space));
    expect(make(discrete(3))).toThrow(SpaceError);
    expect(make(discrete(3))).toThrow(
      /^td3: actions of Arm-v0 must be a Box of floats, got .*\. Use discrete-sac, dqn or ppo\.$/,
    );
    expect(make(box({ low: 0, high: 9, dtype: 'int32' }))).toThrow(/must be a Box of floats.*Use ppo/);
    expect(make(box({ low: Number.NEGATIVE_INFINITY, high: 1 }))).toThrow(/must be finite, low < high.*Bound the action space/);
    expect(make(box({ low: [-1, 2], high: [1, 2] }))).toThrow(
      /must be finite, low < high, got .*element 1 in \[2, 2\].*Leave out the element/,
    );
  });
});
