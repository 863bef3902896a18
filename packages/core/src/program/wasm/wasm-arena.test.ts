import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { expect, it } from 'vitest';
import type { Executable, ProgramSource } from '../engine.ts';
import { HostVector } from '../onnx/host-vector.ts';
import { buildOnnx } from '../onnx/onnx-engine.ts';
import { nativeRuntime } from '../onnx/onnx-runtime.ts';
import { buildProgram } from './build-program.ts';
import { type Block, WasmArena } from './wasm-arena.ts';
import { WasmVector } from './wasm-vector.ts';

it('hands out blocks that do not overlap, set to 0, whatever was taken and given back before', () => {
  const arena = new WasmArena();
  const rng = new Rng(3);
  const taken: { block: Block; mark: number }[] = [];
  for (let round = 0; round < 2000; round++) {
    if (taken.length > 0 && rng.random() < 0.5) {
      const [gone] = taken.splice(rng.integers(0, taken.length), 1);
      const view = arena.view((gone as { block: Block }).block);
      expect(view.every(value => value === gone?.mark)).toBe(true);
      arena.free((gone as { block: Block }).block);
    } else {
      const block = arena.allocate(rng.integers(1, 500));
      expect(block.offset % 16).toBe(0);
      const view = arena.view(block);
      expect(view.every(value => value === 0)).toBe(true);
      taken.push({ block, mark: round + 1 });
      view.fill(round + 1);
    }
  }
});

it('makes one block of several that lie side by side, in whatever order they are given back', () => {
  for (const order of [
    [0, 1, 2, 3],
    [3, 1, 0, 2],
    [2, 0, 3, 1],
  ]) {
    const arena = new WasmArena();
    const parts = order.map(() => arena.allocate(4000));
    const kept = arena.allocate(100);
    const pages = arena.memory.buffer.byteLength;
    for (const k of order) arena.free(parts[k] as Block);
    const whole = arena.allocate(16_000);
    expect(whole.offset).toBe((parts[0] as Block).offset);
    expect(arena.memory.buffer.byteLength).toBe(pages);
    // What lies at the end goes back to it.
    arena.free(kept);
    arena.free(whole);
    expect(arena.allocate(16_100).offset).toBe(whole.offset);
    expect(arena.memory.buffer.byteLength).toBe(pages);
  }
});

/** Gradient descent on the mean of squares, with noise from outside. */
function learner(state: ProgramSource['state']): ProgramSource {
  return {
    name: 'descend',
    inputs: { noise: { type: 'float32', shape: [4] } },
    state,
    run: ({ w }, { noise }) => {
      const x = tf.add(w as tf.Tensor1D, noise as tf.Tensor1D);
      return { state: { w: tf.mul(x, 0.999) }, outputs: { x }, metrics: { loss: tf.mean(tf.square(x)) } };
    },
  };
}

async function run(executable: Executable, updates: number): Promise<number> {
  const noise = Float32Array.of(1e-4, -1e-4, 2e-4, 0);
  for (let k = 0; k < updates; k++) executable.run({ noise });
  return (await (await executable.run({ noise })).metrics()).loss as number;
}

it('does not grow in a million updates', { timeout: 120_000 }, async () => {
  const arena = new WasmArena();
  const w = new WasmVector(arena, Float32Array.of(1, 2, 3, 4));
  const update = buildProgram(arena, learner({ w }));
  await run(update, 10);
  const before = { memory: arena.memory.buffer, arrays: process.memoryUsage().arrayBuffers };
  expect(await run(update, 1_000_000)).toBeGreaterThan(0);
  expect(arena.memory.buffer).toBe(before.memory);
  // Of the test's own runner some may be made; a single byte per update would be more.
  expect(process.memoryUsage().arrayBuffers - before.arrays).toBeLessThan(1_000_000);
});

it('does not grow as programs of both engines come and go', { timeout: 60_000 }, async () => {
  const arena = new WasmArena();
  const runtime = await nativeRuntime(1);
  const sizes: number[] = [];
  for (let round = 0; round < 40; round++) {
    // Other sizes each time, so that no block is just as long as one before.
    const w = new HostVector(arena, new Float32Array(5000 + 4 * (round % 7)).fill(1));
    const source: ProgramSource = {
      ...{ name: 'step', inputs: {}, state: { w } },
      run: state => ({ state: { w: tf.mul(state.w as tf.Tensor1D, 2) }, outputs: {}, metrics: {} }),
    };
    const programs = [buildProgram(arena, source), await buildOnnx(runtime, arena, source)];
    for (const program of [...programs, ...programs]) await program.run({});
    expect(w.read().every(value => value === 16)).toBe(true);
    for (const program of programs) program.dispose();
    w.dispose();
    sizes.push(arena.memory.buffer.byteLength);
  }
  expect(new Set(sizes.slice(7)).size).toBe(1);
});
