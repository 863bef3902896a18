import * as tf from '@tensorflow/tfjs-core';
import { ConfigError } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin } from '../../../../tools/testing/expect-close.ts';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { adam } from './adam.ts';
import { clipByGlobalNorm } from './clip-by-global-norm.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

beforeAll(useCpuBackend);

const start = [0.5, -2, 3e-3, 40];
/** Gradients of step t: irregular, of very different sizes, one of them sometimes exactly 0. */
const gradientAt = (t: number) => [Math.sin(3 * t), 1e-4 * Math.cos(t), t % 3 === 0 ? 0 : 50 * Math.sin(t), -7];

/** Parameters after some steps. */
function run(optimizer: Optimizer, learningRate: number | 'tensor', steps: number): number[] {
  return tf.tidy(() => {
    let parameters = tf.tensor1d(start);
    const initial = Object.entries(optimizer.init(start.length));
    let state: Record<string, tf.Tensor1D> = Object.fromEntries(initial.map(([name, values]) => [name, tf.tensor1d(values)]));
    for (let t = 1; t <= steps; t++) {
      const rate = learningRate === 'tensor' ? tf.scalar(0.01) : learningRate;
      ({ parameters, state } = optimizer.step({ parameters, gradient: tf.tensor1d(gradientAt(t)), state, learningRate: rate }));
      expect(Object.keys(state).toSorted()).toEqual(initial.map(([name]) => name).toSorted());
    }
    return Array.from(parameters.dataSync());
  });
}

/** The same in float64 for each parameter by itself: `rule` maps gradient and step number to the change. */
function oracle(makeRule: () => (gradient: number, t: number, parameter: number) => number, steps: number): number[] {
  return start.map((value, i) => {
    const rule = makeRule();
    let parameter = value;
    for (let t = 1; t <= steps; t++) parameter += rule(gradientAt(t)[i], t, parameter);
    return parameter;
  });
}

/** Tolerance after some steps, each of which rounds the parameter to 24 bits. */
const rounding =
  (steps = 1) =>
  (value: number) =>
    (2e-6 + steps * 2 ** -24) * Math.max(Math.abs(value), 1);

function adamRule(learningRate: number, beta1: number, beta2: number, epsilon: number, weightDecay = 0) {
  return () => {
    let [m, v] = [0, 0];
    return (g: number, t: number, parameter: number) => {
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const mHat = m / (1 - beta1 ** t);
      const vHat = v / (1 - beta2 ** t);
      return (-learningRate * mHat) / (Math.sqrt(vHat) + epsilon) - learningRate * weightDecay * parameter;
    };
  };
}

describe('adam', () => {
  it('takes a first step of the learning rate against the sign of each gradient', () => {
    // m̂ = g and v̂ = g², so the change is −α g / (|g| + ε); g = [sin 3, 1e-4 cos 1, 50 sin 1, −7].
    const g1 = 1e-4 * Math.cos(1);
    expectWithin(run(adam(), 0.1, 1), [0.4, -2 - (0.1 * g1) / (g1 + 1e-8), 3e-3 - 0.1, 40.1], rounding());
  });

  it.each([1, 2, 30, 300])('agrees with the textbook in float64 after %i steps', steps => {
    expectWithin(run(adam(), 0.01, steps), oracle(adamRule(0.01, 0.9, 0.999, 1e-8), steps), rounding(steps));
  });

  it('agrees with other betas and an epsilon that matters', () => {
    const optimizer = adam({ beta1: 0.5, beta2: 0.9, epsilon: 0.1 });
    expectWithin(run(optimizer, 0.01, 20), oracle(adamRule(0.01, 0.5, 0.9, 0.1), 20), rounding());
    expectWithin(run(adam({ beta1: 0 }), 0.01, 20), oracle(adamRule(0.01, 0, 0.999, 1e-8), 20), rounding());
  });

  it('decays weights apart from the gradient', () => {
    expectWithin(run(adam({ weightDecay: 0.3 }), 0.01, 20), oracle(adamRule(0.01, 0.9, 0.999, 1e-8, 0.3), 20), rounding());
  });

  it('takes the learning rate as a tensor', () => {
    expect(run(adam({ weightDecay: 0.1 }), 'tensor', 5)).toEqual(run(adam({ weightDecay: 0.1 }), 0.01, 5));
  });

  it('counts its steps', () => {
    const optimizer = adam();
    const { state } = optimizer.step({
      parameters: tf.tensor1d([1]),
      gradient: tf.tensor1d([2]),
      state: { m: tf.tensor1d([0]), v: tf.tensor1d([0]), step: tf.tensor1d([41]) },
      learningRate: 1,
    });
    expect(Array.from(state.step.dataSync())).toEqual([42]);
    expect(state.m.dataSync()[0]).toBeCloseTo(0.2, 6);
    expect(state.v.dataSync()[0]).toBeCloseTo(0.004, 8);
  });

  it('refuses options out of range', () => {
    expect(() => adam({ beta2: 1 })).toThrow(/beta2 must lie in \[0, 1\), got 1/);
    expect(() => adam({ epsilon: -1 })).toThrow(ConfigError);
    expect(() => adam({ weightDecay: Number.NaN })).toThrow(ConfigError);
  });
});

describe('rmsprop', () => {
  const rule = (epsilon: number, inside: boolean, centered: boolean, momentum: number, initial: number) => () => {
    let [square, mean, velocity] = [initial, 0, 0];
    return (g: number) => {
      square = 0.95 * square + 0.05 * g * g;
      mean = 0.95 * mean + 0.05 * g;
      const variance = centered ? square - mean * mean : square;
      velocity = momentum * velocity + g / (inside ? Math.sqrt(variance + epsilon) : Math.sqrt(variance) + epsilon);
      return -0.01 * velocity;
    };
  };

  it('divides the first gradient by its own root mean square', () => {
    // v = 0.05 g², so g / √v = ± √20.
    expectWithin(run(rmsprop({ decay: 0.95, epsilon: 1e-12 }), 0.1, 1).slice(3), [40 + 0.1 * Math.sqrt(20)], rounding());
  });

  it.each([
    [false, false, 0, 0],
    [true, false, 0, 0],
    [true, true, 0, 0],
    [false, false, 0.9, 0],
    [true, true, 0.95, 1],
  ])(
    'agrees with float64: epsilon inside %s, centred %s, momentum %s, initial mean square %s',
    (inside, centered, momentum, initial) => {
      const optimizer = rmsprop({
        decay: 0.95,
        epsilon: 0.01,
        epsilonPlacement: inside ? 'inside' : 'outside',
        centered,
        momentum,
        initialMeanSquare: initial,
      });
      expectWithin(run(optimizer, 0.01, 25), oracle(rule(0.01, inside, centered, momentum, initial), 25), rounding());
    },
  );

  it('stays finite when a constant gradient leaves no variance', () => {
    const optimizer = rmsprop({ centered: true, decay: 0.5 });
    let state: Record<string, tf.Tensor1D> = { meanSquare: tf.tensor1d([0]), mean: tf.tensor1d([0]) };
    let parameters = tf.tensor1d([0]);
    for (let t = 0; t < 200; t++) {
      ({ parameters, state } = optimizer.step({ parameters, gradient: tf.tensor1d([0.3]), state, learningRate: 0.01 }));
    }
    expect(parameters.dataSync()[0]).not.toBeNaN();
  });
});

describe('sgd', () => {
  it('follows the gradient', () => {
    expectWithin(
      run(sgd(), 0.1, 1),
      [0.5 - 0.1 * Math.sin(3), -2 - 1e-5 * Math.cos(1), 3e-3 - 5 * Math.sin(1), 40.7],
      rounding(),
    );
  });

  it.each([false, true])('keeps its momentum, nesterov %s', nesterov => {
    const rule = () => {
      let velocity = 0;
      return (g: number) => {
        velocity = 0.8 * velocity + g;
        return -0.001 * (nesterov ? g + 0.8 * velocity : velocity);
      };
    };
    expectWithin(run(sgd({ momentum: 0.8, nesterov }), 0.001, 25), oracle(rule, 25), rounding());
  });
});

describe('clipByGlobalNorm', () => {
  it('shortens a long gradient to the norm', () => {
    const { gradient, norm } = clipByGlobalNorm(tf.tensor1d([3, -4]), 1);
    expect(norm.dataSync()[0]).toBe(5);
    expect(gradient.dataSync()[0]).toBeCloseTo(0.6, 6);
    expect(gradient.dataSync()[1]).toBeCloseTo(-0.8, 6);
  });

  it('leaves a short one and zeros as they are, bit for bit', () => {
    const values = Float32Array.of(0.1, -0.2, 1e-30);
    expect(clipByGlobalNorm(tf.tensor1d(values), 0.5).gradient.dataSync()).toEqual(values);
    expect(Array.from(clipByGlobalNorm(tf.zeros([3]), 0.5).gradient.dataSync())).toEqual([0, 0, 0]);
  });

  it('only measures with an infinite norm, and refuses one that is not positive', () => {
    const { gradient, norm } = clipByGlobalNorm(tf.tensor1d([3, -4]), Number.POSITIVE_INFINITY);
    expect(Array.from(gradient.dataSync())).toEqual([3, -4]);
    expect(norm.dataSync()[0]).toBe(5);
    for (const maxNorm of [0, -1, Number.NaN]) expect(() => clipByGlobalNorm(tf.zeros([1]), maxNorm)).toThrow(ConfigError);
  });
});
