import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@zpin/contracts';
import { describe, expect, it, vi } from 'vitest';
import { createEngine, type EngineChoice } from './create-engine.ts';
import type { TensorflowBackend } from './engine.ts';
import type { OnnxRuntimeWeb } from './onnx/onnx-runtime.ts';
import { program } from './program.ts';
import { Store } from './store.ts';

describe('createEngine', () => {
  it('chooses program by program when ONNX Runtime is there, and says how in one line', async () => {
    for (const choice of [undefined, 'auto', 'onnx+wasm'] as const) {
      const { name, description } = await createEngine(choice);
      const rule = 'WebAssembly up to 70,000 operations per node of a program, above ONNX Runtime, native, one thread';
      expect([name, description]).toEqual(['onnx+wasm', `onnx+wasm: ${rule}`]);
    }
    const { name, description } = await createEngine('onnx');
    expect([name, description]).toEqual(['onnx', 'onnx: ONNX Runtime, native, one thread']);
  });

  it('takes WebAssembly alone where ONNX Runtime has no library, and says what would bring it', async () => {
    vi.doMock('onnxruntime-node/dist/binding.js', () => {
      throw new Error('no library for this platform');
    });
    const { name, description } = await createEngine();
    expect(name).toBe('wasm');
    expect(description).toBe(
      'wasm: each program as one WebAssembly module, one thread (without ONNX Runtime, which is faster for wide networks: npm install onnxruntime-node --ignore-scripts)',
    );
    for (const choice of ['onnx', 'onnx+wasm'] as const)
      await expect(createEngine(choice)).rejects.toThrow(`createEngine: engine "${choice}" needs ONNX Runtime, got "`);
    vi.doUnmock('onnxruntime-node/dist/binding.js');
  });

  it('shares large operations among threads, to the same bits', async () => {
    const numbers = (count: number) => Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7 + 0.3));
    const given = { x: numbers(300 * 190), filter: numbers(8 * 8 * 4 * 32), picture: numbers(8 * 84 * 84 * 4) };
    const run = async (threads: number) => {
      const engine = await createEngine('onnx', { threads });
      const store = new Store(engine, { weight: numbers(190 * 500), second: numbers(500 * 200) });
      const update = program(store, {
        name: 'wide',
        inputs: { x: [300, 190], filter: [8, 8, 4, 32], picture: [8, 84, 84, 4] },
        run: ({ weight, second }, { x, filter, picture }) => {
          const loss = (flat: tf.Tensor) =>
            tf.mean(
              tf.softmax(tf.matMul(tf.relu(tf.matMul(x, tf.reshape(flat, [190, 500]))), tf.reshape(second, [500, 200]))),
            ) as tf.Scalar;
          const windows = tf.conv2d(picture as tf.Tensor4D, filter as tf.Tensor4D, 4, 'valid');
          return { outputs: { gradient: tf.grad(loss)(weight), windows, sums: tf.sum(windows, [0, 1, 2]) } };
        },
      });
      const { outputs } = await update(given);
      return [engine.description, ...Object.values(outputs).map(values => Buffer.from(values.slice().buffer).toString('hex'))];
    };
    const [one, two] = [await run(1), await run(2)];
    expect([one.shift(), two.shift()]).toEqual([
      'onnx: ONNX Runtime, native, one thread',
      'onnx: ONNX Runtime, native, 2 threads',
    ]);
    expect(two.map((hex, index) => hex === one[index])).toEqual([true, true, true]);
  });

  it.each([
    ['auto', 0, 'threads must be a whole number from 1 to 256, got 0. Give as many as the processor has cores for this run.'],
    ['auto', 1.5, 'threads must be a whole number from 1 to 256, got 1.5. Give as many as the processor has cores for this run.'],
    [
      'wasm',
      2,
      '2 threads need ONNX Runtime on the processor, in Node, got "the engine wasm". Take one, or take the engine onnx.',
    ],
    [
      'tensorflow',
      4,
      '4 threads need ONNX Runtime on the processor, in Node, got "the engine tensorflow". Take one, or take the engine onnx.',
    ],
  ] as const)('refuses for the engine %s %d threads', async (choice, threads, expected) => {
    await expect(createEngine(choice, { threads })).rejects.toThrow(new InputError(`createEngine: ${expected}`));
  });

  it('needs nothing to compile to WebAssembly', async () => {
    const { name, description } = await createEngine('wasm');
    expect([name, description]).toEqual(['wasm', 'wasm: each program as one WebAssembly module, one thread']);
  });

  it('takes the best TensorFlow.js backend, or the one that is asked for', async () => {
    expect((await createEngine('tensorflow', { backend: 'cpu' })).description).toBe(
      'tensorflow: TensorFlow.js on cpu (asked for)',
    );
    const { name, description } = await createEngine('tensorflow');
    expect(name).toBe('tensorflow');
    expect(description).toBe('tensorflow: TensorFlow.js on wasm (asked for; without @tensorflow/tfjs-node: not installed)');
  });

  it('says why the native library that is installed does not load', async () => {
    vi.doMock('@tensorflow/tfjs-node', () => {
      throw new Error('tfjs_binding.node can not be found\nand more');
    });
    const { description } = await createEngine('tensorflow');
    expect(description).toMatch(/^tensorflow: TensorFlow.js on wasm \(asked for; without @tensorflow\/tfjs-node: .*\)$/);
    expect(description).not.toContain('not installed');
    expect(description).not.toContain('\n');
    vi.doUnmock('@tensorflow/tfjs-node');
  });

  it.each([
    [false, false, 'TensorFlow 2.18.1 by @tensorflow/tfjs-node, on the CPU'],
    [true, false, 'TensorFlow 2.18.1 by @tensorflow/tfjs-node-gpu, on the CPU, since it finds no GPU'],
    [true, true, 'TensorFlow 2.18.1 by @tensorflow/tfjs-node-gpu, on the GPU'],
  ])('names version, package and device of the native library: %s %s', async (isGPUPackage, isUsingGpuDevice, expected) => {
    await createEngine('tensorflow', { backend: 'cpu' });
    const facts = { isGPUPackage, isUsingGpuDevice, binding: { TF_Version: '2.18.1' } };
    tf.registerBackend('tensorflow', () => Object.assign(Object.create(tf.findBackend('cpu')), facts));
    try {
      expect((await createEngine('tensorflow')).description).toBe(`tensorflow: ${expected} (asked for)`);
    } finally {
      tf.removeBackend('tensorflow');
    }
  });

  it('runs on the module onnxruntime-web when it is given', async () => {
    const log: unknown[] = [];
    // Doubles whatever comes in, and answers later.
    const onnxruntime: OnnxRuntimeWeb = {
      InferenceSession: {
        create: async (model, options) => {
          log.push(model.length > 0, options);
          return {
            run: async feeds => {
              const [input] = Object.values(feeds) as { data: Float32Array }[];
              return { 'out/output/y': { data: input.data.map(value => 2 * value) } };
            },
            release: async () => void log.push('released'),
          };
        },
      },
      Tensor: class {
        readonly type: string;
        readonly data: unknown;
        readonly dims: readonly number[];
        constructor(type: string, data: unknown, dims: readonly number[]) {
          this.type = type;
          this.data = data;
          this.dims = dims;
        }
      },
    };
    const engine = await createEngine('onnx', { onnxruntime });
    expect(engine.description).toBe('onnx: ONNX Runtime, WebAssembly');
    const store = new Store(engine, {});
    const double = program(store, { name: 'double', inputs: { x: [2] }, run: (_, { x }) => ({ outputs: { y: tf.mul(x, 2) } }) });
    const answer = double({ x: Float32Array.of(1, 2) });
    expect(answer).toBeInstanceOf(Promise);
    expect((await answer).outputs.y).toEqual(Float32Array.of(2, 4));
    expect((await double({ x: Float32Array.of(3, 4) })).outputs.y).toEqual(Float32Array.of(6, 8));
    double.dispose();
    expect(log).toEqual([true, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }, 'released']);
  });

  it.each([
    ['onxx', 'Write "onnx".'],
    ['tensorflw', 'Write "tensorflow".'],
    ['', 'Write "auto".'],
  ])('refuses "%s" with the nearest name', async (choice, remedy) => {
    const attempt = createEngine(choice as EngineChoice);
    await expect(attempt).rejects.toBeInstanceOf(InputError);
    await expect(attempt).rejects.toThrow(
      `createEngine: the engine must be one of auto, onnx, wasm, onnx+wasm, webgpu, tensorflow, got "${choice}". ${remedy}`,
    );
  });

  it('refuses the name of a backend that nobody knows', async () => {
    await expect(createEngine('tensorflow', { backend: 'webgl2' as TensorflowBackend })).rejects.toThrow(
      'createEngine: the backend must be one of tensorflow, webgl, webgpu, wasm, cpu, got "webgl2". Write "webgl".',
    );
  });

  it('refuses a backend that is not there, says why, and leaves the active one as it was', async () => {
    await createEngine('tensorflow', { backend: 'cpu' });
    const before = tf.getBackend();
    const attempt = createEngine('tensorflow', { backend: 'webgpu' });
    await expect(attempt).rejects.toBeInstanceOf(InputError);
    await expect(attempt).rejects.toThrow(
      /^createEngine: backend "webgpu" must be there, got ".+"\. Run npm install @tensorflow\/tfjs-backend-webgpu, or take another backend\.$/,
    );
    expect(tf.getBackend()).toBe(before);
  });
});

it('keeps ONNX Runtime from writing down the machine, and from telling its maker', () => {
  const home = mkdtempSync(join(tmpdir(), 'zpin-home-'));
  const [typescript, core] = ['../../../../tools/testing/typescript.mjs', '../index.ts'].map(
    path => new URL(path, import.meta.url).href,
  );
  const code = `
    import { createEngine, program, Store } from '${core}';
    const store = new Store(await createEngine('onnx'), { w: Float32Array.of(1, 2) });
    const { outputs } = await program(store, { name: 'copy', inputs: {}, run: ({ w }) => ({ outputs: { w } }) })({});
    process.stdout.write(outputs.w.join());`;
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--conditions=@zpin/source', '--import', typescript, '--input-type=module', '--eval', code],
    { encoding: 'utf8', env: { ...env, HOME: home, XDG_CACHE_HOME: join(home, '.cache') } },
  );
  expect([status, stdout]).toEqual([0, '1,2']);
  expect(readdirSync(home)).toEqual([]);
  rmSync(home, { recursive: true });
});
