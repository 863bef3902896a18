import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, Rng } from '@zpin/contracts';
import { createEngine, hessianVectorProduct, layout, type Params, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { conjugateGradient, naturalStep } from './natural-gradient.ts';
import { separateActorCritic } from './networks.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });

const numbers = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const normals = (rng: Rng, size: number): number[] => Array.from(rng.standardNormalInto(new Float32Array(size)));

/** Solves A x = b in 64 bits by Gaussian elimination. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.reduce((best, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[best][k]) ? i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < rows.length; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((x, j) => x - factor * rows[k][j]);
    }
  }
  return rows.map((row, i) => row[row.length - 1] / row[i]);
}

/** Mᵀ M + I: symmetric and positive definite. */
function positiveDefinite(rng: Rng, size: number): number[][] {
  const m = Array.from({ length: size }, () => normals(rng, size));
  return m.map((_, i) => m.map((_, j) => m.reduce((sum, row) => sum + row[i] * row[j], i === j ? 1 : 0)));
}

describe('conjugate gradients', () => {
  const product = (a: readonly (readonly number[])[]) => (v: tf.Tensor1D) =>
    tf.reshape<tf.Rank.R1>(tf.matMul(tf.tensor2d(a.map(row => [...row])), tf.reshape(v, [-1, 1])), [-1]);

  it.each([1, 2, 5, 8])('solve a dense system of %d equations', size => {
    const rng = new Rng(size);
    const a = positiveDefinite(rng, size);
    const b = normals(rng, size);
    const x = numbers(conjugateGradient(product(a), tf.tensor1d(b), { iterations: size + 2, tolerance: 1e-12 }));
    for (const [i, expected] of solve(a, b).entries()) expect(x[i]).toBeCloseTo(expected, 3);
  });

  it('make the steps of the textbook, one by one', () => {
    // A = [[4, 1], [1, 3]], b = [1, 2] from 0: first step 5 / 20 along b, the second ends at (1/11, 7/11).
    const after = (iterations: number) =>
      numbers(conjugateGradient(product([[4, 1], [1, 3]]), tf.tensor1d([1, 2]), { iterations, tolerance: 0 })); // biome-ignore format: a matrix
    expect(after(1)).toEqual([0.25, 0.5]);
    const [x, y] = after(2);
    expect(x).toBeCloseTo(1 / 11, 6);
    expect(y).toBeCloseTo(7 / 11, 6);
  });

  it('stay at the solution once they have it', () => {
    const identity = (v: tf.Tensor1D) => v;
    for (const b of [
      [0, 0],
      [3, -4],
    ]) {
      const x = numbers(conjugateGradient(identity, tf.tensor1d(b), { iterations: 20, tolerance: 0 }));
      expect(x.map(Math.abs)).toEqual(b.map(Math.abs));
    }
  });

  it('end where the residual is within the tolerance', () => {
    // The squared residual is 5 at the start and 5/16 after one step.
    const after = (tolerance: number) =>
      numbers(conjugateGradient(product([[4, 1], [1, 3]]), tf.tensor1d([1, 2]), { iterations: 9, tolerance })); // biome-ignore format: a matrix
    expect(after(6)).toEqual([0, 0]);
    expect(after(1)).toEqual([0.25, 0.5]);
  });
});

const limits = { maxEpisodeSteps: null, rewardThreshold: null, id: 'Test-v0' };
const observationSpace = box({ low: -3, high: 3, shape: [3] });
const specs = {
  discrete: { ...limits, observationSpace, actionSpace: discrete(3) },
  continuous: { ...limits, observationSpace, actionSpace: box({ low: -2, high: 2, shape: [2] }) },
};

describe.each(['discrete', 'continuous'] as const)('the Fisher matrix of a %s policy', kind => {
  const rng = new Rng(3);
  const network = separateActorCritic('test', specs[kind], { hiddenSizes: [4], activation: 'tanh', initialLogStd: -0.3 });
  const { policy } = network;
  const own = network.separate.policy;
  // Weights far from those of the start, which are near 0 in the last layer.
  const flat = normals(rng, own.layout.size).map(x => 0.5 * x);
  const obs = tf.tensor2d(normals(rng, 30), [10, 3]);
  const old = policy(unflattenParams(own.layout, tf.tensor1d(flat)), obs);
  const kl = (params: Params) => tf.mean(old.kl(policy(params, obs)));
  const gradientOf = (at: readonly number[]) =>
    numbers(tf.grad(x => kl(unflattenParams(own.layout, x as tf.Tensor1D)))(tf.tensor1d([...at])));
  const fisher = (v: readonly number[]) => numbers(hessianVectorProduct(own.layout, kl)(tf.tensor1d(flat), tf.tensor1d([...v])));

  it('is the slope of the gradient of the divergence', () => {
    const v = normals(rng, flat.length);
    const h = 1e-2;
    const ahead = gradientOf(flat.map((x, i) => x + h * v[i]));
    const behind = gradientOf(flat.map((x, i) => x - h * v[i]));
    for (const [i, slope] of fisher(v).entries()) expect(slope).toBeCloseTo((ahead[i] - behind[i]) / (2 * h), 2);
  });

  it('is the mean of the outer products of the gradients of log π', () => {
    if (kind === 'continuous') return expectGaussianFisher();
    // Σ over states and actions of π(a|s) (∇ log π(a|s) · v) ∇ log π(a|s), in plain numbers.
    const v = normals(rng, flat.length);
    const expected = new Array<number>(flat.length).fill(0);
    const probs = numbers(
      tf.exp(
        tf.stack(
          [0, 1, 2].map(a => old.logProb(tf.fill([10], a, 'int32'))),
          1,
        ),
      ),
    );
    for (let row = 0; row < 10; row++) {
      for (let action = 0; action < 3; action++) {
        const logProb = (x: tf.Tensor) =>
          policy(unflattenParams(own.layout, x as tf.Tensor1D), tf.slice(obs, [row, 0], [1, 3])).logProb(
            tf.tensor1d([action], 'int32'),
          );
        const score = numbers(tf.grad(x => tf.sum(logProb(x)))(tf.tensor1d(flat)));
        const weight = (probs[row * 3 + action] * dot(score, v)) / 10;
        for (const [i, s] of score.entries()) expected[i] += weight * s;
      }
    }
    for (const [i, product] of fisher(v).entries()) expect(product).toBeCloseTo(expected[i], 4);
  });

  /** The block of log standard deviations is 2 I, and nothing ties it to the means. */
  function expectGaussianFisher(): void {
    const entry = own.layout.entries.find(({ name }) => name === 'logStd/value')!;
    const v = flat.map((_, i) => Number(i >= entry.offset && i < entry.offset + entry.size));
    for (const [i, product] of fisher(v).entries()) expect(product).toBeCloseTo(2 * v[i], 4);
  }

  it('gives a step of the divergence asked for, along the solution of the damped system', () => {
    const size = flat.length;
    const damping = 0.5;
    const gradient = normals(rng, size);
    const columns = flat.map((_, j) => fisher(flat.map((_, i) => Number(i === j))));
    const matrix = columns.map((column, i) => column.map((x, j) => x + (i === j ? damping : 0)));
    const x = solve(matrix, gradient);
    const maxKl = 1e-3;
    const config = { cgIterations: 40, cgTolerance: 1e-12, damping };
    const { step, expectedImprovement, curvature } = naturalStep({
      layout: own.layout,
      parameters: tf.tensor1d(flat),
      gradient: tf.tensor1d(gradient),
      kl,
      maxKl: tf.scalar(maxKl),
      config,
    });
    // ½ sᵀ (F + damping I) s = δ.
    const length = Math.sqrt((2 * maxKl) / dot(x, gradient));
    for (const [i, s] of numbers(step).entries()) expect(s).toBeCloseTo(length * x[i], 4);
    expect(numbers(expectedImprovement)[0]).toBeCloseTo(length * dot(x, gradient), 4);
    expect(numbers(curvature)[0] / dot(x, gradient)).toBeCloseTo(1, 3);
  });

  it('gives no step without a gradient', () => {
    const config = { cgIterations: 5, cgTolerance: 0, damping: 0.1 };
    const input = {
      layout: own.layout,
      parameters: tf.tensor1d(flat),
      gradient: tf.zeros<tf.Rank.R1>([flat.length]),
      kl,
      maxKl: tf.scalar(0.01),
      config,
    };
    expect(new Set(numbers(naturalStep(input).step))).toEqual(new Set([0]));
  });
});

it('steps through any function with curvature as Newton does', () => {
  // f = 2 a² + 1/2 b² at (0, 0): H = diag(4, 1), g = (4, 1), so x = (1, 1), xᵀHx = 5.
  const two = layout([['ab', [2]]]);
  const { step } = naturalStep({
    layout: two,
    parameters: tf.tensor1d([0, 0]),
    gradient: tf.tensor1d([4, 1]),
    kl: ({ ab }) => tf.sum(tf.mul(tf.square(ab), tf.tensor1d([2, 0.5]))),
    maxKl: tf.scalar(0.1),
    config: { cgIterations: 4, cgTolerance: 1e-12, damping: 0 },
  });
  for (const s of numbers(step)) expect(s).toBeCloseTo(Math.sqrt(0.2 / 5), 6);
});
