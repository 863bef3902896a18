import * as tf from '@tensorflow/tfjs-core';
import { box, Rng } from '@zpin/contracts';
import { createEngine, flattenParams, type Params, unflattenParams, valueAndGrad } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { recurrentTrunk } from './recurrent-trunk.ts';

await createEngine('tensorflow', { backend: 'cpu' });

const list = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

describe.each(['lstm', 'gru'] as const)('a trunk with cells of kind %s', recurrentCell => {
  const [sequences, length, width] = [2, 4, 3];
  const trunk = recurrentTrunk(box({ low: -9, high: 9, shape: [width] }), {
    hiddenSizes: [5],
    activation: 'tanh',
    recurrentCell,
    recurrentSize: 6,
  });
  const rng = new Rng(2);
  const normal = (...shape: number[]) =>
    tf.tensor(rng.standardNormalInto(new Float32Array(shape.reduce((n, size) => n * size, 1))), shape);
  const flat = tf.tensor1d(trunk.init(rng));
  const params = unflattenParams(trunk.layout, flat);
  const obs = normal(sequences * length, width);
  const memory = normal(sequences, trunk.memorySize);
  // The second sequence begins a new episode at its third step.
  const start = tf.tensor1d([0, 0, 0, 0, 0, 0, 1, 0]);

  /** One sequence, one step at a time, with the memory set to 0 by hand. */
  function stepByStep(sequence: number): number[] {
    let remembered = tf.slice(memory, [sequence, 0], [1, trunk.memorySize]);
    const outputs: number[] = [];
    for (let t = 0; t < length; t++) {
      const row = sequence * length + t;
      if (start.dataSync()[row] === 1) remembered = tf.zerosLike(remembered);
      const step = trunk.step(params, tf.slice(obs, [row, 0], [1, width]), remembered);
      outputs.push(...list(step.output));
      remembered = step.memory;
    }
    return outputs;
  }

  it('runs through sequences as step by step, and forgets where an episode begins', () => {
    const expected = [...stepByStep(0), ...stepByStep(1)];
    const unrolled = list(trunk.unroll(params, obs, start, memory));
    expect(unrolled).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(unrolled[i]).toBeCloseTo(value, 6);
  });

  it('gives back the memory that its next step needs', () => {
    const [first, second] = [0, 1].map(t => tf.slice(obs, [t, 0], [1, width]));
    const zeros = tf.zeros([1, trunk.memorySize]);
    const after = trunk.step(params, first as tf.Tensor, zeros).memory;
    const withMemory = list(trunk.step(params, second as tf.Tensor, after).output);
    const without = list(trunk.step(params, second as tf.Tensor, zeros).output);
    expect(after.shape).toEqual([1, trunk.memorySize]);
    expect(Math.max(...withMemory.map((value, i) => Math.abs(value - (without[i] as number))))).toBeGreaterThan(1e-3);
  });

  it('lets gradients flow back through time as far as the episode goes, and no further', () => {
    // Of the last output of each sequence by the observations.
    const last = tf.tensor1d([0, 0, 0, 1, 0, 0, 0, 1]);
    const loss = (x: tf.Tensor) => tf.sum(tf.mul(tf.sum(trunk.unroll(params, x, start, memory), 1), last)) as tf.Scalar;
    const sizes = list(tf.sum(tf.abs(tf.grad(loss)(obs)), 1));
    for (const row of [0, 1, 2, 3, 6, 7]) expect(sizes[row], `row ${row}`).toBeGreaterThan(1e-5);
    for (const row of [4, 5]) expect(sizes[row], `row ${row}`).toBe(0);
  });

  it('has the gradient by its parameters that finite differences have', () => {
    const weights = normal(sequences * length, trunk.outputSize);
    const loss = (p: Params) => tf.sum(tf.mul(trunk.unroll(p, obs, start, memory), weights)) as tf.Scalar;
    const { gradient } = valueAndGrad(trunk.layout, p => ({ loss: loss(p) }))(flat);
    const direction = rng.standardNormalInto(new Float32Array(trunk.layout.size));
    const at = (scale: number) =>
      loss(unflattenParams(trunk.layout, tf.add(flat, tf.mul(tf.tensor1d(direction), scale)))).dataSync()[0] as number;
    const slope = (at(5e-3) - at(-5e-3)) / 1e-2;
    const product = list(gradient).reduce((sum, g, i) => sum + g * (direction[i] as number), 0);
    expect(Math.abs(product - slope) / Math.abs(slope)).toBeLessThan(5e-3);
    expect(list(flattenParams(trunk.layout, params))).toEqual(list(flat));
  });
});
