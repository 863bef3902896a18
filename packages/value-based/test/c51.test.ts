import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, discrete, Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { atomsOf, c51, categoricalLoss, categoricalUpdate, categoricalValues, projectedTarget } from '../src/c51.ts';

await createEngine('tensorflow', { backend: 'cpu' });

const atoms = atomsOf({ numAtoms: 5, valueMin: -2, valueMax: 2 }, 'test');

/** Algorithm 1 of the paper, one atom after the other, with floor and ceil. */
function slowProjection(reward: number, discount: number, next: readonly number[]): number[] {
  const m = new Array<number>(atoms.length).fill(0);
  const [first, last] = [atoms[0], atoms[atoms.length - 1]];
  const spacing = (last - first) / (atoms.length - 1);
  for (const [j, p] of next.entries()) {
    const b = (Math.min(last, Math.max(first, reward + discount * atoms[j])) - first) / spacing;
    const [lower, upper] = [Math.floor(b), Math.ceil(b)];
    if (lower === upper) m[lower] += p;
    else {
      m[lower] += p * (upper - b);
      m[upper] += p * (b - lower);
    }
  }
  return m;
}

describe('the projection', () => {
  const at = (reward: number, discount: number, next: number[]) =>
    projectedTarget(tf.tensor1d([reward]), tf.tensor1d([discount]), tf.tensor2d([next]), atoms);

  it('moves whole atoms', () => {
    expect(atoms).toEqual([-2, -1, 0, 1, 2]);
    expectClose(at(1, 1, [0, 0.5, 0.5, 0, 0]), [0, 0, 0.5, 0.5, 0]);
  });

  it('shares what falls between two atoms by distance', () => {
    expectClose(at(0.25, 1, [0, 0, 1, 0, 0]), [0, 0, 0.75, 0.25, 0]);
    // z = −2, 2 become −0.7, 1.3.
    expectClose(at(0.3, 0.5, [0.4, 0, 0, 0, 0.6]), [0, 0.4 * 0.7, 0.4 * 0.3, 0.6 * 0.7, 0.6 * 0.3]);
  });

  it('keeps what falls beyond the ends at the ends, and what falls on them', () => {
    expectClose(at(10, 1, [0.2, 0.2, 0.2, 0.2, 0.2]), [0, 0, 0, 0, 1]);
    expectClose(at(-10, 1, [0.2, 0.2, 0.2, 0.2, 0.2]), [1, 0, 0, 0, 0]);
    expectClose(at(1.5, 1, [0, 0, 0, 0.5, 0.5]), [0, 0, 0, 0, 1]);
    expectClose(at(2, 0, [1, 0, 0, 0, 0]), [0, 0, 0, 0, 1]);
  });

  it('is the reward alone after an end', () => {
    expectClose(at(0.5, 0, [0.1, 0.2, 0.3, 0.2, 0.2]), [0, 0, 0.5, 0.5, 0]);
  });

  it('equals the algorithm of the paper on random distributions', () => {
    const rng = new Rng(1);
    const rows = 200;
    const reward = Float32Array.from({ length: rows }, () => rng.uniform(-4, 4));
    const discount = Float32Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 0 : rng.random()));
    const next = Array.from({ length: rows }, () => {
      const row = atoms.map(() => rng.random());
      const sum = row.reduce((a, b) => a + b);
      return row.map(p => p / sum);
    });
    const found = projectedTarget(tf.tensor1d(reward), tf.tensor1d(discount), tf.tensor2d(next), atoms);
    expectClose(
      found,
      next.flatMap((row, i) => slowProjection(reward[i], discount[i], row)),
    );
    expectClose(tf.sum(found, 1), new Array(rows).fill(1));
  });
});

describe('the loss', () => {
  const logits = tf.tensor3d([
    [
      [0, 0, 0, 0, 0],
      [0, 0, Math.log(2), 0, 0],
    ],
  ]);
  const target = tf.tensor2d([[0, 0, 0.5, 0.5, 0]]);

  it('values actions by the mean of their distribution', () => {
    // Weights 1, 1, 2, 1, 1 about 0; and the last atom alone.
    expectClose(categoricalValues(logits, atoms), [0, 0]);
    expectClose(categoricalValues(tf.tensor3d([[[0, 0, 0, 0, 50]]]), atoms), [2]);
  });

  it('is the cross-entropy of the action taken, and the priority its excess over the entropy of the target', () => {
    const { loss, qTaken, error } = categoricalLoss(logits, tf.tensor1d([1], 'int32'), target, atoms);
    const crossEntropy = -0.5 * Math.log(2 / 6) - 0.5 * Math.log(1 / 6);
    expectClose(loss, [crossEntropy]);
    expectClose(error, [crossEntropy - Math.log(2)]);
    expectClose(qTaken, [0]);
  });

  it('has the gradient p − m, times the weight, and none for other actions', () => {
    const weight = tf.tensor1d([0.5]);
    const gradient = tf.grad(x => categoricalLoss(x, tf.tensor1d([1], 'int32'), target, atoms, weight).loss)(logits);
    expectClose(gradient, [0, 0, 0, 0, 0, ...[1 / 6, 1 / 6, 2 / 6 - 0.5, 1 / 6 - 0.5, 1 / 6].map(x => x / 2)]);
  });

  it('has priority 0 where the distribution is the target', () => {
    const same = tf.log(tf.tensor3d([[[0.1, 0.2, 0.3, 0.2, 0.2]]]));
    const { error } = categoricalLoss(same, tf.tensor1d([0], 'int32'), tf.tensor2d([[0.1, 0.2, 0.3, 0.2, 0.2]]), atoms);
    expectClose(error, [0]);
  });
});

describe('the choice of the next action', () => {
  const certain = (atom: number) => atoms.map((_, i) => (i === atom ? 50 : 0));
  const target = tf.tensor3d([[certain(1), certain(3), certain(4)]]);
  const online = tf.tensor3d([[certain(4), certain(0), certain(0)]]);
  const batch = {
    obs: tf.zeros([1, 1]),
    action: tf.tensor1d([0], 'int32'),
    reward: tf.tensor1d([0]),
    discount: tf.tensor1d([1]),
    nextObs: tf.zeros([1, 1]),
  };
  const networks = { online: () => online, target: () => target };

  it('is the best of the target network, or with double that of the online one', () => {
    expectClose(categoricalUpdate(atoms, { double: false }).target(batch, networks), [0, 0, 0, 0, 1]);
    expectClose(categoricalUpdate(atoms, { double: true }).target(batch, networks), [0, 1, 0, 0, 0]);
  });

  it('is legal', () => {
    const mask = tf.tensor2d([[1, 1, 0]], [1, 3], 'int32');
    expectClose(
      categoricalUpdate(atoms, { double: false }).target({ ...batch, nextActionMask: mask }, networks),
      [0, 0, 0, 1, 0],
    );
  });
});

it('refuses bounds in the wrong order', async () => {
  const spec = { id: 'x', observationSpace: discrete(2), actionSpace: discrete(2), maxEpisodeSteps: null, rewardThreshold: null };
  const engine = await createEngine('onnx');
  const create = async () => c51.create({ spec, seed: 1, engine, config: { valueMin: 3, valueMax: 3 } });
  await expect(create()).rejects.toThrow(ConfigError);
});
