import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import type { TensorflowBackend } from '../engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';

/** The plain backend under another name, so that the engine takes it for a device whose numbers have to be fetched. */
const DEVICE = 'device';
let fetched = 0;

beforeAll(async () => {
  await createEngine('tensorflow', { backend: 'cpu' });
  const cpu = tf.findBackend('cpu') as tf.KernelBackend;
  // A copy would not do: kernels reach for the backend's own methods.
  const device = Object.create(cpu, {
    read: {
      value: (id: tf.DataId) => {
        fetched++;
        return cpu.read(id);
      },
    },
    readSync: {
      value: (id: tf.DataId) => {
        fetched++;
        return cpu.readSync(id);
      },
    },
  }) as tf.KernelBackend;
  tf.registerBackend(DEVICE, () => device, 0);
  tf.copyRegisteredKernels('cpu', DEVICE);
});
beforeEach(() => {
  fetched = 0;
});

describe('on a device', () => {
  const make = () => {
    const store = new Store(tensorflowEngine(DEVICE as TensorflowBackend, 'TensorFlow.js', 'test'), { v: Float32Array.of(1, 2) });
    const learn = program(store, {
      name: 'learn',
      inputs: { x: ['batch'] },
      run: ({ v }, { x }) => ({
        state: { v: tf.mul(v, 2) },
        outputs: { y: tf.neg(x) },
        metrics: { sum: tf.sum(v), size: tf.sum(x) },
      }),
    });
    return { store, learn };
  };

  it('fetches outputs at once, state and metrics when they are read', async () => {
    const { store, learn } = make();
    const { outputs, metrics } = await learn({ x: Float32Array.of(3, 4, 5) });
    expect(outputs.y).toEqual(Float32Array.of(-3, -4, -5));
    expect(fetched).toBe(1);
    expect(metrics.names).toEqual(['sum', 'size']);
    expect(await metrics.read()).toEqual({ sum: 3, size: 12 });
    expect(fetched).toBe(2);
    expect(await store.read('v')).toEqual(Float32Array.of(2, 4));
    expect(fetched).toBe(3);
  });

  it('keeps metrics that were read, after later calls too, without fetching them again', async () => {
    const { learn } = make();
    const first = await learn({ x: Float32Array.of(1) });
    await first.metrics.read();
    const second = await learn({ x: Float32Array.of(2) });
    fetched = 0;
    expect(await first.metrics.read()).toEqual({ sum: 3, size: 1 });
    expect(fetched).toBe(0);
    expect(await second.metrics.read()).toEqual({ sum: 6, size: 2 });
  });

  it('leaves no tensor behind, whether metrics are read or not', async () => {
    const { store, learn } = make();
    await learn({ x: Float32Array.of(1) });
    const before = tf.memory().numTensors;
    for (let i = 0; i < 200; i++) {
      const { metrics } = await learn({ x: Float32Array.of(1) });
      if (i % 3 === 0) await metrics.read();
    }
    expect(tf.memory().numTensors).toBe(before);
    learn.dispose();
    store.dispose();
    // The vector, and the metrics of the last call.
    expect(tf.memory().numTensors).toBe(before - 2);
  });
});

describe('on the plain backend', () => {
  it('keeps the state when an update fails half way, and leaves no tensor behind', async () => {
    const store = new Store(await createEngine('tensorflow', { backend: 'cpu' }), {
      v: Float32Array.of(1, 2),
      w: Float32Array.of(3),
    });
    let fails = false;
    const run = program(store, {
      name: 'fails',
      inputs: {},
      run: ({ v, w }) => {
        const state = { v: tf.add(v, 1), w: tf.add(w, 1) };
        if (fails) throw new Error('on purpose');
        return { state };
      },
    });
    await run({});
    fails = true;
    const before = tf.memory().numTensors;
    await expect((async () => run({}))()).rejects.toThrow('on purpose');
    expect(tf.memory().numTensors).toBe(before);
    expect(await store.state()).toEqual({ v: Float32Array.of(2, 3), w: Float32Array.of(4) });
  });
});
