import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { expect, it } from 'vitest';
import { policyGradientLoss } from './policy-gradient-loss.ts';
import { surrogate } from './surrogate.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });

const numbers = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const closeTo = (values: readonly number[]) => values.map(x => expect.closeTo(x, 6));

const oldLogProb = tf.tensor1d([-1, -2, -0.5]);
const advantage = tf.tensor1d([2, -1, 3]);

it('the surrogate is the mean of ratio times advantage', () => {
  // Ratios 2, 1/2 and 1: (4 − 0.5 + 3) / 3.
  const logProb = tf.add(oldLogProb, tf.tensor1d([Math.LN2, -Math.LN2, 0]));
  expect(numbers(surrogate(logProb, oldLogProb, advantage))).toEqual(closeTo([6.5 / 3]));
  const gradient = tf.grad(x => surrogate(x, oldLogProb, advantage))(logProb);
  expect(numbers(gradient)).toEqual(closeTo([4 / 3, -0.5 / 3, 1]));
});

it('its gradient at the old policy is the policy gradient', () => {
  const bySurrogate = tf.grad(x => surrogate(x, oldLogProb, advantage))(tf.clone(oldLogProb));
  const byLoss = tf.grad(x => policyGradientLoss(x, advantage))(oldLogProb);
  expect(numbers(byLoss)).toEqual(closeTo([-2 / 3, 1 / 3, -1]));
  expect(numbers(bySurrogate)).toEqual(numbers(tf.neg(byLoss)));
});

it('the loss of the policy gradient is −mean(log π · weight)', () => {
  expect(numbers(policyGradientLoss(oldLogProb, advantage))).toEqual(closeTo([1.5 / 3]));
});
