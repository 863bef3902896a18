import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, Rng, type TransitionBatch } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { expect, it } from 'vitest';
import type { OptionDecisions } from './option-acting.ts';
import { optionHead } from './option-head.ts';
import { OptionReplay, splitDecision } from './option-replay.ts';

await createEngine('tensorflow', { backend: 'cpu' });
const spaces = { observationSpace: box({ low: 0, high: 100, shape: [1] }), actionSpace: discrete(10) };

/** A memory of five rows that is filled by steps of two environments; row i has numbers that tell it from others. */
function filled(steps: number, nSteps = 1) {
  let decisions: OptionDecisions = { before: new Float32Array(0), option: [], logProb: [] };
  const replay = new OptionReplay({ capacity: 5, gamma: 0.5, nSteps, ...spaces, decisions: () => decisions });
  const addStep = (step: number) => {
    const pair = [2 * step, 2 * step + 1];
    decisions = { before: Float32Array.from(pair), option: pair.map(i => i + 100), logProb: pair.map(i => -i) };
    const obs = Float32Array.from(pair);
    const flags = new Uint8Array(2);
    replay.add({
      obs,
      action: Int32Array.from(pair, i => i % 10),
      reward: obs,
      nextObs: obs,
      terminated: flags,
      truncated: flags,
    });
  };
  for (let step = 0; step < steps; step++) addStep(step);
  return { replay, addStep };
}

const rowsOf = ({ obs, action, size }: TransitionBatch) =>
  Array.from({ length: size }, (_, row) => [obs[row], ...action.slice(row * 5, row * 5 + 5)].map(Number));

it('gives each transition with the decision that it was added with, when the oldest are overwritten too', () => {
  for (const steps of [1, 2, 3, 7]) {
    const rows = rowsOf(filled(steps).replay.sample(64, new Rng(1)));
    for (const [i, ...decision] of rows) expect(decision).toEqual([i % 10, i, i + 100, -i, i + 100]);
    const kept = Array.from({ length: Math.min(5, 2 * steps) }, (_, k) => 2 * steps - 1 - k).sort((a, b) => a - b);
    expect([...new Set(rows.map(([i]) => i))].sort((a, b) => a - b)).toEqual(kept);
  }
});

it('tells which option acted in the last of n steps, where episodes were cut off too', () => {
  // Rows 0 to 5 of two environments: capacity 5 leaves 1 to 5, and the newest step is that of rows 4 and 5.
  const { replay, addStep } = filled(3, 2);
  const lastOf = () => new Map(rowsOf(replay.sample(64, new Rng(1))).map(([i, , , , , last]) => [i, last - 100]));
  expect([...lastOf()].sort()).toEqual([
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 4],
    [5, 5],
  ]);
  replay.cut();
  addStep(3);
  expect(lastOf().get(4)).toBe(4);
  expect(lastOf().get(3)).toBe(5);
});

it('goes on from its state as it was, which later rows leave alone', () => {
  const { replay, addStep } = filled(4);
  const state = replay.state();
  addStep(9);
  const other = filled(0);
  other.replay.restore(state);
  expect(rowsOf(other.replay.sample(64, new Rng(2)))).toEqual(rowsOf(filled(4).replay.sample(64, new Rng(2))));
  other.addStep(4);
  expect(rowsOf(other.replay.sample(64, new Rng(2)))).toEqual(rowsOf(filled(5).replay.sample(64, new Rng(2))));
});

it('the rows of a batch are taken apart again', () => {
  const spec = { id: 'Any-v0', observationSpace: discrete(2), maxEpisodeSteps: null, rewardThreshold: null };
  const arm = optionHead('test', { ...spec, actionSpace: box({ low: -1, high: 1, shape: [2] }) });
  const read = (rows: number[][], head: typeof arm) =>
    Object.values(splitDecision(tf.tensor2d(rows), head)).map(column => (column as tf.Tensor).arraySync());
  expect(
    read(
      [
        [0.5, -0.25, 3, 2, -4, 1],
        [1, 0, 0, 1, -2, 0],
      ],
      arm,
    ),
  ).toEqual([
    [
      [0.5, -0.25],
      [1, 0],
    ],
    [3, 0],
    [2, 1],
    [-4, -2],
    [1, 0],
  ]);
  expect(read([[7, 3, 2, -4, 1]], optionHead('test', { ...spec, actionSpace: discrete(10) }))).toEqual([
    [7],
    [3],
    [2],
    [-4],
    [1],
  ]);
});
