import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import type { Engine } from '../engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';

/**
 * A state of `size` ones, and a program that doubles them. Its maximum reads them too, so that the graph, no loop, writes them.
 */
function doubling(engine: Engine, size: number) {
  const store = new Store(engine, { x: new Float32Array(size).fill(1) });
  const double = program(store, {
    name: 'double',
    inputs: {},
    run: ({ x }) => {
      const next = tf.mul(x, 2);
      return { state: { x: next }, metrics: { largest: tf.max(next) } };
    },
  });
  return { store, double };
}

it('keeps computing when the memory of all state grows between programs', async () => {
  const engine = await createEngine('onnx');
  const { store, double } = doubling(engine, 30_000);
  const others: Store[] = [];
  for (let k = 1; k <= 6; k++) {
    expect(await (await double({})).metrics.read()).toEqual({ largest: 2 ** k });
    others.push(new Store(engine, { y: new Float32Array(50_000 * k) }));
  }
  expect((await store.read('x')).every(value => value === 64)).toBe(true);
});

it('leaves no memory to the garbage collector that a call has filled', async () => {
  const engine = await createEngine('onnx');
  const { double } = doubling(engine, 100_000);
  await double({});
  const before = process.memoryUsage().arrayBuffers;
  for (let k = 0; k < 20; k++) await double({});
  // One copy of the state would be 400,000 bytes.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
});
