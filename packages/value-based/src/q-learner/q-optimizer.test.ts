import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { type OptimizerConfig, optimizerOf } from './q-optimizer.ts';

await createEngine('tensorflow', { backend: 'cpu' });

/** Change of a parameter by a first gradient of 2, with a step size of 0.1. */
function firstChange(settings: Partial<OptimizerConfig>): number {
  const optimizer = optimizerOf({ optimizer: 'adam', optimizerEpsilon: null, rmspropDecay: null, ...settings });
  const vectors = Object.entries(optimizer.init(1)).map(([name, values]) => [name, tf.tensor1d(values)]);
  const [parameters, gradient] = [tf.tensor1d([0]), tf.tensor1d([2])];
  return optimizer.step({ parameters, gradient, state: Object.fromEntries(vectors), learningRate: 0.1 }).parameters.dataSync()[0];
}

describe('optimizerOf', () => {
  it('takes a first step of the step size with Adam', () => {
    expect(firstChange({})).toBeCloseTo(-0.1, 6);
    expect(firstChange({ optimizerEpsilon: 2 })).toBeCloseTo(-0.05, 6);
  });

  it("takes TensorFlow's RMSprop, whose mean square begins at 1 and has epsilon under the root", () => {
    // v = 0.9 · 1 + 0.1 · 4 = 1.3; with a decay of 0.5 it is 2.5, and 4 with an epsilon of 1.5.
    expect(firstChange({ optimizer: 'rmsprop' })).toBeCloseTo(-0.2 / Math.sqrt(1.3), 6);
    expect(firstChange({ optimizer: 'rmsprop', rmspropDecay: 0.5, optimizerEpsilon: 1.5 })).toBeCloseTo(-0.1, 6);
  });

  it('takes the centred RMSprop of the DQN of 2015', () => {
    // v = 0.05 · 4 = 0.2, ḡ = 0.05 · 2 = 0.1, v − ḡ² + 0.01 = 0.2.
    expect(firstChange({ optimizer: 'centered-rmsprop' })).toBeCloseTo(-0.2 / Math.sqrt(0.2), 6);
    // v = 0.5 · 4 = 2, ḡ = 1, v − ḡ² + 3 = 4.
    const settings = { rmspropDecay: 0.5, optimizerEpsilon: 3 };
    expect(firstChange({ optimizer: 'centered-rmsprop', ...settings })).toBeCloseTo(-0.1, 6);
  });
});
