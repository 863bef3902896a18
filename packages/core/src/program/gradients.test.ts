import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { type OpCase, opCases, scalarise, toTensor } from '../../test/op-cases.ts';
import { registerGradients } from './gradients.ts';

beforeAll(async () => {
  await useCpuBackend();
  registerGradients();
});

/** The float inputs of a case: those that it can be differentiated by. */
function floatInputs({ inputs }: OpCase): number[] {
  return inputs.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
}

/** Scalar loss of a case as a function of its float inputs. */
function loss(opCase: OpCase): (...floats: tf.Tensor[]) => tf.Scalar {
  const places = floatInputs(opCase);
  return (...floats) =>
    scalarise(opCase.run(...opCase.inputs.map((input, i) => (places.includes(i) ? floats[places.indexOf(i)] : toTensor(input)))));
}

/** All elements of some tensors in one list. */
function flatten(tensors: readonly tf.Tensor[]): number[] {
  return tensors.flatMap(tensor => Array.from(tensor.dataSync()));
}

/** A direction with an irregular number for each element of each input. */
function direction(opCase: OpCase): number[][] {
  let count = 0;
  return floatInputs(opCase).map(i => opCase.inputs[i].values.map(() => Math.sin(1 + 2.7 * count++)));
}

/** d/dt of f(inputs + t · direction) at 0 by the five-point formula, whose error is O(step⁴). */
function derivativeAlong(opCase: OpCase, along: number[][], f: (...floats: tf.Tensor[]) => tf.Tensor[]): number[] {
  const step = 0.01;
  const at = (t: number) =>
    flatten(
      f(
        ...floatInputs(opCase).map((place, i) => {
          const { shape, values } = opCase.inputs[place];
          return tf.tensor(
            values.map((value, j) => value + t * step * along[i][j]),
            [...shape],
          );
        }),
      ),
    );
  const [minus2, minus1, plus1, plus2] = [at(-2), at(-1), at(1), at(2)];
  return plus1.map((value, i) => (8 * (value - minus1[i]) - (plus2[i] - minus2[i])) / (12 * step));
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  // Rounding of float32 grows with the largest number that takes part.
  const scale = Math.max(1, ...expected.map(Math.abs));
  for (let i = 0; i < actual.length; i++)
    expect(Math.abs(actual[i] - expected[i]), `element ${i}`).toBeLessThan(tolerance * scale);
}

describe('gradients', () => {
  it.each(opCases.filter(({ order }) => order >= 1).map(opCase => [opCase.name, opCase] as const))(
    '%s agrees with finite differences in first order',
    (_name, opCase) => {
      tf.tidy(() => {
        const along = direction(opCase);
        const f = loss(opCase);
        const gradient = flatten(tf.grads(f)(floatInputs(opCase).map(i => toTensor(opCase.inputs[i]))));
        const slope = along.flat().reduce((sum, value, i) => sum + value * gradient[i], 0);
        expectClose(
          [slope],
          derivativeAlong(opCase, along, (...floats) => [f(...floats)]),
          5e-4,
        );
      });
    },
  );

  it.each(opCases.filter(({ order }) => order === 2).map(opCase => [opCase.name, opCase] as const))(
    '%s agrees with finite differences in second order',
    (_name, opCase) => {
      tf.tidy(() => {
        const along = direction(opCase);
        const gradient = (...floats: tf.Tensor[]) => tf.grads(loss(opCase))(floats);
        const slope = (...floats: tf.Tensor[]) =>
          gradient(...floats)
            .map((g, i) => tf.sum(tf.mul(g, tf.tensor(along[i], g.shape))))
            .reduce((a, b) => tf.add(a, b)) as tf.Scalar;
        const product = flatten(tf.grads(slope)(floatInputs(opCase).map(i => toTensor(opCase.inputs[i]))));
        expectClose(product, derivativeAlong(opCase, along, gradient), 1e-3);
      });
    },
  );
});
